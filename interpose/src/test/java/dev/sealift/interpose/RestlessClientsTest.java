package dev.sealift.interpose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevUserDataStatus;
import dev.sealift.kernel.SoftwareMachine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Programs that are killed, interrupted, and close files under each other")
@Timeout(60)
class RestlessClientsTest {
  private static final int KILLED = 128 + 9;
  private static final int FEW = 20;
  private static final int MANY = 200;

  /** The longest life of a program that is killed, in milliseconds: some are killed at birth. */
  private static final int LIFE_MILLIS = 60;

  @TempDir private static Path directory;

  private static Path program;
  private static SoftwareMachine machine;

  enum Way {
    FUSE {
      @Override
      int run(Path program, String how, Random killer) throws Exception {
        try (DeviceProgram served =
            TestMachine.orSkip(() -> DeviceProgram.prepare(machine.device()))) {
          served.start(List.of(program.toString(), how, served.device().toString()));
          kill(served::signal, killer);
          return served.await();
        }
      }
    },
    SECCOMP {
      @Override
      int run(Path program, String how, Random killer) throws Exception {
        try (SupervisedProgram supervised =
            TestMachine.orSkip(() -> SupervisedProgram.prepare(machine))) {
          supervised.start(List.of(program.toString(), how, supervised.device().toString()));
          kill(supervised::signal, killer);
          return supervised.await();
        }
      }
    };

    /** Runs the program to its end, which comes by a killer if there is one; its exit code. */
    abstract int run(Path program, String how, Random killer) throws Exception;

    private interface Signals {
      boolean send(int number);
    }

    private static void kill(Signals signals, Random killer) throws InterruptedException {
      if (killer != null) {
        // No condition is awaited: any moment will do.
        Thread.sleep(killer.nextInt(LIFE_MILLIS));
        assertThat(signals.send(9)).isTrue();
      }
    }
  }

  @BeforeAll
  static void compile() throws Exception {
    program = CompiledCaller.compile(directory);
    machine = TestMachine.powerUp();
  }

  private static long guests() {
    SystemCalls calls = machine.calls();
    InProcessCaller caller = new InProcessCaller(machine);
    int fd = calls.open("/dev/sev", OpenFlags.O_RDWR);
    SevDeviceCommand status = SevDeviceCommand.PLATFORM_STATUS;
    assertThat(caller.device(fd, status.name(), status.id(), caller.memory()).result()).isZero();
    calls.close(fd);
    long guests = SevUserDataStatus.read(MemorySegment.ofArray(caller.read())).guestCount();
    caller.close();
    return guests;
  }

  private static void nothingIsLeft() throws IOException {
    assertThat(guests()).isZero();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain("sealift");
    assertThat(ProcessHandle.current().descendants().map(child -> child.info().command()))
        .noneMatch(command -> command.orElse("").equals(program.toString()));
  }

  private static void killed(Way way, int times) throws Exception {
    Random killer = new Random(times);
    for (int i = 0; i < times; i++) {
      assertThat(way.run(program, "--storm", killer)).isEqualTo(KILLED);
      nothingIsLeft();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("leave no mount, no process and no guest when they are killed at any moment")
  void killed(Way way) throws Exception {
    assumeTrue(
        way == Way.FUSE || Files.isWritable(Path.of("/dev/kvm")), "there is no usable /dev/kvm");
    killed(way, FEW);
  }

  @Tag("long")
  @Timeout(600)
  @ParameterizedTest
  @EnumSource
  @DisplayName("leave nothing when they are killed at any of 200 moments")
  void killedAgainAndAgain(Way way) throws Exception {
    killed(way, MANY);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("get every answer although they are interrupted all the time")
  void interrupted(Way way) throws Exception {
    // Before a supervisor has taken it up, a call can be interrupted.
    String how = way == Way.FUSE ? "--busy" : "--busy-again";
    assertThat(way.run(program, how, null)).isZero();
    nothingIsLeft();
  }

  @Test
  @DisplayName("are served at the same time, and one's bad pointers are its own")
  void severalAtOnce() throws Exception {
    try (DeviceProgram served = TestMachine.orSkip(() -> DeviceProgram.prepare(machine.device()))) {
      String one = program + " --busy " + served.device();
      served.start(
          List.of(
              "sh", "-c", one + " & a=$!; " + one + " & b=$!; " + one + " && wait $a && wait $b"));
      assertThat(served.await()).isZero();
    }
    nothingIsLeft();
  }
}
