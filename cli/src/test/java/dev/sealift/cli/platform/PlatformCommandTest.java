package dev.sealift.cli.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Answer;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.StateOptions;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.firmware.StateDirectory;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.IdleGuest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayName("sealift platform")
class PlatformCommandTest {
  @TempDir private Path folder;
  private ModelPlatforms platforms;

  @BeforeEach
  void makeRoot() throws Exception {
    platforms = new ModelPlatforms(folder);
  }

  @Test
  @DisplayName("status says what the platform is, in words and as JSON, and that it is emulated")
  void status() {
    platforms.platform("a");
    assertThat(platforms.succeed("a", "status").out())
        .contains("emulated", "API 1.55, build 21", "INIT", "itself")
        .contains(folder.resolve("a").toString());
    JsonNode json = platforms.succeed("a", "status --json").json();
    assertThat(json.get("emulated").asBoolean()).isTrue();
    assertThat(json.get("platform").asString()).isEqualTo(folder.resolve("a").toString());
    assertThat(json.get("api").asString()).isEqualTo("1.55");
    assertThat(json.get("state").asString()).isEqualTo("INIT");
    assertThat(json.get("owner").asString()).isEqualTo("self");
    assertThat(json.get("guests").asLong()).isZero();
  }

  @Test
  @DisplayName("id shows the chip's id, which stays, and no address of AMD's for a model's chip")
  void id() {
    platforms.platform("a");
    JsonNode chip = platforms.succeed("a", "id --json").json().get("chips").get(0);
    assertThat(chip.get("id").asString()).matches("[0-9a-f]{128}");
    assertThat(chip.has("url")).isFalse();
    platforms.succeed("a", "reset");
    assertThat(platforms.succeed("a", "id").out()).contains(chip.get("id").asString());
  }

  @Test
  @DisplayName("remembers from one command to the next who the platform is")
  void remembers() throws Exception {
    platforms.platform("a");
    assertThat(platforms.chain("a")).isEqualTo(platforms.chain("a"));
  }

  @Test
  @DisplayName("two platforms under one root show chains that hold under it")
  void twoPlatforms() throws Exception {
    platforms.platform("a");
    platforms.platform("b");
    for (String name : new String[] {"a", "b"}) {
      assertThat(platforms.chain(name).verify(ModelPlatforms.root().root()).edges())
          .hasSize(7)
          .allMatch(ChainVerdict.Edge::holds);
    }
    assertThat(platforms.chain("a").cek()).isNotEqualTo(platforms.chain("b").cek());
  }

  @ParameterizedTest
  @CsvSource({
    "pdh-gen, PDH_GEN, false, false",
    "pek-gen, PEK_GEN, true, true",
    "reset, FACTORY_RESET, true, true"
  })
  @DisplayName("a change of identity is told with what it makes worthless")
  void changes(String command, String done, boolean newPek, boolean newOca) throws Exception {
    platforms.platform("a");
    PlatformChain before = platforms.chain("a");

    JsonNode json = platforms.succeed("a", command + " --json").json();

    PlatformChain after = platforms.chain("a");
    assertThat(json.get("emulated").asBoolean()).isTrue();
    assertThat(json.get("done").asString()).isEqualTo(done);
    assertThat(json.get("invalid").toString())
        .contains("made for the old PDH", "export them again");
    assertThat(after.pdh()).isNotEqualTo(before.pdh());
    assertThat(!after.pek().equals(before.pek())).isEqualTo(newPek);
    assertThat(!after.oca().equals(before.oca())).isEqualTo(newOca);
    assertThat(after.cek()).isEqualTo(before.cek());
    assertThat(platforms.succeed("a", command).out())
        .contains("emulated", done, "made for the old PDH");
  }

  @Test
  @DisplayName("without a /dev/sev says in one sentence what to do instead")
  void noDevice() {
    assumeTrue(Files.notExists(Path.of("/dev/sev")), "this machine has a /dev/sev");
    Answer answer = Answer.to("platform", "status");
    ModelPlatforms.isRefused(answer, 2, "There is no /dev/sev on this machine");
    assertThat(answer.err()).contains("--state DIR");
  }

