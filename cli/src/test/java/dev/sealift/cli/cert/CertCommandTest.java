package dev.sealift.cli.cert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.Answer;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.SevCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("sealift cert")
class CertCommandTest {
  private static final String FINGERPRINT = "[0-9a-f]{64}";

  @TempDir private Path directory;
  private ModelPlatform platform;

  @BeforeEach
  void makeAPlatform() throws Exception {
    platform = new ModelPlatform();
  }

  @Nested
  class Show {

    @Test
    void saysWhatAPlatformsCertificateHolds() throws Exception {
      Answer answer = cert("show", file("anything.bin", platform.pek.bytes()));
      assertThat(answer.code()).isZero();
      assertThat(answer.out())
          .contains("anything.bin: one certificate, 2084 bytes")
          .contains("PEK, platform endorsement key")
          .contains("P-384, for ECDSA_SHA256")
          .contains("API 1.55")
          .contains("fingerprint  " + platform.pek.keyFingerprint())
          .contains("signature 1  ECDSA_SHA256 by OCA")
          .contains("signature 2  ECDSA_SHA256 by CEK");
    }

    @Test
    void tellsARequestAndAnUnsignedCekForWhatTheyAre() throws Exception {
      assertThat(cert("show", file("csr", platform.csr.bytes())).out())
          .contains("none: a request for its owner to sign (CSR)");
      assertThat(cert("show", file("cek", platform.unsignedCek.bytes())).out())
          .contains("none: as the firmware exports it; AMD's key server has the signed one");
    }

    @Test
    void namesAModelRoot() throws Exception {
      Answer answer = cert("show", file("roots", ModelPlatform.join(platform.ask, platform.ark)));
      assertThat(answer.out())
          .contains("ASK and ARK, as SEND_START and AMD have them, 3200 bytes")
          .contains("ARK, root key, at byte 1600")
          .contains("SEALIFTMODEL ARK")
          .contains("generation   none: a model, not AMD's");
    }

    @Test
    void answersInJson() throws Exception {
      JsonNode file = cert("show", "--json", file("chain", chain())).json().get("files").get(0);
      assertThat(file.get("form").asString()).startsWith("PDH, PEK, OCA and CEK");
      assertThat(file.get("certificates").size()).isEqualTo(4);
      assertThat(file.get("certificates").get(3).get("offset").asInt()).isEqualTo(3 * 2084);
      assertThat(file.get("certificates").get(3).get("fingerprint").asString())
          .isEqualTo(platform.unsignedCek.keyFingerprint());
    }
  }

  @Nested
  class Verify {

    @Test
    void drawsTheTreeAndAnswers0WhereTheWholeChainHolds() throws Exception {
      Answer answer =
          cert(
              "verify",
              file("cek", platform.cek.bytes()),
              file("chain", chain()),
              "--root",
              file("roots", ModelPlatform.join(platform.ask, platform.ark)));
      assertThat(answer.out().lines().toList())
          .satisfiesExactly(
              line -> assertThat(line).matches(" {10}PDH EP384 D256 " + FINGERPRINT),
              line -> assertThat(line).matches("ok {8}  PEK EP384 E256 " + FINGERPRINT),
              line -> assertThat(line).matches("ok {8}    OCA EP384 E256 " + FINGERPRINT),
              line -> assertThat(line).isEqualTo("ok              OCA, by itself"),
              line -> assertThat(line).matches("ok {8}    CEK EP384 E256 " + FINGERPRINT),
              line -> assertThat(line).endsWith("  ASK R4096 R384 SEALIFTMODEL ASK"),
              line -> assertThat(line).endsWith("  ARK R4096 R384 SEALIFTMODEL ARK"),
              line -> assertThat(line).startsWith("ok").contains("the model root in"),
              line -> assertThat(line).isEmpty(),
              line -> assertThat(line).contains("The whole chain holds, up to the model root"));
      assertThat(answer.code()).isZero();
    }

