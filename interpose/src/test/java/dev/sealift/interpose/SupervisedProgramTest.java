package dev.sealift.interpose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.kernel.SoftwareMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A supervised program")
@Timeout(60)
class SupervisedProgramTest {
  /** What the client in C asks, and what it is to be answered: a result or a negative errno. */
  private static final String ANSWERS =
      """
      probe 0
      bad address -14
      another file -25
      no file -9
      another device -25
      before init -25
      launch 0
      init again -22
      guests 1
      register 0
      update 0
      measure what length -5
      status 4 length 48
      measure 0
      unregister 0
      unregister again -22
      register what is gone -12
      finish 0
      by its other descriptor 0
      by another process -5
      another process's own 0
      same number 1
      launch at once 0
      guests 1
      by a thread 0
      guests 2
      without the device -9
      guests 1
      """;

  private final Path directory;

  SupervisedProgramTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static SupervisedProgram prepare() {
    return prepare(TestMachine.powerUp());
  }

  private static SupervisedProgram prepare(SoftwareMachine machine) {
    return TestMachine.orSkip(() -> SupervisedProgram.prepare(machine));
  }

  private int run(String script) throws Exception {
    try (SupervisedProgram program = prepare()) {
      program.start(List.of("sh", "-c", script));
      return program.await();
    }
  }

  private static String mounts() throws IOException {
    return Files.readString(Path.of("/proc/self/mountinfo"));
  }

  @Test
  void endsWithItsOwnExitCode() throws Exception {
    assertThat(run("exit 7")).isEqualTo(7);
  }

  @Test
  void endsByASignalAsAShellWouldSay() throws Exception {
    assertThat(run("kill -9 $$")).isEqualTo(128 + 9);
  }

  @Test
  void getsSignals() throws Exception {
    try (SupervisedProgram program = prepare()) {
      Path ready = directory.resolve("ready");
      program.start(
          List.of(
              "sh", "-c", "trap 'exit 5' TERM; touch " + ready + "; while :; do sleep 0.02; done"));
      while (Files.notExists(ready)) {
        Thread.onSpinWait();
      }
      assertThat(program.signal(15)).isTrue();
      assertThat(program.await()).isEqualTo(5);
      assertThat(program.signal(15)).isFalse();
    }
  }

  @Test
  void isNotStartedIfThereIsNone() throws Exception {
    try (SupervisedProgram program = prepare()) {
      assertThatThrownBy(() -> program.start(List.of(directory + "/nothing")))
          .isInstanceOf(InterposeException.class)
          .hasMessageContaining("start " + directory + "/nothing")
          .hasMessageContaining("ENOENT");
    }
  }

  @Test
  void isWaitedForWithAllThatItLeavesRunning() throws Exception {
    Path late = directory.resolve("late");
    assertThat(run("(sleep 0.3; touch " + late + ") & exit 3")).isEqualTo(3);
    assertThat(late).exists();
  }

  @Test
  void isNotWaitedForOnceItIsGivenUp() throws Exception {
    try (SupervisedProgram program = prepare()) {
      program.start(List.of("sh", "-c", "sleep 1000 & echo $! > " + directory + "/left; exit 4"));
      Thread waiting =
          Thread.ofPlatform()
              .start(() -> {
                while (program.signal(0)) {
                  Thread.onSpinWait();
                }
                program.close();
              });
      assertThat(program.await()).isEqualTo(4);
      waiting.join();
    } finally {
      long left = Long.parseLong(Files.readString(directory.resolve("left")).strip());
      ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void seesADeviceThatNobodyElseSees() throws Exception {
    assumeTrue(Files.notExists(Path.of("/dev/sev")), "this machine has a /dev/sev of its own");
    try (SupervisedProgram program = prepare()) {
      assumeTrue(program.otherwise().isEmpty(), program.otherwise().orElse(""));
      assertThat(program.device()).isEqualTo(Path.of("/dev/sev"));
      program.start(
          List.of("sh", "-c", "test -e /dev/sev && test -e /dev/null && test -d /dev/pts"));
      assertThat(Path.of("/dev/sev")).doesNotExist();
      assertThat(mounts()).doesNotContain("sealift");
      assertThat(program.await()).isZero();
    }
    assertThat(Path.of("/dev/sev")).doesNotExist();
    assertThat(mounts()).doesNotContain("sealift");
  }

  @Test
  void hasNoDescriptorOfThisProcess() throws Exception {
    Path list = directory.resolve("list");
    try (InputStream open = Files.newInputStream(Path.of("/proc/self/status"))) {
      assertThat(open.read()).isPositive();
      // The shell's own list has one more: that of the directory it lists.
      assertThat(run("ls /proc/self/fd > " + list)).isZero();
    }
    assertThat(Files.readAllLines(list)).containsExactly("0", "1", "2", "3");
  }

  @Test
  @DisplayName("asks KVM and /dev/sev for SEV and is answered as by a machine that has it")
  void hasSev() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "there is no usable /dev/kvm");
    assertThat(answers(compile(), TestMachine.powerUp())).isEqualTo(ANSWERS);
  }

  @Test
  @DisplayName("leaves no VM, no descriptor and no mount, whenever it is killed")
  void leavesNothing() throws Exception {
    leavesNothing(20);
  }

  @Test
  @Tag("long")
  @DisplayName("leaves nothing in two hundred times")
  @Timeout(600)
  void leavesNothingInManyTimes() throws Exception {
    leavesNothing(200);
  }

  private void leavesNothing(int times) throws Exception {
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "there is no usable /dev/kvm");
    Path client = compile();
    SoftwareMachine machine = TestMachine.powerUp();
    // Its first guest is the only one that the platform knows, now and in the end.
    assertThat(answers(client, machine)).isEqualTo(ANSWERS);
    long descriptors = descriptors();
    Random random = new Random(6);
    for (int i = 0; i < times; i++) {
      try (SupervisedProgram program = prepare(machine)) {
        program.start(
            List.of(client.toString(), program.device().toString(), "/dev/null", "for ever"));
        LockSupport.parkNanos(random.nextInt(60_000_000));
        program.signal(9);
        assertThat(program.await()).isEqualTo(128 + 9);
      }
    }
    assertThat(descriptors()).isEqualTo(descriptors);
    assertThat(mounts()).doesNotContain("sealift");
    assertThat(answers(client, machine)).isEqualTo(ANSWERS);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.count();
    }
  }

  private String answers(Path client, SoftwareMachine machine) throws Exception {
    Path answers = directory.resolve("answers");
    try (SupervisedProgram program = prepare(machine)) {
      program.start(List.of(client.toString(), program.device().toString(), answers.toString()));
      assertThat(program.await()).as(Files.readString(answers)).isEqualTo(42);
    }
    return Files.readString(answers);
  }

  private Path compile() throws IOException, InterruptedException {
    Path source = directory.resolve("client.c");
    Path program = directory.resolve("client");
    try (InputStream text = SupervisedProgramTest.class.getResourceAsStream("client.c")) {
      Files.copy(Objects.requireNonNull(text), source);
    }
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(
                  "cc", "-Wall", "-o", program.toString(), source.toString(), "-lpthread")
              .redirectErrorStream(true)
              .start();
    } catch (IOException none) {
      assumeTrue(false, "there is no C compiler");
      throw none;
    }
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(compiler.exitValue()).as(said).isZero();
    return program;
  }
}
