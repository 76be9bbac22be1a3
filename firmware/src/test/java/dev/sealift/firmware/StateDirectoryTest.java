package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.SECURE_DATA_INVALID;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.firmware.PlatformStore.DamagedStoreException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A platform that remembers")
class StateDirectoryTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path folder;

  private static StateDirectory make(Path directory) throws IOException {
    return StateDirectory.create(directory, Roots.model(), RANDOM);
  }

  private static TestMachine off(StateDirectory state) {
    return TestMachine.off(
        builder -> builder.rootOfTrust(state.root()).chip(state.chip()).store(state));
  }

  private static TestMachine on(StateDirectory state) {
    return TestMachine.ready(
        builder -> builder.rootOfTrust(state.root()).chip(state.chip()).store(state));
  }

  private static FirmwareStatus init(StateDirectory state) {
    return off(state).init(new InitBuffer(0, 0, 0));
  }

  /** What the platform shows to others, with the CEK that its directory has. */
  private static PlatformChain chain(TestMachine machine, StateDirectory state) throws Exception {
    byte[][] exported = machine.exportedCertificates();
    System.arraycopy(
        state.cek().bytes(), 0, exported[1], 2 * SevCertificate.SIZE, SevCertificate.SIZE);
    return PlatformChain.parse(exported[0], exported[1], state.amdCertificates());
  }

  /** Every file and its bytes. */
  private static Map<String, String> files(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            directory.relativize(file).toString(),
            HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @Test
  @DisplayName("is the same platform after a restart, PDH included")
  void restart() throws Exception {
    Path directory = folder.resolve("state");
    PlatformChain before;
    byte[] id;
    try (StateDirectory state = make(directory)) {
      before = chain(on(state), state);
      id = state.chip().id();
    }
    try (StateDirectory state = StateDirectory.open(directory)) {
      assertThat(chain(on(state), state)).isEqualTo(before);
      assertThat(state.chip().id()).isEqualTo(id);
    }
  }

  @Test
  @DisplayName("forgets OCA, PEK and PDH at PLATFORM_RESET, and never its chip")
  void reset() throws Exception {
    Path directory = folder.resolve("state");
    PlatformChain before;
    byte[] id;
    try (StateDirectory state = make(directory)) {
      TestMachine machine = on(state);
      before = chain(machine, state);
      id = state.chip().id();
      machine.succeed(PspCommand.SHUTDOWN);
      machine.succeed(PspCommand.PLATFORM_RESET);
      assertThat(state.load()).isEmpty();
    }
    try (StateDirectory state = StateDirectory.open(directory)) {
      PlatformChain after = chain(on(state), state);
      assertThat(after.oca()).isNotEqualTo(before.oca());
      assertThat(after.pek()).isNotEqualTo(before.pek());
      assertThat(after.pdh()).isNotEqualTo(before.pdh());
      assertThat(after.cek()).isEqualTo(before.cek());
      assertThat(state.chip().id()).isEqualTo(id);
    }
  }

  @Test
  @DisplayName("keeps an external owner")
  void owner() throws Exception {
    Path directory = folder.resolve("state");
    Owner owner = new Owner();
    try (StateDirectory state = make(directory)) {
      state.save(owner.identity(state.chip()));
    }
    try (StateDirectory state = StateDirectory.open(directory)) {
      TestMachine machine = on(state);
      assertThat(machine.status().owner()).isEqualTo(1);
      PlatformChain chain = chain(machine, state);
      assertThat(chain.oca()).isEqualTo(owner.certificate());
      assertThat(chain.verify(Roots.model().root()).edges()).allMatch(ChainVerdict.Edge::holds);
    }
  }

  @Test
  @DisplayName("shows a chain that holds from PDH to the maker's ARK")
  void chainHolds() throws Exception {
    try (StateDirectory state = make(folder.resolve("state"))) {
      TestMachine machine = on(state);
      PlatformChain chain = chain(machine, state);
      assertThat(chain.verify(Roots.model().root()).edges())
          .hasSize(7)
          .allMatch(ChainVerdict.Edge::holds);
      // The firmware's own CEK certificate is the one that the maker has signed.
      byte[] exported = machine.exportedCertificates()[1];
      SevCertificate unsigned =
          SevCertificate.parse(
              Arrays.copyOfRange(exported, 2 * SevCertificate.SIZE, exported.length));
      assertThat(state.cek().sameBody(unsigned)).isTrue();
      assertThat(CertificateChecks.verifyCek(state.cek(), Roots.model().ask())).isEqualTo(SUCCESS);
      assertThat(state.root()).isEqualTo(Roots.model().root());
    }
  }

  @Test
  @DisplayName("sends a guest to another one under the same root, each from its own directory")
  void twoPlatforms() throws Exception {
    try (StateDirectory one = make(folder.resolve("one"));
        StateDirectory other = make(folder.resolve("other"))) {
      assertThat(one.chip().id()).isNotEqualTo(other.chip().id());
      TestMachine source = on(one);
      TestMachine target = on(other);
      assertThat(chain(source, one).verify(other.root()).edges())
          .allMatch(ChainVerdict.Edge::holds);
      assertThat(chain(target, other).verify(one.root()).edges())
          .allMatch(ChainVerdict.Edge::holds);

      GuestPolicy policy = GuestPolicy.of(GuestPolicy.Flag.SEV);
      byte[] content = TestMachine.randomBytes(TestMachine.PAGE, 3);
      long page = source.place(content);
      int guest = source.running(policy, 1, page);
      byte[] session = source.sendStart(guest, chain(target, other));
      int received = target.receiving(chain(source, one), session, policy, 2);
      long arrival = target.room(TestMachine.PAGE);
      assertThat(
              target.receiveUpdate(
                  received, arrival, source.sendUpdate(guest, page, TestMachine.PAGE)))
          .isEqualTo(SUCCESS);
      target.succeed(PspCommand.RECEIVE_FINISH, received);
      assertThat(target.stateOf(received)).isEqualTo(GuestState.RUNNING);
      assertThat(target.seenBy(2, arrival, TestMachine.PAGE)).isEqualTo(content);
    }
  }

  @Test
  @DisplayName("is its owner's alone, and stays so")
  void permissions() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("state"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
    try (StateDirectory state = make(directory)) {
      on(state);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> all = entries.sorted().toList();
      assertThat(all.stream().map(file -> file.getFileName().toString()))
          .containsExactly("ask-ark.cert", "cek.cert", "chip.key", "identity", "lock");
      for (Path file : all) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  @DisplayName("is made in a directory that is missing or empty, and in no other")
  void newDirectories() throws Exception {
    Path strange = Files.createDirectory(folder.resolve("strange"));
    Path file = Files.writeString(strange.resolve("letter"), "not a platform");
    assertThat(StateDirectory.isNew(folder.resolve("missing"))).isTrue();
    assertThat(StateDirectory.isNew(Files.createDirectory(folder.resolve("empty")))).isTrue();
    assertThat(StateDirectory.isNew(strange)).isFalse();
    assertThatThrownBy(() -> StateDirectory.isNew(file)).isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> make(strange)).hasMessageContaining("holds something already");
    assertThatThrownBy(() -> StateDirectory.open(folder.resolve("missing")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> StateDirectory.open(strange))
        .isNotInstanceOf(DamagedStoreException.class)
        .hasMessageContaining("holds other things and no platform");
    assertThat(strange).isDirectoryContaining(entry -> entry.equals(file));
    assertThat(strange.toFile().list()).hasSize(1);
    assertThat(file).hasContent("not a platform");
    make(folder.resolve("state")).close();
    assertThatThrownBy(() -> make(folder.resolve("state")))
        .hasMessageContaining("holds something already");
  }

  @Nested
  @DisplayName("whose store is damaged")
  class Damaged {
    private Path directory;
    private StateDirectory state;

    private void start() throws Exception {
      directory = folder.resolve("state");
      state = make(directory);
      on(state);
    }

    /** A running processor and one that is switched on afterwards both refuse; nothing changes. */
    private void isRefused(String what) throws Exception {
      Map<String, String> damaged = files(directory);
      assertThat(init(state)).as(what).isEqualTo(SECURE_DATA_INVALID);
      assertThatThrownBy(() -> state.save(Identities.fresh()))
          .as(what)
          .isInstanceOf(DamagedStoreException.class);
      assertThatThrownBy(state::erase).as(what).isInstanceOf(DamagedStoreException.class);
      state.close();
      assertThatThrownBy(() -> StateDirectory.open(directory))
          .as(what)
          .isInstanceOf(DamagedStoreException.class)
          .hasMessageContaining(directory.toString());
      assertThat(files(directory)).as(what).isEqualTo(damaged);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chip.key", "cek.cert", "ask-ark.cert", "identity"})
    @DisplayName("by one byte is refused, whichever file and byte")
    void oneByte(String name) throws Exception {
      start();
      Path file = directory.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      int stride = name.equals("chip.key") ? 1 : 97;
      for (int at = 0; at < whole.length; at += stride) {
        byte[] changed = whole.clone();
        changed[at] ^= 1;
        Files.write(file, changed);
        assertThatThrownBy(() -> state.load())
            .as("byte %d of %s", at, name)
            .isInstanceOf(DamagedStoreException.class);
      }
      byte[] changed = whole.clone();
      changed[whole.length - 1] ^= (byte) 0x80;
      Files.write(file, changed);
      isRefused("the last byte of " + name);
      Files.write(file, whole);
      try (StateDirectory restored = StateDirectory.open(directory)) {
        assertThat(init(restored)).isEqualTo(SUCCESS);
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chip.key", "cek.cert", "ask-ark.cert", "identity"})
    @DisplayName("by a file that is missing, empty, too short or too long is refused")
    void size(String name) throws Exception {
      List<byte[]> contents = new ArrayList<>();
      start();
      byte[] whole = Files.readAllBytes(directory.resolve(name));
      state.close();
      contents.add(new byte[0]);
      contents.add(Arrays.copyOf(whole, whole.length - 1));
      contents.add(Arrays.copyOf(whole, whole.length + 1));
      for (byte[] content : contents) {
        Files.write(directory.resolve(name), whole);
        state = StateDirectory.open(directory);
        Files.write(directory.resolve(name), content);
        isRefused(name + " with " + content.length + " bytes");
      }
      Files.write(directory.resolve(name), whole);
      state = StateDirectory.open(directory);
      Files.delete(directory.resolve(name));
      isRefused("without " + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chip.key", "cek.cert", "ask-ark.cert", "identity"})
    @DisplayName("by a directory in place of a file is refused")
    void directoryInPlace(String name) throws Exception {
      start();
      Files.delete(directory.resolve(name));
      Files.createDirectory(directory.resolve(name));
      isRefused("a directory for " + name);
      assertThat(directory.resolve(name)).isDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"chip.key", "cek.cert", "identity"})
    @DisplayName("by a file of another platform is refused")
    void another(String name) throws Exception {
      start();
      try (StateDirectory stranger = make(folder.resolve("stranger"))) {
        on(stranger);
      }
      Files.write(
          directory.resolve(name), Files.readAllBytes(folder.resolve("stranger").resolve(name)));
      isRefused("another platform's " + name);
    }

    @Test
    @DisplayName("by a lock that is missing or is not one is refused")
    void lock() throws Exception {
      start();
      state.close();
      Path lock = directory.resolve("lock");
      Files.writeString(lock, "?");
      assertThatThrownBy(() -> StateDirectory.open(directory))
          .isInstanceOf(DamagedStoreException.class);
      Files.delete(lock);
      assertThatThrownBy(() -> StateDirectory.open(directory))
          .isInstanceOf(DamagedStoreException.class)
          .hasMessageContaining("lock is missing");
    }
  }

  @Nested
  @DisplayName("that loses power")
  class PowerFails {

    @Test
    @DisplayName("while its identity is written has the old one or the new one, never neither")
    void identity() throws Exception {
      Path directory = folder.resolve("state");
      Set<Boolean> outcomes = new HashSet<>();
      SevCertificate old;
      try (StateDirectory state = make(directory)) {
        old = chain(on(state), state).pdh();
      }
      PlatformIdentity fresh = Identities.fresh();
      byte[] before = Files.readAllBytes(directory.resolve("identity"));
      boolean cut = true;
      for (int steps = 0; cut; steps++) {
        Files.write(directory.resolve("identity"), before);
        // The first step is that of opening, which looks for a leftover.
        cut = isCut(directory, steps + 1, fresh);
        try (StateDirectory state = StateDirectory.open(directory)) {
          SevCertificate pdh = state.load().orElseThrow().pdh().certificate();
          assertThat(pdh).as("after %d steps", steps).isIn(old, fresh.pdh().certificate());
          outcomes.add(pdh.equals(old));
        }
        assertThat(directory.resolve("identity.new")).doesNotExist();
      }
      assertThat(outcomes).containsExactlyInAnyOrder(true, false);
    }

    private static boolean isCut(Path directory, int steps, PlatformIdentity identity)
        throws IOException {
      try (StateDirectory state = StateDirectory.open(directory, new CutDisk(steps))) {
        state.save(identity);
        return false;
      } catch (CutDisk.PowerCut e) {
        return true;
      }
    }

    @Test
    @DisplayName("while it is made is a whole platform or can be made anew")
    void making() throws Exception {
      Set<Boolean> outcomes = new HashSet<>();
      boolean cut = true;
      for (int steps = 0; cut; steps++) {
        Path directory = folder.resolve("state" + steps);
        try {
          StateDirectory.create(directory, Roots.model(), RANDOM, new CutDisk(steps));
          cut = false;
        } catch (CutDisk.PowerCut e) {
          cut = true;
        }
        boolean isNew = StateDirectory.isNew(directory);
        outcomes.add(isNew);
        try (StateDirectory state = isNew ? make(directory) : StateDirectory.open(directory)) {
          assertThat(init(state)).as("after %d steps", steps).isEqualTo(SUCCESS);
        }
        assertThat(files(directory).keySet())
            .containsExactly("ask-ark.cert", "cek.cert", "chip.key", "identity", "lock");
        assertThat(directory.resolve("new")).doesNotExist();
      }
      assertThat(outcomes).containsExactlyInAnyOrder(true, false);
    }

    @Test
    @DisplayName("leaves what others put beside its files alone")
    void leftovers() throws Exception {
      Path directory = folder.resolve("state");
      make(directory).close();
      Path note = directory.resolve("new/note");
      Files.createDirectory(note.getParent());
      Files.writeString(note, "mine");
      Files.writeString(directory.resolve("identity.new"), "half of an ident");
      try (StateDirectory state = StateDirectory.open(directory)) {
        assertThat(init(state)).isEqualTo(SUCCESS);
      }
      assertThat(note).hasContent("mine");
      assertThat(directory.resolve("identity.new")).doesNotExist();
    }
  }

  @Nested
  @DisplayName("that is on")
  class On {

    @Test
    @DisplayName("is refused to a second one in the same process, until it is off")
    void sameProcess() throws Exception {
      Path directory = folder.resolve("state");
      try (StateDirectory state = make(directory)) {
        assertThatThrownBy(() -> StateDirectory.open(directory))
            .isInstanceOf(StateDirectory.InUseException.class)
            .hasMessageContaining(directory.toString());
        assertThat(state.load()).isEmpty();
      }
      StateDirectory.open(directory).close();
    }

    @Test
    @DisplayName("is refused to another process")
    void otherProcess() throws Exception {
      Path directory = folder.resolve("state");
      try (StateDirectory state = make(directory)) {
        assertThat(openElsewhere(directory)).isEqualTo("InUseException");
        assertThat(state.load()).isEmpty();
      }
      assertThat(openElsewhere(directory)).isEqualTo("opened");
    }

    /** What another process hears that wants the platform. */
    private String openElsewhere(Path directory) throws Exception {
      Path program =
          Files.writeString(
              folder.resolve("Second.java"),
              """
              void main(String[] arguments) throws Exception {
                try (var state = dev.sealift.firmware.StateDirectory.open(Path.of(arguments[0]))) {
                  IO.println("opened");
                } catch (java.io.IOException e) {
                  IO.println(e.getClass().getSimpleName());
                }
              }
              """);
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  placeOf(StateDirectory.class)
                      + File.pathSeparator
                      + placeOf(SevCertificate.class)
                      + File.pathSeparator
                      + placeOf(FirmwareStatus.class),
                  program.toString(),
                  directory.toString())
              .redirectError(folder.resolve("errors").toFile())
              .start();
      try (var out = process.inputReader()) {
        String answer = out.readLine();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("errors")).hasContent("");
        return answer;
      }
    }

    private static Path placeOf(Class<?> type) throws Exception {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    @Test
    @DisplayName("and was switched off cannot be asked any more")
    void off() throws Exception {
      StateDirectory state = make(folder.resolve("state"));
      state.close();
      assertThatThrownBy(state::load).hasMessageContaining("switched off");
      assertThat(init(state)).isEqualTo(FirmwareStatus.HWERROR_PLATFORM);
    }
  }
}
