package dev.sealift.cli.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("sealift session")
class SessionCommandTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path directory;
  private Path pdh;

  private static byte[] certificate(SevCertificate.Usage usage) {
    return SevCertificate.unsigned(
            usage,
            SevCertificate.Algorithm.ECDH_SHA256,
            new ApiVersion(1, 55),
            (ECPublicKey) P384.generate(RANDOM).getPublic())
        .bytes();
  }

  @BeforeEach
  void aPlatformsCertificate() throws Exception {
    pdh = Files.write(directory.resolve("pdh.cert"), certificate(SevCertificate.Usage.PDH));
  }

  private Answer session(Path certificate, String policy, String... more) {
    String[] arguments = {"session", certificate.toString(), policy, "--out", directory.toString()};
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Answer.to(all);
  }

  private void assertRefused(Answer answer, int code, String why) {
    assertThat(answer.code()).as(answer.out() + answer.err()).isEqualTo(code);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains(why).doesNotContain("Exception");
    assertThat(directory).isDirectoryNotContaining("glob:**vm_*");
  }

  @Test
  @DisplayName("leaves the files that QEMU takes as they are, and the keys for the owner alone")
  void files() throws Exception {
    Answer made = session(pdh, "0x21", "--name", "web");

    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.out()).contains("dh-cert-file=", "session-file=", "web_tik.bin");
    byte[] godh = Files.readAllBytes(directory.resolve("web_godh.bin"));
    byte[] session = Files.readAllBytes(directory.resolve("web_session.bin"));
    assertThat(godh).hasSize(2084);
    assertThat(session).hasSize(128);
    assertThat(Base64.getDecoder().decode(Files.readString(directory.resolve("web_godh.b64"))))
        .isEqualTo(godh);
    assertThat(Base64.getDecoder().decode(Files.readString(directory.resolve("web_session.b64"))))
        .isEqualTo(session);
    for (String key : new String[] {"web_tek.bin", "web_tik.bin"}) {
      assertThat(Files.readAllBytes(directory.resolve(key))).hasSize(16);
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(key))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  @DisplayName("says plainly that nobody vouches for a PDH that comes alone")
  void nobodyVouches() {
    assertThat(session(pdh, "1").out()).contains("NOT VERIFIED", "nobody vouches for this PDH");
    JsonNode json = session(pdh, "1", "--name", "second", "--json").json();
    assertThat(json.get("chainVerified").asBoolean()).isFalse();
    assertThat(json.get("policyWord").asLong()).isEqualTo(1);
  }

  @Test
  @DisplayName("makes none where a chain is asked for and there is none, or it does not hold")
  void verified() throws Exception {
    assertRefused(session(pdh, "1", "--verify"), 2, "cannot be verified");
    try (OwnersPlatform platform = new OwnersPlatform(directory)) {
      Path chain = Path.of(platform.file("platform.chain"));
      assertRefused(session(chain, "1"), 1, "No session is made");
      assertRefused(
          session(Path.of(platform.file("export.chain")), "1", "--verify"),
          2,
          "the chain is not whole");
      byte[] ark = Files.readAllBytes(Path.of(platform.file("ark.cert")));
      ark[5] ^= 1;
      Path anotherRoot = Files.write(directory.resolve("other.cert"), ark);
      assertRefused(
          session(chain, "1", "--chain-root", anotherRoot.toString()), 1, "No session is made");
      byte[] changed = Files.readAllBytes(chain);
      changed[0x20] ^= 1;
      Path broken = Files.write(directory.resolve("broken.chain"), changed);
      assertRefused(
          session(broken, "1", "--chain-root", platform.file("ark.cert")), 1, "PDH under");
      Answer inParts =
          session(
              Path.of(platform.file("export.chain")),
              "1",
              "--name",
              "parts",
              "--chain",
              platform.file("platform.chain"),
              "--chain-root",
              platform.file("ark.cert"));
      assertThat(inParts.out()).contains("verified, PDH to ARK");
      Answer made = session(chain, "1", "--chain-root", platform.file("ark.cert"), "--json");
      assertThat(made.code()).as(made.err()).isZero();
      assertThat(made.json().get("chainVerified").asBoolean()).isTrue();
    }
  }

  @Test
  @DisplayName("answers every wrong file and value with one sentence and exit code 2")
  void badInput() throws Exception {
    byte[] whole = Files.readAllBytes(pdh);
    Path cut = Files.write(directory.resolve("cut.cert"), Arrays.copyOf(whole, 2083));
    Path pek = Files.write(directory.resolve("pek.cert"), certificate(SevCertificate.Usage.PEK));
    Path huge = Files.write(directory.resolve("huge.cert"), new byte[70000]);
    byte[] offCurve = whole.clone();
    offCurve[0x14] ^= 1;
    Path off = Files.write(directory.resolve("off.cert"), offCurve);
    byte[] half = Arrays.copyOf(whole, 2084 * 4 + 100);
    Path amd = Files.write(directory.resolve("amd.chain"), half);

    assertRefused(session(directory, "1"), 2, "is a directory");
    assertRefused(session(directory.resolve("none"), "1"), 2, "does not exist");
    assertRefused(session(cut, "1"), 2, "is no file of SEV certificates");
    assertRefused(session(huge, "1"), 2, "too long");
    assertRefused(session(pek, "1"), 2, "there is no PDH certificate");
    assertRefused(session(off, "1"), 2, "not a point on the curve");
    assertRefused(session(amd, "1"), 2, "is no file of SEV certificates");
    assertRefused(session(pdh, "nodebug"), 2, "no part of a policy");
    assertRefused(session(pdh, "0x100000000"), 2, "number of 32 bits");
    assertRefused(session(pdh, "1", "--name", "a/b"), 2, "choose another --name");
    assertRefused(session(pdh, "1", "--chain-root", cut.toString()), 2, "holds no root key");
    assertRefused(session(pdh, "1", "--chain", directory.toString()), 2, "is a directory");
    Path two = Files.write(directory.resolve("two"), certificate(SevCertificate.Usage.PDH));
    assertRefused(session(pdh, "1", "--chain", two.toString()), 2, "there are 2 PDH");
    assertRefused(
        Answer.to("session", pdh.toString(), "1", "--out", directory + "/none"),
        2,
        "is no directory");
  }

  @Test
  @DisplayName("never takes the place of files that are there")
  void existing() throws Exception {
    Files.writeString(directory.resolve("old_tik.bin"), "precious");

    Answer refused = session(pdh, "1", "--name", "old");

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("left as it is");
    assertThat(directory.resolve("old_tik.bin")).hasContent("precious");
    assertThat(directory.resolve("old_godh.b64")).doesNotExist();
  }
}
