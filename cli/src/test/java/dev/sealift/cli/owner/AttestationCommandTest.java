package dev.sealift.cli.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.AttestationReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("sealift attestation")
class AttestationCommandTest {
  @TempDir private Path directory;
  private final KeyPair keys = P384.generate(new SecureRandom());
  private Path pek;
  private Path report;

  @BeforeEach
  void aReport() throws Exception {
    pek = Files.write(directory.resolve("pek.cert"), certificate(keys));
    report =
        Files.write(
            directory.resolve("report.bin"),
            AttestationReport.sign(
                    new byte[16],
                    new byte[32],
                    new GuestPolicy(1),
                    (ECPrivateKey) keys.getPrivate())
                .bytes());
  }

  private static byte[] certificate(KeyPair keys) {
    return SevCertificate.unsigned(
            SevCertificate.Usage.PEK,
            SevCertificate.Algorithm.ECDSA_SHA256,
            new ApiVersion(1, 55),
            (ECPublicKey) keys.getPublic())
        .bytes();
  }

  private Answer verify(Path file, Path signer, String... more) {
    return Answer.to(
        Stream.concat(
                Stream.of("attestation", "verify", file.toString(), "--pek", signer.toString()),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static void assertRefused(Answer answer, String why) {
    assertThat(answer.code()).as(answer.out() + answer.err()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains(why).doesNotContain("Exception");
  }

  @Test
  @DisplayName("says that a report without a nonce may be old, and what a digest of zeros means")
  void notes() {
    Answer answer = verify(report, pek);
    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.out())
        .contains("may be an old report", "received from another platform", "verify its chain");
  }

  @Test
  @DisplayName("a report under another PEK, or changed, does not hold")
  void badSignature() throws Exception {
    Path other =
        Files.write(
            directory.resolve("other.cert"), certificate(P384.generate(new SecureRandom())));
    assertThat(verify(report, other).code()).isEqualTo(1);
    byte[] bytes = Files.readAllBytes(report);
    bytes[0x30] ^= 2;
    Path changed = Files.write(directory.resolve("changed.bin"), bytes);
    Answer answer = verify(changed, pek);
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out()).contains("DOES NOT HOLD: believe nothing");
  }

  @Test
  @DisplayName("answers every wrong file and value with one sentence and exit code 2")
  void badInput() throws Exception {
    Path cut = Files.write(directory.resolve("cut.bin"), new byte[207]);
    Path tooLong = Files.write(directory.resolve("long.bin"), new byte[500]);
    assertRefused(verify(cut, pek), "cut short");
    assertRefused(verify(tooLong, pek), "too long");
    assertRefused(verify(directory, pek), "is a directory");
    assertRefused(verify(report, report), "is no file of SEV certificates");
    assertRefused(verify(report, pek, "--nonce", "zz"), "is not a nonce");
    assertRefused(verify(report, pek, "--digest", "00"), "is not a launch digest");
    assertRefused(Answer.to("attestation"), "Say verify or show");
    assertRefused(Answer.to("attestation", "show", cut.toString()), "cut short");
  }
}