    @Test
    void doesNotBelieveInAModelRootUnlessItIsToldTo() throws Exception {
      Answer answer = cert("verify", file("all", fullChain()));
      assertThat(answer.code()).isEqualTo(1);
      assertThat(answer.out())
          .contains("UNTRUSTED")
          .contains("ARK under AMD's roots: the chain leads to a model root, not AMD's")
          .contains("--root FILE")
          .endsWith("The chain does not hold." + System.lineSeparator());
    }

    @Test
    void saysWhichBytesOfWhichFileAreBadAndUnderWhichKey() throws Exception {
      byte[] all = fullChain();
      all[2084 + 0x640] ^= 4;
      String file = file("all", all);
      Answer answer = cert("verify", file, "--root", file);
      assertThat(answer.code()).isEqualTo(1);
      assertThat(answer.out())
          .contains("BAD           CEK EP384 E256")
          .contains(
              ("PEK under CEK: the ECDSA_SHA256 signature by the CEK does not verify: bytes"
                      + " 0x61C..0x823 (signature 2) of the PEK in %s at byte 2084, under the key %s.")
                  .formatted(file, platform.cek.keyFingerprint()));
    }

    @Test
    void neverTakesAMissingCertificateForSuccess() throws Exception {
      Answer answer =
          cert(
              "verify",
              file("some", ModelPlatform.join(platform.pdh, platform.pek, platform.oca)),
              "--root",
              file("roots", ModelPlatform.join(platform.ask, platform.ark)));
      assertThat(answer.code()).isEqualTo(1);
      assertThat(answer.out())
          .contains("-             CEK is missing")
          .contains("Missing: give the CEK, which AMD's key server has for the chip's id.")
          .doesNotContain("BAD");
    }

    @Test
    void saysWhereThereAreTwoOfAKind() throws Exception {
      String other = file("other", new ModelPlatform().oca.bytes());
      String all = file("all", fullChain());
      Answer answer = cert("verify", all, other, "--root", all);
      assertThat(answer.code()).isEqualTo(1);
      assertThat(answer.out())
          .contains("OCA: 2 different ones")
          .contains("There are 2 different certificates of the OCA")
          .contains(platform.oca.keyFingerprint() + "  " + all + " at byte 4168")
          .contains(other);
    }

    @Test
    void answersInJson() throws Exception {
      byte[] all = fullChain();
      all[0x418 + 0x20] ^= 4;
      String file = file("all", all);
      Answer answer = cert("verify", "--json", file, "--root", file);
      assertThat(answer.code()).isEqualTo(1);
      JsonNode report = answer.json();
      assertThat(report.get("holds").asBoolean()).isFalse();
      assertThat(report.get("certificates").size()).isEqualTo(6);
      JsonNode edge = report.get("edges").get(0);
      assertThat(edge.get("verdict").asString()).isEqualTo("broken");
      assertThat(edge.get("signerKey").asString()).isEqualTo(platform.pek.keyFingerprint());
      assertThat(edge.get("bytes").get("certificate").asString()).isEqualTo("PDH");
      assertThat(edge.get("bytes").get("first").asInt()).isEqualTo(0x414);
      assertThat(edge.get("bytes").get("last").asInt()).isEqualTo(0x61B);
      assertThat(report.get("edges").get(1).get("verdict").asString()).isEqualTo("holds");
      assertThat(report.get("edges").get(1).get("bytes").isNull()).isTrue();
    }

    @Test
    void refusesARootFileWithoutARoot() throws Exception {
      Answer answer =
          cert("verify", file("all", fullChain()), "--root", file("oca", platform.oca.bytes()));
      assertRefused(answer, "holds no ARK certificate");
    }
  }

  @Nested
  class OwnerAndSign {

