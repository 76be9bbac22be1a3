package dev.sealift.interpose.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.Errno;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, ended by SIGKILL. */
@DisplayName("A program of a machine that is killed")
class KilledProgramTest {
  private static final String GUEST = "the guest";

  private final List<Process> processes = new ArrayList<>();
  private Path socket;
  private Path memory;

  @TempDir Path directory;

  /** Kills the machine, too: what it leaves behind is removed when the next one is made. */
  @AfterEach
  void endAll() throws Exception {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    if (memory != null) {
      try (Stream<Path> left = Files.list(memory)) {
        assertThat(left).hasSize(1);
      }
      SharedMemory.create(memory).close();
      Files.delete(memory);
    }
  }

  @Test
  @Timeout(120)
  void leavesWhatItKeptAndNothingElse() throws Exception {
    killOverAndOver(1, 1);
  }

  @Test
  @Tag("long")
  @Timeout(1200)
  void leavesWhatItKeptAndNothingElseHoweverOftenAndWheneverItIsKilled() throws Exception {
    killOverAndOver(100, 2);
  }

  private void killOverAndOver(int times, long seed) throws Exception {
    startMachine();
    Random moments = new Random(seed);
    long count = 0;
    for (int i = 0; i < times; i++) {
      Process program = start(ProgramProcess.class, "runs", socket.toString(), GUEST);
      LockSupport.parkNanos(moments.nextInt(30_000_000));
      assertThat(program.isAlive()).isTrue();
      program.destroyForcibly().waitFor();
      count = adopt(count);
    }
  }

  /** What a program finds that is started anew, and that the guest has gone on since. */
  private long adopt(long before) throws Exception {
    try (MachineClient client = MachineClient.attach(socket)) {
      List<String> names = client.names();
      assertThat(names).contains(GUEST);
      int others = names.size() - 1;
      assertThat(client.standing())
          .isEqualTo(
              new Standing(
                  2,
                  CountingGuest.DESCRIPTORS + 2 * others,
                  CountingGuest.MAPPINGS + others,
                  1 + others));
      CountingGuest guest = CountingGuest.of(client, client.find(GUEST).orElseThrow());
      assertThat(guest.register(CountingProgram.R8)).isEqualTo(guest.count());
      assertThat(guest.count()).isGreaterThan(before);
      RunningVcpu vcpu = new RunningVcpu(client, guest);
      long stood = guest.count();
      MachineTest.await(() -> guest.count() > stood + 1000);
      assertThat(vcpu.stop()).isEqualTo(Errno.EINTR.negated());
      names.stream().filter(name -> !name.equals(GUEST)).forEach(client::forget);
      return guest.count();
    }
  }

  private void startMachine() throws IOException {
    assumeTrue(Files.isWritable(SharedMemory.TMPFS), "this machine has no " + SharedMemory.TMPFS);
    memory = Files.createTempDirectory(SharedMemory.TMPFS, "sealift-test-");
    socket = directory.resolve("own").resolve("machine.sock");
    start(MachineProcess.class, "ready", memory.toString(), socket.toString());
  }

  /** Starts a class with a main method, and waits for its first line. */
  private Process start(Class<?> main, String line, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).isEqualTo(line);
    return process;
  }
}
