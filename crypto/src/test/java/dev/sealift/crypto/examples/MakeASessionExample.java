package dev.sealift.crypto.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.OwnerSession;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a guest is launched with. */
class MakeASessionExample {

  @Test
  @DisplayName("Example: make a session with a platform")
  void makeASession() throws Exception {
    byte[] pdhFile = aPlatformsPdh();

    // @start region=example
    SevCertificate pdh = SevCertificate.parse(pdhFile);
    GuestPolicy policy = GuestPolicy.parse("nodbg,noks,sev,api=1.40");

    try (OwnerSession session = OwnerSession.create(pdh, policy, new SecureRandom())) {
      String dhCertFile = Base64.getEncoder().encodeToString(session.certificate().bytes());
      String sessionFile = Base64.getEncoder().encodeToString(session.session());
      // QEMU takes both as they are. The keys stay with the owner:
      assertThat(session.keys().tik().length()).isEqualTo(16);
      assertThat(dhCertFile).hasSize(2780);
      assertThat(sessionFile).hasSize(172);
    }
    // @end
  }

  private static byte[] aPlatformsPdh() {
    return SevCertificate.unsigned(
            SevCertificate.Usage.PDH,
            SevCertificate.Algorithm.ECDH_SHA256,
            new ApiVersion(1, 55),
            (ECPublicKey) P384.generate(new SecureRandom()).getPublic())
        .bytes();
  }
}
