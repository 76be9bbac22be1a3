package dev.sealift.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Answer;
import dev.sealift.crypto.cert.ModelRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("sealift device")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeviceCommandTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");

  /** Asks for the status of the device that it is told, and says what it got. */
  private static final String ASK =
      """
      import ctypes, fcntl, struct, sys
      status = ctypes.create_string_buffer(12)
      device = open(sys.argv[1], sys.argv[2], buffering=0)
      def ask(number):
          command = bytearray(struct.pack("<IQI", number, ctypes.addressof(status), 77))
          try:
              return fcntl.ioctl(device, 0xC0105300, command)
          except OSError as refused:
              return -refused.errno
      print(ask(1), status.raw[0], ask(4), flush=True)
      """;

  /** The same without an end, until it is refused: it says with what. */
  private static final String ASK_ON =
      ASK + "while ask(1) == 0: pass\nopen(sys.argv[3], 'w').write(str(ask(1)))\n";

  /** One platform for most tests: a model root takes seconds. */
  @TempDir private static Path platforms;

  private final Path directory;

  DeviceCommandTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeAll
  static void makeRoot() throws IOException {
    ModelRoot.create(new SecureRandom()).save(Files.createDirectory(platforms.resolve("root")));
  }

  private static List<String> remembered() {
    return List.of(
        "--state",
        platforms.resolve("host").toString(),
        "--root",
        platforms.resolve("root").toString());
  }

  @BeforeEach
  void assumePython() {
    assumeTrue(Files.isExecutable(PYTHON), "there is no python3 to be a client");
  }

  private static String mounts() throws IOException {
    return Files.readString(Path.of("/proc/self/mountinfo"));
  }

  private static List<String> python(String script, String... arguments) {
    List<String> words = new ArrayList<>(List.of(PYTHON.toString(), "-c", script));
    words.addAll(List.of(arguments));
    return words;
  }

  private SealiftProgram device(List<String> options, List<String> program) throws IOException {
    List<String> words = new ArrayList<>(List.of("device"));
    words.addAll(options);
    words.addAll(remembered());
    if (!program.isEmpty()) {
      words.add("--");
      words.addAll(program);
    }
    return SealiftProgram.start(directory, words.toArray(String[]::new));
  }

  /** One at a path that is served, or the test is skipped. */
  private SealiftProgram serving(Path path) throws Exception {
    SealiftProgram sealift = device(List.of("--at", path.toString()), List.of());
    while (sealift.isAlive() && sealift.errors().stream().noneMatch(this::isReady)) {
      Thread.sleep(20);
    }
    assumeTrue(sealift.isAlive(), String.join(" ", sealift.errors()));
    return sealift;
  }

  private boolean isReady(String line) {
    return line.contains("for everybody until");
  }

  private static String run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return words.strip();
  }

  private static void awaitGone(Path path) throws Exception {
    while (mounts().contains(path.toString()) || Files.exists(path)) {
      Thread.sleep(20);
    }
  }

  private static void assumeServed(SealiftProgram sealift, String heard) throws IOException {
    assumeTrue(
        heard != null || !String.join("", sealift.errors()).contains("Linux does not"),
        String.join(" ", sealift.errors()));
  }

  @Test
  @DisplayName("is there for its program alone, ends with it, and has its exit code")
  void forAProgram() throws Exception {
    assumeTrue(Files.notExists(Path.of("/dev/sev")), "this machine has a /dev/sev of its own");
    List<String> program = python(ASK + "sys.stdin.readline(); sys.exit(7)", "/dev/sev", "r+b");
    try (SealiftProgram sealift = device(List.of(), program)) {
      String heard = sealift.hear();
      assumeServed(sealift, heard);
      assertThat(heard).isEqualTo("0 1 0");
      assertThat(Path.of("/dev/sev")).doesNotExist();
      assertThat(OurMounts.in(directory)).isEmpty();
      sealift.say("go on");
      assertThat(sealift.await()).isEqualTo(7);
      assertThat(sealift.errors().getFirst()).contains("NO Secure Processor but one in software");
    }
    assertThat(OurMounts.in(directory)).isEmpty();
  }

  @Test
  @DisplayName("lets a file that is open for reading change nothing, as the real device does")
  void readOnly() throws Exception {
    List<String> program = python(ASK, "/dev/sev", "rb");
    try (SealiftProgram sealift = device(List.of(), program)) {
      String heard = sealift.hear();
      assumeServed(sealift, heard);
      assertThat(heard).as("0: PLATFORM_STATUS; -1, EPERM: PDH_GEN").isEqualTo("0 1 -1");
      assertThat(sealift.await()).isZero();
    }
  }

  @Test
  @DisplayName("is the platform that a directory remembers")
  void isRemembered() throws Exception {
    try (SealiftProgram sealift = device(List.of(), python(ASK, "/dev/sev", "r+b"))) {
      String heard = sealift.hear();
      assumeServed(sealift, heard);
      // PDH_GEN among them.
      assertThat(heard).isEqualTo("0 1 0");
      assertThat(sealift.await()).isZero();
    }
    byte[] before = chain("before");
    try (SealiftProgram sealift = device(List.of(), List.of("true"))) {
      assertThat(sealift.await()).isZero();
    }
    assertThat(chain("after")).isEqualTo(before);
  }

  /** The certificates of the platform, by another command. */
  private byte[] chain(String name) throws IOException {
    Path file = directory.resolve(name);
    List<String> words = new ArrayList<>(List.of("platform", "export", file.toString()));
    words.addAll(remembered());
    assertThat(Answer.to(words.toArray(String[]::new)).code()).isZero();
    return Files.readAllBytes(file);
  }

  @Test
  @DisplayName("serves everybody at a path until it is told to end; the file is as before")
  void atAPath() throws Exception {
    Path there = Files.writeString(directory.resolve("there with blanks"), "mine");
    try (SealiftProgram sealift = serving(there)) {
      assertThat(run(python(ASK, there.toString(), "r+b"))).isEqualTo("0 1 0");
      Answer second = Answer.to("device", "--at", there.toString());
      assertThat(second.code()).isEqualTo(2);
      assertThat(second.err()).contains("is a mount already").hasLineCount(1);
      sealift.terminate();
      assertThat(sealift.await()).isZero();
    }
    assertThat(there).hasContent("mine");
    assertThat(OurMounts.in(directory)).isEmpty();
  }

  @Test
  @DisplayName("ends when somebody else unmounts it")
  void unmounted() throws Exception {
    Path made = directory.resolve("sev");
    try (SealiftProgram sealift = serving(made)) {
      assertThat(run(List.of("umount", made.toString()))).isEmpty();
      assertThat(sealift.await()).isZero();
    }
    assertThat(made).doesNotExist();
  }

  @Test
  @DisplayName("leaves neither a mount nor a waiting program when it is killed")
  void killed() throws Exception {
    Path made = directory.resolve("sev");
    Path answer = directory.resolve("answer");
    Process client = null;
    try (SealiftProgram sealift = serving(made)) {
      client =
          new ProcessBuilder(python(ASK_ON, made.toString(), "r+b", answer.toString())).start();
      assertThat(client.inputReader().readLine()).isEqualTo("0 1 0");
      sealift.kill();
      assertThat(client.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(answer).content().as("ENOTCONN").isEqualTo("-107");
      awaitGone(made);
    } finally {
      if (client != null) {
        client.destroyForcibly();
      }
    }
  }

  @Test
  @DisplayName("leaves its program without a device, not without an answer, when it is killed")
  void killedWithAProgram() throws Exception {
    Path answer = directory.resolve("answer");
    List<String> program =
        python(
            "import os\nprint(os.getpid(), flush=True)\n" + ASK_ON,
            "/dev/sev",
            "r+b",
            answer.toString());
    try (SealiftProgram sealift = device(List.of(), program)) {
      String pid = sealift.hear();
      assumeServed(sealift, pid);
      ProcessHandle client = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      try {
        assertThat(sealift.hear()).isEqualTo("0 1 0");
        sealift.kill();
        client.onExit().get(30, TimeUnit.SECONDS);
      } finally {
        client.destroyForcibly();
      }
      assertThat(answer).content().as("ENOTCONN").isEqualTo("-107");
      assertThat(OurMounts.in(directory)).isEmpty();
    }
  }

  @Test
  @DisplayName("says in one sentence what it is not allowed, and what still works")
  void notAllowed() throws Exception {
    List<String> without =
        new ArrayList<>(List.of("setpriv", "--inh-caps=-all", "--bounding-set=-all"));
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "there is no setpriv");
    without.addAll(SealiftProgram.commandLine());
    without.add("device");
    without.addAll(remembered());
    without.addAll(List.of("--", "true"));
    String last = run(without).lines().toList().getLast();
    assertThat(last)
        .contains("Linux does not give a thread a mount namespace of its own")
        .contains("(EPERM); root may")
        .contains("sealift run still gives one");
  }

  @Test
  @DisplayName("takes no device's, directory's or mount's place, and says so in a sentence")
  void badPlaces() {
    for (String place :
        List.of("/dev/null", directory.toString(), "/proc", directory + "/no/such/sev")) {
      Answer answer = Answer.to("device", "--at", place);
      assertThat(answer.code()).as(place).isEqualTo(2);
      assertThat(answer.err()).contains(place).hasLineCount(1);
    }
    Answer both = Answer.to("device", "--at", directory + "/sev", "--", "true");
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("leave true out").hasLineCount(1);
    assertThat(directory.resolve("sev")).doesNotExist();
  }

  @Test
  @DisplayName("says in a sentence which program cannot be run")
  void noProgram() {
    Answer answer = Answer.to("device", "--", directory + "/nothing");
    assumeTrue(!answer.err().contains("there is no /dev/sev by FUSE"), answer.err());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err().strip().lines().toList().getLast())
        .startsWith(directory + "/nothing cannot be run: ");
  }
}
