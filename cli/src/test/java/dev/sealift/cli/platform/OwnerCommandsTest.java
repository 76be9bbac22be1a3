package dev.sealift.cli.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.cert.OwnerKeyFile;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("An owner takes a platform")
class OwnerCommandsTest {
  private final OwnerAuthority owner = OwnerAuthority.create(new SecureRandom());
  @TempDir private Path folder;
  private ModelPlatforms platforms;
  private Path oca;
  private Path key;

  @BeforeEach
  void makeOwner() throws Exception {
    platforms = new ModelPlatforms(folder);
    platforms.platform("a");
    oca = Files.write(platforms.at("owner.cert"), owner.certificate().bytes());
    key = platforms.at("owner.key");
    OwnerKeyFile.write(key, owner.privateKey());
  }

  /** Has the platform's request signed and answers the file. */
  private Path signedBy(OwnerAuthority authority, String name) throws Exception {
    Path request = Files.createTempDirectory(folder, "csr").resolve("pek.csr");
    platforms.succeed(name, "pek-csr " + request);
    assertThat(request).hasSize(2084);
    SevCertificate signed = authority.sign(SevCertificate.parse(Files.readAllBytes(request)));
    return Files.write(request.resolveSibling("pek.cert"), signed.bytes());
  }

  private void isOwned(PlatformChain before) throws Exception {
    JsonNode status = platforms.succeed("a", "status --json").json();
    assertThat(status.get("owner").asString()).isEqualTo("external");
    assertThat(platforms.succeed("a", "status").out()).contains("an external one");
    PlatformChain after = platforms.chain("a");
    assertThat(after.oca()).isEqualTo(owner.certificate());
    assertThat(after.pek().sameBody(before.pek())).isTrue();
    assertThat(after.pdh()).isNotEqualTo(before.pdh());
    assertThat(after.verify(ModelPlatforms.root().root()).edges())
        .allMatch(ChainVerdict.Edge::holds);
  }

  @Test
  @DisplayName("in three steps: pek-csr, the owner's signature, pek-import")
  void threeSteps() throws Exception {
    PlatformChain before = platforms.chain("a");
    Path signed = signedBy(owner, "a");
    JsonNode json = platforms.succeed("a", "pek-import " + signed + " " + oca + " --json").json();
    assertThat(json.get("emulated").asBoolean()).isTrue();
    assertThat(json.get("owner").asString()).isEqualTo("external");
    assertThat(json.get("invalid").toString()).contains("made for the old PDH");
    isOwned(before);
  }

  @Test
  @DisplayName("in one: provision; a second owner is refused until the platform is its own again")
  void provision() throws Exception {
    PlatformChain before = platforms.chain("a");
    assertThat(platforms.succeed("a", "provision " + oca + " " + key).out())
        .contains("emulated", "an external one", "made for the old PDH");
    isOwned(before);
    PlatformChain owned = platforms.chain("a");

    platforms.refused(
        1,
        "PEK_CERT_IMPORT was refused with ALREADY_OWNED (0x5), and nothing was changed",
        "a",
        "provision " + oca + " " + key);
    assertThat(platforms.chain("a")).isEqualTo(owned);

    platforms.succeed("a", "pdh-gen");
    assertThat(platforms.succeed("a", "status --json").json().get("owner").asString())
        .isEqualTo("external");
    platforms.succeed("a", "pek-gen");
    assertThat(platforms.succeed("a", "status --json").json().get("owner").asString())
        .isEqualTo("self");
    platforms.succeed("a", "provision " + oca + " " + key);
    platforms.succeed("a", "reset");
    assertThat(platforms.succeed("a", "status --json").json().get("owner").asString())
        .isEqualTo("self");
  }

  @Test
  @DisplayName("with one key several platforms have the same owner")
  void severalPlatforms() throws Exception {
    platforms.platform("b");
    platforms.succeed("a", "provision " + oca + " " + key);
    platforms.succeed("b", "provision " + oca + " " + key);
    assertThat(platforms.chain("a").oca()).isEqualTo(platforms.chain("b").oca());
  }