    @Test
    void makeAKeyAnOcaAndAPekThatVerifies() throws Exception {
      Path key = directory.resolve("owner.key");
      Path oca = directory.resolve("oca.cert");
      Path pek = directory.resolve("pek.cert");
      Answer owner = cert("owner", "--key", key.toString(), "--out", oca.toString());
      assertThat(owner.code()).isZero();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
      SevCertificate ocaCertificate = SevCertificate.parse(Files.readAllBytes(oca));
      assertThat(owner.out()).contains(ocaCertificate.keyFingerprint());
      Answer sign = sign(key, oca, file("csr", platform.csr.bytes()), pek);
      assertThat(sign.code()).isZero();
      SevCertificate signed = SevCertificate.parse(Files.readAllBytes(pek));
      assertThat(CertificateChecks.verify(signed, ocaCertificate))
          .isEqualTo(FirmwareStatus.SUCCESS);
      assertThat(signed.sameBody(platform.csr)).isTrue();
      assertThat(signed.slot(1).isEmpty()).isTrue();
    }

    @Test
    void takeAKeyThatExists() throws Exception {
      Path key = directory.resolve("mine.key");
      OwnerKeyFile.write(key, platform.owner.privateKey());
      Path oca = directory.resolve("mine.cert");
      assertThat(cert("owner", "--key", key.toString(), "--out", oca.toString()).code()).isZero();
      assertThat(SevCertificate.parse(Files.readAllBytes(oca)).keyFingerprint())
          .isEqualTo(platform.oca.keyFingerprint());
    }

    @Test
    void overwriteNothing() throws Exception {
      Path key = directory.resolve("owner.key");
      String oca = file("oca.cert", platform.oca.bytes());
      assertRefused(cert("owner", "--key", key.toString(), "--out", oca), "left as it is");
      assertThat(key).doesNotExist();
    }

    @Test
    void leaveNothingBehindWhereTheKeyCannotBeWritten() {
      Path oca = directory.resolve("oca.cert");
      Path key = directory.resolve("no-such-directory").resolve("owner.key");
      assertRefused(
          cert("owner", "--key", key.toString(), "--out", oca.toString()), "cannot be written");
      assertThat(oca).doesNotExist();
    }

    @Test
    void refuseAKeyOfAnotherOwnerAndWhatIsNoPek() throws Exception {
      Path key = directory.resolve("other.key");
      OwnerKeyFile.write(key, new ModelPlatform().owner.privateKey());
      Path oca = Path.of(file("oca.cert", platform.oca.bytes()));
      Path out = directory.resolve("out");
      assertRefused(
          sign(key, oca, file("csr", platform.csr.bytes()), out), "is for another key than this");
      Path own = directory.resolve("own.key");
      OwnerKeyFile.write(own, platform.owner.privateKey());
      assertRefused(sign(own, oca, file("pdh", platform.pdh.bytes()), out), "no PEK certificate");
      assertThat(out).doesNotExist();
    }

    private Answer sign(Path key, Path oca, String csr, Path out) {
      return cert(
          "sign", csr, "--key", key.toString(), "--oca", oca.toString(), "--out", out.toString());
    }
  }

  @Nested
  class ExportAndImport {

    @Test
    void makeTheChainFilesOfSevctl() throws Exception {
      String roots = file("roots", ModelPlatform.join(platform.ark, platform.ask));
      String rest =
          file("rest", ModelPlatform.join(platform.cek, platform.oca, platform.pdh, platform.pek));
      Path chain = directory.resolve("chain.cert");
      Path full = directory.resolve("full.cert");
      assertThat(cert("export", rest, "--out", chain.toString()).code()).isZero();
      assertThat(Files.readAllBytes(chain))
          .isEqualTo(ModelPlatform.join(platform.pdh, platform.pek, platform.oca, platform.cek));
      assertThat(cert("export", roots, rest, "--full", "--out", full.toString()).code()).isZero();
      assertThat(Files.readAllBytes(full)).isEqualTo(fullChain());
    }

