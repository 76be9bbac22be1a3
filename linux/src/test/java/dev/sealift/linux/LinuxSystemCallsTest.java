package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmIoctl;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The system calls of Linux")
class LinuxSystemCallsTest {
  /** TCGETS: terminal settings, which only a terminal has. */
  private static final int TERMINAL_SETTINGS = 0x5401;

  private final LinuxSystemCalls linux = LinuxHost.callsOrSkip();

  private int openNull() {
    int fd = linux.open("/dev/null", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    assertThat(fd).isGreaterThanOrEqualTo(0);
    return fd;
  }

  private MemorySegment map(long bytes) {
    MapResult result =
        linux.mmap(
            bytes,
            MapFlags.PROT_READ | MapFlags.PROT_WRITE,
            MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS,
            -1,
            0);
    assertThat(result).isInstanceOf(MapResult.Mapped.class);
    return ((MapResult.Mapped) result).memory();
  }

  @Test
  void openAndCloseFiles() {
    int fd = openNull();
    assertThat(linux.close(fd)).isZero();
    assertThat(linux.close(fd)).isEqualTo(Errno.EBADF.negated());
  }

  @Test
  void answerWithANegativeErrnoAndNeverThrow(@TempDir Path dir) {
    assertThat(linux.open(dir.resolve("missing").toString(), OpenFlags.O_RDONLY))
        .isEqualTo(Errno.ENOENT.negated());
    assertThat(linux.open("/dev/null\0/etc", OpenFlags.O_RDONLY)).isEqualTo(Errno.EINVAL.negated());
    assertThat(linux.ioctl(-1, 0, 0)).isEqualTo(Errno.EBADF.negated());
    int fd = openNull();
    assertThat(linux.ioctl(fd, TERMINAL_SETTINGS, 0)).isEqualTo(Errno.ENOTTY.negated());
    linux.close(fd);
  }

  @Test
  void passAnIoctlItsNumberAndItsArgument() {
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "this machine has no /dev/kvm to write to");
    int kvm = linux.open("/dev/kvm", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    assertThat(linux.ioctl(kvm, KvmIoctl.GET_API_VERSION, 0)).isEqualTo(12);
    assertThat(linux.ioctl(kvm, KvmIoctl.GET_API_VERSION, 1)).isEqualTo(Errno.EINVAL.negated());
    MemorySegment cpuid = map(4096);
    assertThat(linux.ioctl(kvm, KvmIoctl.GET_SUPPORTED_CPUID, cpuid.address()))
        .as("room for no entry")
        .isEqualTo(Errno.E2BIG.negated());
    assertThat(linux.ioctl(kvm, KvmIoctl.GET_SUPPORTED_CPUID, 0)).isEqualTo(Errno.EFAULT.negated());
    linux.munmap(cpuid);
    linux.close(kvm);
  }

  @Test
  void giveZeroedMemoryThatEveryThreadMayUse() throws Exception {
    MemorySegment memory = map(8192);
    assertThat(memory.byteSize()).isEqualTo(8192);
    assertThat(memory.get(ValueLayout.JAVA_LONG, 8184)).isZero();
    Thread writer = Thread.ofPlatform().start(() -> memory.set(ValueLayout.JAVA_LONG, 0, 42));
    writer.join();
    assertThat(memory.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    assertThat(linux.munmap(memory)).isZero();
  }

  @Test
  void keepMemoryThatIsGoneOutOfReach() {
    MemorySegment memory = map(8192);
    MemorySegment slice = memory.asSlice(4096, 8);
    assertThat(linux.munmap(memory)).isZero();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> slice.set(ValueLayout.JAVA_LONG, 0, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThat(linux.munmap(memory)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void takeBackOnlyWholeMappingsOfTheirOwn() {
    MemorySegment memory = map(8192);
    assertThat(linux.munmap(memory.asSlice(0, 4096))).isEqualTo(Errno.EINVAL.negated());
    assertThat(linux.munmap(memory.asSlice(4096))).isEqualTo(Errno.EINVAL.negated());
    assertThat(linux.munmap(MemorySegment.ofAddress(4096))).isEqualTo(Errno.EINVAL.negated());
    assertThat(linux.munmap(memory)).isZero();
  }

  @Test
  void refuseMemoryThatCannotBe() {
    assertThat(linux.mmap(0, MapFlags.PROT_READ, MapFlags.MAP_PRIVATE, -1, 0))
        .isInstanceOf(MapResult.Refused.class);
    assertThat(
            linux.mmap(
                1L << 60, MapFlags.PROT_READ, MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS, -1, 0))
        .isEqualTo(new MapResult.Refused(Errno.ENOMEM));
  }

  @Test
  void mapFiles(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("file"), "sealift");
    int fd = linux.open(file.toString(), OpenFlags.O_RDONLY);
    MapResult result = linux.mmap(4096, MapFlags.PROT_READ, MapFlags.MAP_SHARED, fd, 0);
    MemorySegment memory = ((MapResult.Mapped) result).memory();
    assertThat(memory.getString(0)).isEqualTo("sealift");
    assertThat(linux.munmap(memory)).isZero();
    linux.close(fd);
  }

  @Test
  void keepTheErrnosOfThreadsApart() throws Exception {
    int fd = openNull();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> wrong = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int on = i % 2 == 0 ? fd : -1;
        int expected = (i % 2 == 0 ? Errno.ENOTTY : Errno.EBADF).negated();
        wrong.add(threads.submit(() -> countOtherThan(expected, on)));
      }
      for (Future<Integer> count : wrong) {
        assertThat(count.get()).isZero();
      }
    }
    linux.close(fd);
  }

  private int countOtherThan(int expected, int fd) {
    int wrong = 0;
    for (int i = 0; i < 20_000; i++) {
      wrong += linux.ioctl(fd, TERMINAL_SETTINGS, 0) == expected ? 0 : 1;
    }
    return wrong;
  }
}
