package dev.sealift.firmware;

import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.SecretBytes;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Opens the packets of LAUNCH_SECRET.
 *
 * <p>Source: AMD publication 55766, LAUNCH_SECRET.
 */
final class SecretChecks {
  private final Platform platform;
  private final byte[] header = new byte[PacketHeader.SIZE];
  private @Nullable SecretBytes secret;

  SecretChecks(Platform platform) {
    this.platform = platform;
  }

  /** Whether the MAC does not hold; the secret is open otherwise. */
  boolean macIsWrong(Call call) throws Refusal {
    PacketBuffer command = PacketBuffer.read(call.buffer());
    Guest guest = call.guest();
    platform.memory().readHost(command.hdrAddress(), MemorySegment.ofArray(header));
    byte[] ciphertext = new byte[(int) command.transLen()];
    platform.memory().readHost(command.transAddress(), MemorySegment.ofArray(ciphertext));
    secret =
        LaunchSecret.open(
                guest.transportKeys(),
                platform.settings().api(),
                guest.measurement(),
                header,
                ciphertext)
            .orElse(null);
    return secret == null;
  }

  /** Whether the packet that was opened is said to be compressed. */
  boolean compressed() {
    return PacketHeader.parse(header).compressed();
  }

  /** The secret that was opened. */
  SecretBytes opened() {
    SecretBytes known = secret;
    if (known == null) {
      throw new IllegalStateException("the table takes a secret before its MAC");
    }
    return known;
  }

  void forget() {
    if (secret != null) {
      secret.close();
      secret = null;
    }
  }
}