  @Test
  @DisplayName("but not with the PEK of another platform, or with one from before a reset")
  void foreignPek() throws Exception {
    platforms.platform("b");
    PlatformChain before = platforms.chain("a");
    Path foreign = signedBy(owner, "b");
    platforms.refused(
        1, "is not this platform's PEK of now", "a", "pek-import " + foreign + " " + oca);
    assertThat(platforms.chain("a")).isEqualTo(before);

    Path old = signedBy(owner, "a");
    platforms.succeed("a", "pek-gen");
    platforms.refused(1, "pek-csr here", "a", "pek-import " + old + " " + oca);
  }

  @Test
  @DisplayName("nor with another owner's signature, or none, or no room for the chip's")
  void wrongSignature() throws Exception {
    PlatformChain before = platforms.chain("a");
    Path stranger = signedBy(OwnerAuthority.create(new SecureRandom()), "a");
    platforms.refused(1, "is not signed by the key of", "a", "pek-import " + stranger + " " + oca);
    SevCertificate request = before.pek().withoutSignatures();
    Path bare = Files.write(platforms.at("bare"), request.bytes());
    platforms.refused(1, "is not signed by the key of", "a", "pek-import " + bare + " " + oca);
    SevCertificate signed = owner.sign(request);
    Path full = Files.write(platforms.at("full"), signed.withSlot(1, signed.slot(0)).bytes());
    platforms.refused(1, "no room for the chip's", "a", "pek-import " + full + " " + oca);
    byte[] damaged = owner.certificate().bytes();
    damaged[0x420] ^= 1;
    Path damagedOca = Files.write(platforms.at("damaged"), damaged);
    platforms.refused(
        1,
        "does not hold under its own key",
        "a",
        "pek-import " + signedBy(owner, "a") + " " + damagedOca);
    assertThat(platforms.chain("a")).isEqualTo(before);
  }

  @Test
  @DisplayName("nor with files that are something else, each answered in one sentence")
  void wrongFiles() throws Exception {
    Path pek = signedBy(owner, "a");
    PlatformChain before = platforms.chain("a");
    platforms.refused(
        2, "a certificate of the OCA, and one of the PEK", "a", "pek-import " + oca + " " + pek);
    platforms.refused(2, "does not exist", "a", "pek-import " + platforms.at("no") + " " + oca);
    platforms.refused(2, "is a directory", "a", "pek-import " + pek + " " + folder);
    Path shorter = Files.write(platforms.at("short"), new byte[2083]);
    Path longer = Files.write(platforms.at("long"), new byte[2085]);
    Path zeros = Files.write(platforms.at("zeros"), new byte[2084]);
    platforms.refused(2, "has 2083 bytes", "a", "pek-import " + shorter + " " + oca);
    platforms.refused(2, "too long", "a", "pek-import " + longer + " " + oca);
    platforms.refused(2, "nor of any other key", "a", "pek-import " + zeros + " " + oca);

    platforms.refused(2, "no private key in PEM", "a", "provision " + oca + " " + oca);
    platforms.refused(2, "too long", "a", "provision " + longer + " " + key);
    platforms.refused(2, "does not exist", "a", "provision " + oca + " " + platforms.at("no"));
    Path otherKey = platforms.at("other.key");
    OwnerKeyFile.write(otherKey, OwnerAuthority.create(new SecureRandom()).privateKey());
    platforms.refused(
        2,
        "are not the certificate and the key of an owner",
        "a",
        "provision " + oca + " " + otherKey);
    platforms.refused(2, "exists already", "a", "pek-csr " + oca);
    assertThat(platforms.chain("a")).isEqualTo(before);
  }

  @Test
  @DisplayName("files that are wrong are refused before a platform is made for them")
  void nothingIsMade() {
    platforms.refused(
        2,
        "does not exist",
        "new",
        "provision " + platforms.at("no") + " " + key + " --root " + platforms.at("root"));
    assertThat(platforms.at("new")).doesNotExist();
  }
}
