package dev.sealift.cli.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sealift.cli.Answer;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.StateOptions;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.firmware.StateDirectory;
import dev.sealift.kernel.KernelProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("sealift platform export")
class ExportCommandTest {
  @TempDir private Path folder;
  private ModelPlatforms platforms;

  @BeforeEach
  void makePlatform() throws Exception {
    platforms = new ModelPlatforms(folder);
    platforms.platform("a");
  }

  @Test
  @DisplayName("writes PDH, PEK, OCA and CEK, and with --full ASK and ARK, as sevctl does")
  void oneFile() throws Exception {
    PlatformChain chain = platforms.chain("a");
    byte[] four = ModelPlatforms.join(chain.pdh().bytes(), chain.platformCertificates());

    JsonNode json = platforms.succeed("a", "export " + platforms.at("four") + " --json").json();
    assertThat(Files.readAllBytes(platforms.at("four"))).hasSize(4 * 2084).isEqualTo(four);
    assertThat(json.get("emulated").asBoolean()).isTrue();
    assertThat(json.get("files").get(0).get("bytes").asInt()).isEqualTo(4 * 2084);
    assertThat(json.get("files").get(0).get("holds").toString())
        .isEqualTo("[\"PDH\",\"PEK\",\"OCA\",\"CEK\"]");

    assertThat(platforms.succeed("a", "export --full " + platforms.at("six")).out())
        .contains("emulated", "PDH, PEK, OCA, CEK, ASK, ARK");
    assertThat(Files.readAllBytes(platforms.at("six")))
        .isEqualTo(ModelPlatforms.join(four, chain.amdCertificates()));
  }

  @Test
  @DisplayName("has the CEK with its maker's signature, which the firmware does not know")
  void signedCek() throws Exception {
    SevCertificate cek = platforms.chain("a").cek();
    assertThat(cek.bytes()).isEqualTo(Files.readAllBytes(platforms.at("a").resolve("cek.cert")));
    assertThat(cek).isNotEqualTo(cek.withoutSignatures());
  }

  @Test
  @DisplayName("writes each certificate into a file of its own, and replaces none")
  void separate() throws Exception {
    Path into = platforms.at("certs");
    platforms.succeed("a", "export --separate " + into);
    assertThat(into.toFile().list())
        .containsExactlyInAnyOrder(
            "pdh.cert", "pek.cert", "oca.cert", "cek.cert", "ask.cert", "ark.cert");
    platforms.refused(2, "exists already", "a", "export --separate " + into);

    Path other = Files.createDirectory(platforms.at("other"));
    Files.writeString(other.resolve("cek.cert"), "mine");
    platforms.refused(2, "cek.cert exists already", "a", "export --separate " + other);
    assertThat(other.toFile().list()).containsExactly("cek.cert");
    assertThat(other.resolve("cek.cert")).hasContent("mine");
  }

  @Test
  @DisplayName("answers what it cannot write or use in one sentence, and leaves nothing behind")
  void badInput() throws Exception {
    Path file = Files.writeString(platforms.at("file"), "mine");
    platforms.refused(2, "exists already", "a", "export " + file);
    platforms.refused(2, "exists already", "a", "export " + folder);
    platforms.refused(2, "cannot be written", "a", "export " + platforms.at("none/chain"));
    platforms.refused(2, "exists already", "a", "export --separate " + file);
    platforms.refused(2, "cannot be made", "a", "export --separate " + file.resolve("certs"));
    Path out = platforms.at("out");
    platforms.refused(2, "is cut short", "a", "export " + out + " --cek " + file);
    platforms.refused(2, "does not exist", "a", "export " + out + " --cek " + platforms.at("no"));
    platforms.refused(2, "is a directory", "a", "export " + out + " --cek " + folder);
    platforms.refused(2, "ASK and ARK", "a", "export " + out + " --ask-ark " + file);
    Path strange = Files.write(platforms.at("strange"), new byte[2084]);
    platforms.refused(2, "nor of any other key", "a", "export " + out + " --cek " + strange);
    assertThat(file).hasContent("mine");
    assertThat(out).doesNotExist();

    Answer nowhere = platforms.ask("a", "export");
    assertThat(nowhere.code()).isEqualTo(2);
    assertThat(nowhere.err()).contains("--separate DIR");
    Answer both = platforms.ask("a", "export --separate " + platforms.at("certs") + " " + out);
    assertThat(both.code()).isEqualTo(2);
    assertThat(platforms.at("certs")).doesNotExist();
  }

  @Test
  @DisplayName("from a real platform wants the signed CEK, and says where AMD has it")
  void realPlatform() throws Exception {
    platforms.platform("b");
    platforms.succeed("a", "export --separate " + platforms.at("a-certs"));
    platforms.succeed("b", "export --separate " + platforms.at("b-certs"));
    String id = platforms.succeed("a", "id --json").json().get("chips").get(0).get("id").asString();
    try (StateDirectory state = StateOptions.of(platforms.at("a"), null).open();
        HostMachine machine = HostMachine.powerUp(HostKind.MODEL, KernelProfile.MAINLINE, state);
        OpenPlatform real = OpenPlatform.over(machine.host())) {
      assertThat(real.speaker().emulated()).isFalse();
      assertThatExceptionOfType(BadInput.class)
          .isThrownBy(() -> ExportedChain.of(real, null, List.of()))
          .withMessageContaining("--cek FILE")
          .withMessageContaining("https://kdsintf.amd.com/cek/id/" + id);
      assertThatExceptionOfType(BadInput.class)
          .isThrownBy(() -> ExportedChain.of(real, platforms.at("b-certs/cek.cert"), List.of()))
          .withMessageContaining("is the certificate of another chip")
          .withMessageContaining(id);
      assertThatExceptionOfType(BadInput.class)
          .isThrownBy(() -> ExportedChain.of(real, platforms.at("a-certs/pdh.cert"), List.of()))
          .withMessageContaining("a certificate of the PDH, and one of the CEK is wanted");

      ExportedChain chain = ExportedChain.of(real, platforms.at("a-certs/cek.cert"), List.of());
      assertThat(chain.all()).containsOnlyKeys("PDH", "PEK", "OCA", "CEK");
      assertThat(chain.platform().get("CEK")).isEqualTo(state.cek().bytes());

      byte[] unsigned = state.cek().withoutSignatures().bytes();
      Path bare = Files.write(platforms.at("bare"), unsigned);
      assertThatExceptionOfType(BadInput.class)
          .isThrownBy(() -> ExportedChain.of(real, bare, List.of()))
          .withMessageContaining("nobody has signed");
      assertThat(Arrays.equals(unsigned, state.cek().bytes())).isFalse();
    }
  }
}
