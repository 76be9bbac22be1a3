package dev.sealift.interpose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.kernel.SevDevice;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.linux.LinuxSystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A program that calls Linux")
class ClientThreadTest {
  /** What the error field holds before a call. */
  private static final int UNTOUCHED = 0x5EA11F7;

  /** Where the parameters begin in the memory of a call, and where what they point to does. */
  private static final int DATA = 64;

  private static final int BLOB = 256;
  private static final int PAGE = 4096;

  enum Path {
    FUSE,
    SECCOMP;

    ClientThread orSkip(SevDevice device) {
      return TestMachine.orSkip(() ->
          this == FUSE ? ClientThread.throughFuse(device) : ClientThread.throughSeccomp(device));
    }
  }

  /** What a program makes of its memory, whose first byte is at an address, before a call. */
  private interface Parameters {
    void write(MemorySegment memory, long address);
  }

  /** What a command leaves: the result, the error field, and all of the parameters. */
  private record Outcome(int result, int error, String data) {
    static Outcome of(int result, MemorySegment memory) {
      byte[] data = memory.asSlice(DATA).toArray(ValueLayout.JAVA_BYTE);
      return new Outcome(result, SevIssueCmd.read(memory).error(), HexFormat.of().formatHex(data));
    }
  }

  private interface Ioctl {
    int call(int request, long argument) throws Exception;
  }

  private final SoftwareMachine machine = TestMachine.powerUp();

  private static MemorySegment map(SystemCalls calls, int protection) {
    int flags = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS;
    MapResult result = calls.mmap(PAGE, protection, flags, -1, 0);
    return ((MapResult.Mapped) result).memory();
  }

  private static MemorySegment map(SystemCalls calls) {
    return map(calls, MapFlags.PROT_READ | MapFlags.PROT_WRITE);
  }

  private static Outcome run(MemorySegment memory, int command, Parameters parameters, Ioctl ioctl)
      throws Exception {
    memory.fill((byte) 0);
    new SevIssueCmd(command, memory.address() + DATA, UNTOUCHED).write(memory);
    parameters.write(memory, memory.address());
    Outcome outcome = Outcome.of(ioctl.call(SevIoctl.ISSUE_CMD, memory.address()), memory);
    // Addresses differ from process to process.
    return new Outcome(
        outcome.result(),
        outcome.error(),
        outcome.data().replace(address(memory.address() + BLOB), "BLOB"));
  }

  private static String address(long value) {
    return HexFormat.of().toHexDigits(Long.reverseBytes(value));
  }

  private Outcome inProcess(int command, Parameters parameters) throws Exception {
    int fd = machine.calls().open("/dev/sev", OpenFlags.O_RDWR);
    return run(
        map(machine.calls()),
        command,
        parameters,
        (request, argument) -> machine.calls().ioctl(fd, request, argument));
  }

  private void answersTheSame(Path path, int command, Parameters parameters) throws Exception {
    LinuxSystemCalls linux = LinuxSystemCalls.open();
    MemorySegment memory = map(linux);
    try (ClientThread client = path.orSkip(machine.device())) {
      int fd = client.open(OpenFlags.O_RDWR);
      assertThat(fd).isNotNegative();
      Outcome outcome =
          run(memory, command, parameters, (request, arg) -> client.ioctl(fd, request, arg));
      assertThat(outcome).isEqualTo(inProcess(command, parameters));
      assertThat(client.close(fd)).isZero();
    } finally {
      linux.munmap(memory);
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsThePlatformStatus(Path path) throws Exception {
    int status = SevDeviceCommand.PLATFORM_STATUS.id();
    answersTheSame(path, status, (memory, address) -> {});

    Outcome outcome = inProcess(status, (memory, address) -> {});
    assertThat(outcome.result()).isZero();
    assertThat(outcome.error()).isNotEqualTo(UNTOUCHED);
    assertThat(outcome.data()).doesNotMatch("0+");
  }

  @ParameterizedTest
  @EnumSource
  void isToldHowLongAnAnswerWillBe(Path path) throws Exception {
    answersTheSame(
        path,
        SevDeviceCommand.GET_ID2.id(),
        (memory, address) -> new SevUserDataGetId2(0, 0).write(memory.asSlice(DATA)));
  }

  @ParameterizedTest
  @EnumSource
  void getsWhatItsParametersPointTo(Path path) throws Exception {
    answersTheSame(
        path,
        SevDeviceCommand.GET_ID2.id(),
        (memory, address) ->
            new SevUserDataGetId2(address + BLOB, 2048).write(memory.asSlice(DATA)));
  }

  @ParameterizedTest
  @EnumSource
  void isRefusedACommandThatThereIsNot(Path path) throws Exception {
    answersTheSame(path, 99, (memory, address) -> {});
  }

  @ParameterizedTest
  @EnumSource
  void isRefusedABadPointer(Path path) throws Exception {
    LinuxSystemCalls linux = LinuxSystemCalls.open();
    MemorySegment memory = map(linux);
    MemorySegment readOnly = map(linux, MapFlags.PROT_READ);
    try (ClientThread client = path.orSkip(machine.device())) {
      int fd = client.open(OpenFlags.O_RDWR);
      int status = SevDeviceCommand.PLATFORM_STATUS.id();
      for (long bad : new long[] {0, 8, -8, readOnly.address()}) {
        new SevIssueCmd(status, bad, UNTOUCHED).write(memory);
        assertThat(client.ioctl(fd, SevIoctl.ISSUE_CMD, memory.address()))
            .isEqualTo(Errno.EFAULT.negated());
        assertThat(client.ioctl(fd, SevIoctl.ISSUE_CMD, bad)).isNegative();
      }
      assertThat(client.ioctl(fd, SevIoctl.ISSUE_CMD, 8)).isEqualTo(Errno.EFAULT.negated());

      new SevIssueCmd(status, memory.address() + DATA, UNTOUCHED).write(memory);
      assertThat(client.ioctl(fd, SevIoctl.ISSUE_CMD, memory.address())).isZero();
      client.close(fd);
    } finally {
      linux.munmap(readOnly);
      linux.munmap(memory);
    }
  }

  @ParameterizedTest
  @EnumSource
  void changesNothingThroughAFileThatIsOpenForReading(Path path) throws Exception {
    LinuxSystemCalls linux = LinuxSystemCalls.open();
    MemorySegment memory = map(linux);
    try (ClientThread client = path.orSkip(machine.device())) {
      int fd = client.open(OpenFlags.O_RDONLY);
      new SevIssueCmd(SevDeviceCommand.PDH_GEN.id(), 0, UNTOUCHED).write(memory);
      assertThat(client.ioctl(fd, SevIoctl.ISSUE_CMD, memory.address()))
          .isEqualTo(Errno.EPERM.negated());
      client.close(fd);
    } finally {
      linux.munmap(memory);
    }
  }

  @ParameterizedTest
  @EnumSource
  void isToldThatAFileIsClosed(Path path) throws Exception {
    try (ClientThread client = path.orSkip(machine.device())) {
      int fd = client.open(OpenFlags.O_RDWR);
      client.close(fd);
      assertThat(client.ioctl(fd, SevIoctl.ISSUE_CMD, 0)).isEqualTo(Errno.EBADF.negated());
    }
  }

  @ParameterizedTest
  @EnumSource
  void measuresWhatACallTakes(Path path) throws Exception {
    try (ClientThread client = path.orSkip(machine.device())) {
      double micros = client.microsPerCall(100);
      assertThat(micros).isPositive().isFinite();
    }
  }
}