    @Test
    void makeTheBlobsOfSendStart() throws Exception {
      Path target = directory.resolve("target");
      Answer answer = cert("export", file("all", fullChain()), "--send-start", target.toString());
      assertThat(answer.code()).isZero();
      assertThat(target.resolve("pdh.cert")).hasBinaryContent(platform.pdh.bytes());
      assertThat(target.resolve("platform.certs"))
          .hasBinaryContent(ModelPlatform.join(platform.pek, platform.oca, platform.cek));
      assertThat(target.resolve("amd.certs"))
          .hasBinaryContent(ModelPlatform.join(platform.ask, platform.ark));
    }

    @Test
    void takeAChainApartAgain() throws Exception {
      Path parts = directory.resolve("parts");
      Answer answer = cert("import", file("all", fullChain()), "--directory", parts.toString());
      assertThat(answer.code()).isZero();
      assertThat(parts.resolve("pdh.cert")).hasBinaryContent(platform.pdh.bytes());
      assertThat(parts.resolve("ark.cert")).hasBinaryContent(platform.ark.bytes());
      try (var files = Files.list(parts)) {
        assertThat(files).hasSize(6);
      }
      Answer again = cert("import", file("all2", fullChain()), "--directory", parts.toString());
      assertRefused(again, "left as it is");
    }

    @Test
    void makeNothingOutOfTooFewOrTooMany() throws Exception {
      Path out = directory.resolve("out");
      String few = file("few", ModelPlatform.join(platform.pdh, platform.oca));
      assertRefused(cert("export", few, "--out", out.toString()), "no PEK certificate");
      String other = file("other", new ModelPlatform().pdh.bytes());
      assertRefused(
          cert("import", few, other, "--directory", out.toString()),
          "2 different PDH certificates");
      assertRefused(
          cert("export", file("chain", chain()), "--send-start", out.toString()),
          "no ASK certificate");
      assertRefused(
          cert("export", file("all", fullChain()), "--full", "--send-start", out.toString()),
          "--full goes with --out");
      assertThat(out).doesNotExist();
    }
  }

  @Test
  @DisplayName("what cannot be read is one sentence and exit code 2, whatever the command")
  void unusableInput() throws Exception {
    List<String> unusable = new ArrayList<>();
    unusable.add(file("cut", Arrays.copyOf(platform.pdh.bytes(), 2083)));
    unusable.add(file("long", Arrays.copyOf(platform.pdh.bytes(), 2085)));
    unusable.add(file("empty", new byte[0]));
    unusable.add(file("base64", Base64.getEncoder().encode(platform.pdh.bytes())));
    unusable.add(file("huge", new byte[1 << 20]));
    unusable.add(directory.toString());
    unusable.add(directory.resolve("absent").toString());
    for (String file : unusable) {
      for (String command : List.of("show", "verify")) {
        assertRefused(cert(command, file), file);
      }
      assertRefused(cert("export", file, "--out", directory.resolve("x").toString()), file);
      assertRefused(cert("import", file, "--directory", directory.resolve("y").toString()), file);
    }
    assertThat(cert().code()).isEqualTo(2);
    assertThat(cert("verify").code()).isEqualTo(2);
  }

  private static Answer cert(String... arguments) {
    List<String> all = new ArrayList<>(List.of("cert"));
    all.addAll(List.of(arguments));
    return Answer.to(all.toArray(String[]::new));
  }

  private static void assertRefused(Answer answer, String why) {
    assertThat(answer.err()).contains(why);
    assertThat(answer.err().strip().lines()).as("one sentence").hasSize(1);
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
  }

  /** As the firmware exports it, the CEK unsigned. */
  private byte[] chain() {
    return ModelPlatform.join(platform.pdh, platform.pek, platform.oca, platform.unsignedCek);
  }

  private byte[] fullChain() {
    return ModelPlatform.join(
        platform.pdh, platform.pek, platform.oca, platform.cek, platform.ask, platform.ark);
  }

  private String file(String name, byte[] content) throws Exception {
    return Files.write(directory.resolve(name), content).toString();
  }
}
