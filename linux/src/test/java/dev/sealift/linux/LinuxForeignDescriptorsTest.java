package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The descriptors of a process")
class LinuxForeignDescriptorsTest {
  private static final int PID = (int) ProcessHandle.current().pid();

  private LinuxSystemCalls calls;
  private LinuxForeignDescriptors foreign;

  @BeforeEach
  void open() throws LinuxUnavailableException {
    calls = LinuxHost.callsOrSkip();
    foreign = LinuxForeignDescriptors.open();
  }

  private int openNull() {
    return calls.open("/dev/null", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
  }

  @Test
  void areTakenAsTheSameOpenFile() {
    int fd = openNull();
    int other = openNull();
    int taken = foreign.take(PID, fd);
    assumeTrue(taken >= 0, "this user may not take descriptors of processes");
    assertThat(taken).isNotEqualTo(fd);
    assertThat(foreign.isSame(PID, fd, taken)).isTrue();
    assertThat(foreign.isSame(PID, other, taken)).isFalse();

    assertThat(calls.close(fd)).isZero();
    assertThat(foreign.isSame(PID, fd, taken)).as("closed").isFalse();
    calls.close(other);
    calls.close(taken);
  }

  @Test
  void areNotThereWhereNothingIsOpen() {
    assertThat(foreign.take(PID, -1)).isEqualTo(Errno.EBADF.negated());
    assertThat(foreign.take(0, 0)).isEqualTo(Errno.EINVAL.negated());
    assertThat(foreign.isSame(PID, -1, 0)).isFalse();
  }
}
