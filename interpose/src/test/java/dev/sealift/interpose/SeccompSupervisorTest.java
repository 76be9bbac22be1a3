package dev.sealift.interpose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.linux.LinuxSeccomp;
import dev.sealift.linux.LinuxSystemCalls;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A thread under a supervisor")
@Timeout(60)
class SeccompSupervisorTest {
  private static final int TERMINAL_SETTINGS = 0x5401;

  private interface Supervised {
    void run(SeccompSupervisor supervisor, LinuxSystemCalls linux, int fd) throws Exception;
  }

  private static void supervised(Supervised step) throws Throwable {
    LinuxSystemCalls linux = LinuxSystemCalls.open();
    SeccompSupervisor supervisor =
        TestMachine.orSkip(() -> SeccompSupervisor.start(TestMachine.powerUp().device()));
    try (supervisor) {
      TestMachine.onFreshThread(() -> {
        try {
          supervisor.superviseThisThread();
        } catch (InterposeException refused) {
          abort(refused.getMessage());
        }
        int fd = linux.open("/dev/null", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
        step.run(supervisor, linux, fd);
        linux.close(fd);
      });
    }
  }

  @Test
  void makesEveryOtherCallItself() throws Throwable {
    supervised((supervisor, linux, fd) ->
        assertThat(linux.ioctl(fd, TERMINAL_SETTINGS, 0)).isEqualTo(Errno.ENOTTY.negated()));
  }

  @Test
  void isNotLeftWaitingWhenTheSupervisorEnds() throws Throwable {
    supervised((supervisor, linux, fd) -> {
      supervisor.close();
      assertThat(linux.ioctl(fd, SevIoctl.ISSUE_CMD, 0)).isEqualTo(Errno.ENOSYS.negated());
    });
  }

  @Test
  void hasOneFilter() throws Throwable {
    supervised((supervisor, linux, fd) ->
        assertThatThrownBy(supervisor::superviseThisThread)
            .isInstanceOf(IllegalStateException.class));
  }

  @Test
  void runsElevenInstructionsForFourIoctls() {
    try (Arena arena = Arena.ofConfined()) {
      long size = SeccompFilter.notifying(arena, 1, 2, 3, 4).byteSize();
      assertThat(size / LinuxSeccomp.INSTRUCTION_SIZE).isEqualTo(11);
    }
  }
}
