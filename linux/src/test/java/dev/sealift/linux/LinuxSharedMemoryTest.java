package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Memory that processes share")
class LinuxSharedMemoryTest {
  private static final int WRITABLE = MapFlags.PROT_READ | MapFlags.PROT_WRITE;

  /** Where nothing else is in a process. */
  private static final long ADDRESS = 0x5100_0000_0000L;

  private final LinuxSystemCalls calls = LinuxHost.callsOrSkip();
  private final LinuxSharedMemory linux;

  LinuxSharedMemoryTest() throws LinuxUnavailableException {
    linux = LinuxSharedMemory.open();
  }

  @Test
  void isAFileAtTheAddressThatWasAskedForAndNowhereElse(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("memory"));
    int fd = calls.open(file.toString(), OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    assertThat(linux.reserve(fd, 2 * Pages.SIZE)).isZero();
    assertThat(file).hasSize(2 * Pages.SIZE);
    assertThat(linux.map(ADDRESS, 2 * Pages.SIZE, WRITABLE, fd, 0)).isZero();
    assertThat(linux.map(ADDRESS + Pages.SIZE, Pages.SIZE, WRITABLE, fd, 0))
        .isEqualTo(Errno.EEXIST.negated());
    calls.close(fd);

    MemorySegment memory;
    try (Arena lifetime = Arena.ofShared()) {
      memory =
          linux.segment(
              ADDRESS, 2 * Pages.SIZE, lifetime, () -> linux.unmap(ADDRESS, 2 * Pages.SIZE));
      memory.set(ValueLayout.JAVA_BYTE, Pages.SIZE, (byte) 7);
      assertThat(Files.readAllBytes(file)[Pages.SIZE]).isEqualTo((byte) 7);
    }
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    fd = calls.open(file.toString(), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC);
    assertThat(linux.map(ADDRESS, Pages.SIZE, MapFlags.PROT_READ, fd, Pages.SIZE))
        .as("the place is free again")
        .isZero();
    assertThat(linux.unmap(ADDRESS, Pages.SIZE)).isZero();
    calls.close(fd);
  }

  @Test
  void isRefusedWhereThereIsNoRoom(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("memory"));
    int fd = calls.open(file.toString(), OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    assertThat(linux.reserve(fd, 1L << 50)).isNegative();
    assertThat(linux.map(ADDRESS + 1, Pages.SIZE, WRITABLE, fd, 0))
        .isEqualTo(Errno.EINVAL.negated());
    calls.close(fd);
    assertThat(linux.reserve(fd, Pages.SIZE)).isEqualTo(Errno.EBADF.negated());
  }
}
