package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The memory of a process")
class LinuxProcessMemoryTest {
  private static final int PID = (int) ProcessHandle.current().pid();

  private LinuxProcessMemory linux;

  @BeforeEach
  void open() throws LinuxUnavailableException {
    LinuxHost.callsOrSkip();
    linux = LinuxProcessMemory.open();
  }

  @Test
  void isReadAndWrittenByItsOwnAddresses() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment theirs = arena.allocateFrom(ValueLayout.JAVA_LONG, 17);
      MemorySegment ours = arena.allocate(ValueLayout.JAVA_LONG);
      assertThat(linux.read(PID, theirs.address(), ours)).isEqualTo(8);
      assertThat(ours.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(17);

      ours.set(ValueLayout.JAVA_LONG, 0, 18);
      assertThat(linux.write(PID, theirs.address(), ours)).isEqualTo(8);
      assertThat(theirs.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(18);
    }
  }

  @Test
  void isRefusedWhereThereIsNone() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ours = arena.allocate(8);
      assertThat(linux.read(PID, 8, ours)).isEqualTo(Errno.EFAULT.negated());
      assertThat(linux.write(PID, 8, ours)).isEqualTo(Errno.EFAULT.negated());
      assertThat(linux.read(0, ours.address(), ours)).isEqualTo(Errno.ESRCH.negated());
    }
  }
}
