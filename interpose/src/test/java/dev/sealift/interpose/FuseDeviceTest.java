package dev.sealift.interpose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.linux.LinuxSystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A device that FUSE serves")
@Timeout(60)
class FuseDeviceTest {
  /** Asks for the status and for a command that there is not, as any program would. */
  private static final String PROGRAM =
      """
      import ctypes, fcntl, struct, sys
      status = ctypes.create_string_buffer(12)
      device = open(sys.argv[1], "r+b", buffering=0)
      command = bytearray(struct.pack("<IQI", 1, ctypes.addressof(status), 77))
      print(fcntl.ioctl(device, 0xC0105300, command), command[12:].hex(), status.raw[10:11].hex())
      try:
          fcntl.ioctl(device, 0xC0105300, bytearray(struct.pack("<IQI", 99, 0, 0)))
      except OSError as refused:
          print(refused.errno)
      """;

  private final Path file;

  FuseDeviceTest(@TempDir Path directory) {
    file = directory.resolve("sev");
  }

  private static String mounts() throws IOException {
    return Files.readString(Path.of("/proc/thread-self/mountinfo"));
  }

  private FuseDevice mountOrSkip() {
    return TestMachine.orSkip(() -> FuseDevice.mount(file, TestMachine.powerUp().device()));
  }

  @Test
  void isMountedUntilItIsClosed() throws Throwable {
    TestMachine.onFreshThread(() -> {
      TestMachine.hideMounts();
      try (FuseDevice device = mountOrSkip()) {
        assertThat(device.file()).isEqualTo(file);
        assertThat(mounts()).contains(file.toString());
        assertThat(Files.isRegularFile(file)).isTrue();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
            .as("seen by the rest of the process")
            .doesNotContain(file.toString());
      }
      assertThat(mounts()).doesNotContain(file.toString());
      assertThat(file).doesNotExist();
    });
  }

  @Test
  void leavesAFileThatWasThere() throws Throwable {
    TestMachine.onFreshThread(() -> {
      TestMachine.hideMounts();
      Files.writeString(file, "mine");
      mountOrSkip().close();
      assertThat(file).hasContent("mine");
    });
  }

  @Test
  void leavesNothingWhereItCannotBe(@TempDir Path directory) throws Throwable {
    TestMachine.onFreshThread(() -> {
      TestMachine.hideMounts();
      String before = mounts();
      assertThatThrownBy(() -> FuseDevice.mount(directory, TestMachine.powerUp().device()))
          .isInstanceOf(InterposeException.class);
      assertThatThrownBy(
              () -> FuseDevice.mount(directory.resolve("no/such"), TestMachine.powerUp().device()))
          .isInstanceOf(InterposeException.class)
          .hasMessageContaining("cannot be made");
      assertThat(mounts()).isEqualTo(before);
    });
  }

  @Test
  void endsUnderAProgramThatHasItOpen() throws Throwable {
    TestMachine.onFreshThread(() -> {
      TestMachine.hideMounts();
      LinuxSystemCalls linux = LinuxSystemCalls.open();
      FuseDevice device = mountOrSkip();
      int fd = linux.open(file.toString(), OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
      assertThat(fd).isNotNegative();
      device.close();
      try (Arena arena = Arena.ofConfined()) {
        long argument = arena.allocate(16).address();
        Errno notConnected = new Errno(107);
        assertThat(linux.ioctl(fd, SevIoctl.ISSUE_CMD, argument)).isEqualTo(notConnected.negated());
      }
      assertThat(linux.close(fd)).isZero();
    });
  }

  @Test
  void knowsNoOtherIoctlAndNoContent() throws Throwable {
    TestMachine.onFreshThread(() -> {
      TestMachine.hideMounts();
      LinuxSystemCalls linux = LinuxSystemCalls.open();
      try (FuseDevice device = mountOrSkip()) {
        int fd = linux.open(file.toString(), OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
        assertThat(linux.ioctl(fd, 0x537F, 0)).isEqualTo(Errno.EINVAL.negated());
        assertThat(linux.close(fd)).isZero();
        assertThatThrownBy(() -> Files.readAllBytes(device.file()))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("Invalid argument");
      }
    });
  }

  @Test
  void servesOtherPrograms() throws Throwable {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "there is no python3 to be one");
    TestMachine.onFreshThread(() -> {
      TestMachine.hideMounts();
      try (FuseDevice device = mountOrSkip()) {
        Process program =
            new ProcessBuilder("/usr/bin/python3", "-c", PROGRAM, device.file().toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).matches("0 00000000 [0-9a-f]{2}\n22\n");
      }
    });
  }
}