  @Test
  @DisplayName("a new directory needs a root, later ones none, and never another one")
  void needsRoot() throws Exception {
    platforms.refused(2, "--root DIR", "a", "status");
    assertThat(platforms.at("a")).doesNotExist();
    platforms.refused(2, "does not exist", "a", "status --root " + platforms.at("none"));
    platforms.refused(2, "cannot be used as a model root", "a", "status --root " + folder);
    assertThat(platforms.at("a")).doesNotExist();
    platforms.refused(
        2, "the directory above it does not exist", "x/y", "status --root " + platforms.at("root"));
    platforms.succeed("a", "status --root " + platforms.at("root"));
    platforms.succeed("a", "status");
    platforms.succeed("a", "status --root " + platforms.at("root"));

    ModelRoot.create(new SecureRandom()).save(platforms.at("other"));
    platforms.refused(2, "under another model root", "a", "status --root " + platforms.at("other"));
    platforms.succeed("a", "status");
  }

  @Test
  @DisplayName("a file, or a directory with other things in it, is no platform and stays as it is")
  void notAPlatform() throws Exception {
    Files.writeString(platforms.at("file"), "?");
    platforms.refused(2, "is not a directory", "file", "status");
    platforms.refused(2, "holds other things and no platform", "root", "status");
    platforms.refused(2, "Not a directory", "file/state", "status --root " + platforms.at("root"));
    assertThat(platforms.at("file")).hasContent("?");
    assertThat(platforms.at("root").toFile().list()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"chip.key", "cek.cert", "ask-ark.cert", "identity", "lock"})
  @DisplayName("a damaged platform is SECURE_DATA_INVALID, is named, and is left alone")
  void damaged(String name) throws Exception {
    Path file = platforms.platform("a").resolve(name);
    byte[] whole = Files.readAllBytes(file);
    byte[] changed = java.util.Arrays.copyOf(whole, Math.max(1, whole.length));
    changed[changed.length / 2] ^= 1;
    byte[][] damages = {changed, java.util.Arrays.copyOf(whole, whole.length + 1)};
    for (byte[] damage : damages) {
      Files.write(file, damage);
      for (String command : new String[] {"status", "reset", "pek-gen"}) {
        Answer answer = platforms.ask("a", command);
        ModelPlatforms.isRefused(answer, 2, "SECURE_DATA_INVALID (0x18)");
        assertThat(answer.err())
            .contains(folder.resolve("a").toString(), "Nothing was changed", "move it away");
      }
      assertThat(Files.readAllBytes(file)).isEqualTo(damage);
    }
    Files.delete(file);
    platforms.refused(2, name + " is missing", "a", "status");
    Files.createDirectory(file);
    platforms.refused(2, name + " is not a file", "a", "status");
    assertThat(file).isDirectory();
    Files.delete(file);
    Files.write(file, whole);
    platforms.succeed("a", "status");
  }

  @Test
  @DisplayName("a platform that is on elsewhere is refused in one sentence")
  void inUse() throws Exception {
    Path directory = platforms.platform("a");
    try (StateDirectory on = StateDirectory.open(directory)) {
      platforms.refused(1, "is on in another process", "a", "status");
      assertThat(on.load()).isPresent();
    }
    platforms.succeed("a", "status");
  }

  @Test
  @DisplayName("an identity that cannot be kept leaves the old one, and says so")
  void cannotBeKept() throws Exception {
    Path directory = platforms.platform("a");
    PlatformChain before = platforms.chain("a");
    Files.createDirectories(directory.resolve("identity.new/in-the-way"));
    platforms.refused(1, "cannot be kept in " + directory, "a", "pdh-gen");
    assertThat(platforms.chain("a")).isEqualTo(before);
  }

  @Test
  @DisplayName("while a guest is there, reset and pek-gen are refused with what to do")
  void guests() throws Exception {
    platforms.platform("a");
    try (StateDirectory state = StateOptions.of(platforms.at("a"), null).open();
        HostMachine machine = HostMachine.powerUp(HostKind.MODEL, KernelProfile.MAINLINE, state);
        Guest guest =
            Guest.create(
                machine.host(),
                machine.platform(),
                new GuestConfiguration("idle", IDLE_MEMORY, 0, IdleGuest.WORKLOAD))) {
      guest.sev().launchStart(0, null, null);
      assertThat(machine.platform().status().guests()).isEqualTo(1);
      assertThatThrownBy(() -> explained(() -> machine.platform().factoryReset()))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("FACTORY_RESET was refused with EBUSY")
          .hasMessageContaining("end them first");
      assertThatThrownBy(() -> explained(() -> machine.platform().generatePek()))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("PEK_GEN was refused with INVALID_PLATFORM_STATE (0x1)")
          .hasMessageContaining("end them first");
      machine.platform().generatePdh();
    }
  }

  private interface Command {
    void run() throws VmmException;
  }

  private static void explained(Command command) throws Exception {
    try {
      command.run();
    } catch (VmmException e) {
      throw Refusals.explain(e, null);
    }
  }

  private static final long IDLE_MEMORY = 1 << 20;
}
