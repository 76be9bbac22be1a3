package dev.sealift.crypto;

import dev.sealift.crypto.Session.Opened;
import dev.sealift.crypto.Session.Refused;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes where a session or a packet header is due")
class SessionFuzzTest implements FuzzSuite {
  private static final GuestPolicy POLICY = GuestPolicy.of(GuestPolicy.Flag.SEV);

  /** The session in the corpus is from the one for the other. */
  private final ECPrivateKey source = key(2);

  private final ECPrivateKey destination = key(3);
  private final ECPublicKey sourceInPublic = P384.publicKey(source);

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("session", this::open)
            .sampled(samples ->
                samples.put(
                    "session",
                    Session.create(source, P384.publicKey(destination), POLICY, new SecureRandom())
                        .blob())),
        FuzzTarget.of(
                "packet-header",
                input -> {
                  if (input.length >= PacketHeader.SIZE) {
                    Promise.holds(
                        Arrays.copyOf(input, PacketHeader.SIZE),
                        PacketHeader.parse(input).bytes(),
                        "a header is written otherwise");
                  }
                })
            .sampled(samples -> samples.put("header", new byte[PacketHeader.SIZE])));
  }

  /** Only whole sessions are opened: the keys inside, sealed again, are the same bytes. */
  private void open(byte[] input) {
    switch (Session.open(input, destination, sourceInPublic, POLICY)) {
      case Opened opened -> {
        try (SecretBytes secret = P384.sharedSecret(destination, sourceInPublic)) {
          byte[] again =
              Session.wrap(
                  secret.reveal(),
                  Arrays.copyOf(input, 16),
                  Arrays.copyOfRange(input, 48, 64),
                  opened.keys(),
                  POLICY);
          Promise.holds(input, again, "a changed session was opened");
        }
      }
      case Refused refused -> Promise.holds(!refused.which().isBlank(), "a refusal says why");
    }
  }

  private static ECPrivateKey key(long scalar) {
    try {
      return P384.privateKey(BigInteger.valueOf(scalar));
    } catch (InvalidKeySpecException e) {
      throw new AssertionError(e);
    }
  }
}
