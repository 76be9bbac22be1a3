package dev.sealift.firmware;

import dev.sealift.abi.psp.PekCertImportBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that SEND_START and PEK_CERT_IMPORT bring. Each is read once, so that what was
 * checked is what is used.
 */
final class PresentedCertificates {
  private static final int PEK = 0;
  private static final int OCA = 1;
  private static final int CEK = 2;

  private final Platform platform;
  private @Nullable SevCertificate pdh;
  private final @Nullable SevCertificate[] platformCertificates = new SevCertificate[3];
  private @Nullable List<AmdCertificate> askAndArk;

  PresentedCertificates(Platform platform) {
    this.platform = platform;
  }

  /** The target's PDH. */
  SevCertificate pdh(Call call) throws Refusal {
    SevCertificate known = pdh;
    if (known == null) {
      known =
          certificate(
              read(SendStartBuffer.read(call.buffer()).pdhCertAddress(), SevCertificate.SIZE));
      pdh = known;
    }
    return known;
  }

  SevCertificate pek(Call call) throws Refusal {
    return platformCertificate(call, PEK);
  }

  SevCertificate oca(Call call) throws Refusal {
    return platformCertificate(call, OCA);
  }

  SevCertificate cek(Call call) throws Refusal {
    return platformCertificate(call, CEK);
  }

  private SevCertificate platformCertificate(Call call, int place) throws Refusal {
    SevCertificate known = platformCertificates[place];
    if (known == null) {
      if (call.command() == PspCommand.PEK_CERT_IMPORT) {
        PekCertImportBuffer command = PekCertImportBuffer.read(call.buffer());
        long address = place == PEK ? command.pekCertAddress() : command.ocaCertAddress();
        platformCertificates[place] = certificate(read(address, SevCertificate.SIZE));
      } else {
        readChain(SendStartBuffer.read(call.buffer()).platCertsAddress());
      }
      known = platformCertificates[place];
    }
    if (known == null) {
      throw new IllegalStateException(call.command() + " brings no such certificate");
    }
    return known;
  }

  private void readChain(long address) throws Refusal {
    byte[] chain = read(address, PlatformChain.PLATFORM_SIZE);
    for (int place = 0; place < platformCertificates.length; place++) {
      int start = place * SevCertificate.SIZE;
      platformCertificates[place] =
          certificate(Arrays.copyOfRange(chain, start, start + SevCertificate.SIZE));
    }
  }

  /** Reads ASK and ARK; false where they are none. */
  boolean readAmd(Call call) throws Refusal {
    SendStartBuffer command = SendStartBuffer.read(call.buffer());
    try {
      askAndArk =
          AmdCertificate.parseChain(read(command.amdCertsAddress(), (int) command.amdCertsLen()));
      return true;
    } catch (MalformedCertificateException e) {
      return false;
    }
  }

  AmdCertificate ask() {
    return amd().getFirst();
  }

  AmdCertificate ark() {
    return amd().getLast();
  }

  private List<AmdCertificate> amd() {
    List<AmdCertificate> known = askAndArk;
    if (known == null) {
      throw new IllegalStateException("the table checks ASK and ARK before they are read");
    }
    return known;
  }

  void forget() {
    pdh = null;
    Arrays.fill(platformCertificates, null);
    askAndArk = null;
  }

  private byte[] read(long address, int length) throws Refusal {
    byte[] bytes = new byte[length];
    platform.memory().readHost(address, MemorySegment.ofArray(bytes));
    return bytes;
  }

  private static SevCertificate certificate(byte[] bytes) {
    try {
      return SevCertificate.parse(bytes);
    } catch (MalformedCertificateException e) {
      throw new IllegalStateException("2084 bytes are always a certificate, good or bad", e);
    }
  }
}
