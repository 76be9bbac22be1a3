package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A program of the calling thread's")
@Timeout(30)
class LinuxProgramsTest {
  private LinuxPrograms programs;

  @BeforeEach
  void open() throws LinuxUnavailableException {
    LinuxHost.callsOrSkip();
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no shell to be one");
    programs = LinuxPrograms.open();
  }

  private int run(String script, String... arguments) {
    String[] command = new String[arguments.length + 3];
    command[0] = "sh";
    command[1] = "-c";
    command[2] = script;
    System.arraycopy(arguments, 0, command, 3, arguments.length);
    int pid = programs.start(List.of(command));
    assertThat(pid).isPositive();
    return programs.await(pid);
  }

  @Test
  void isFoundInThePathAndGetsItsArguments() {
    assertThat(run("test \"$0-$1-$#\" = 'a b-c-1'", "a b", "c")).isZero();
    assertThat(run("exit 200")).isEqualTo(200);
  }

  @Test
  void hasTheEnvironmentAsItIs(@TempDir Path directory) throws Exception {
    Path seen = directory.resolve("seen");
    assertThat(run("env > \"$0\"", seen.toString())).isZero();
    assertThat(Files.readString(seen)).contains("PATH=" + System.getenv("PATH"));
  }

  @Test
  void getsEverySignal() {
    assertThat(run("kill -QUIT $$; sleep 5")).isEqualTo(128 + 3);
    int pid = programs.start(List.of("sleep", "100"));
    assertThat(programs.signal(pid, 15)).isZero();
    assertThat(programs.await(pid)).isEqualTo(128 + 15);
    assertThat(programs.await(pid)).isEqualTo(new Errno(10).negated());
  }

  @Test
  void isRefusedWhereThereIsNone() {
    assertThat(programs.start(List.of("/nothing/here"))).isEqualTo(Errno.ENOENT.negated());
    assertThat(programs.start(List.of("a\0b"))).isEqualTo(Errno.EINVAL.negated());
  }
}
