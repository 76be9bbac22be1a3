package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.ThreadSignals;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.firmware.PlainMemoryController;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A machine")
class SoftwareMachineTest {

  private static final ThreadSignals NO_SIGNALS =
      new ThreadSignals() {
        @Override
        public int currentThread() {
          return 1;
        }

        @Override
        public int block(int signal) {
          return 0;
        }

        @Override
        public int send(int thread, int signal) {
          return 0;
        }

        @Override
        public int take(int signal) {
          return 0;
        }
      };

  private static int init(SystemCalls calls) {
    return init(calls, SevCommand.INIT);
  }

  private static int init(SystemCalls calls, SevCommand command) {
    int vm = calls.ioctl(calls.open("/dev/kvm", OpenFlags.O_RDWR), KvmIoctl.CREATE_VM, 0);
    assertThat(vm).isNotNegative();
    MapResult mapped = calls.mmap(4096, 3, MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS, -1, 0);
    MemorySegment struct = ((MapResult.Mapped) mapped).memory();
    new KvmSevCmd(command.id(), 0, 0, 0).write(struct);
    return calls.ioctl(vm, KvmIoctl.MEMORY_ENCRYPT_OP, struct.address());
  }

  @Test
  void allInSoftwareServesSev() {
    ScriptedProcessor processor = new ScriptedProcessor();
    SoftwareMachine machine =
        SoftwareMachine.model(
            (memory, controller) -> {
              processor.memory = memory;
              return processor;
            },
            PlainMemoryController::new,
            List.of());

    assertThat(machine.processor()).isSameAs(processor);
    assertThat(machine.signals().currentThread()).isPositive();
    assertThat(init(machine.calls())).isZero();
    assertThat(processor.log).contains("INIT");
  }

  @Test
  void overARealKernelServesSevToo() {
    ScriptedProcessor processor = new ScriptedProcessor();
    SoftwareMachine machine =
        SoftwareMachine.over(
            new BareKernel(),
            NO_SIGNALS,
            (memory, controller) -> {
              assertThat(controller).isInstanceOf(PlainMemoryController.class);
              processor.memory = memory;
              return processor;
            });

    assertThat(machine.processor()).isSameAs(processor);
    assertThat(machine.signals()).isSameAs(NO_SIGNALS);
    assertThat(init(machine.calls())).isZero();
  }

  @Test
  void hasSevEsOnlyWhereTheRegistersOfAVcpuCanBeHidden() {
    ScriptedProcessor processor = new ScriptedProcessor();
    processor.minimumSevAsid = 4;
    SoftwareMachine.ProcessorFactory factory =
        (memory, controller) -> {
          processor.memory = memory;
          return processor;
        };

    SoftwareMachine model = SoftwareMachine.model(factory, PlainMemoryController::new, List.of());
    assertThat(init(model.calls(), SevCommand.ES_INIT)).isZero();
    SoftwareMachine real = SoftwareMachine.over(new BareKernel(), NO_SIGNALS, factory);
    assertThat(init(real.calls(), SevCommand.ES_INIT)).isEqualTo(Errno.ENOTTY.negated());
  }

  @Test
  void servesCallersOfOtherProcessesInTheirOwnMemory() {
    ScriptedProcessor processor = new ScriptedProcessor();
    SoftwareMachine machine =
        SoftwareMachine.over(
            new BareKernel(),
            NO_SIGNALS,
            (memory, controller) -> {
              processor.memory = memory;
              return processor;
            });
    long start = 0x7000_0000;
    int status = 64;
    MemorySegment theirs = MemorySegment.ofArray(new byte[128]);
    new SevIssueCmd(SevDeviceCommand.PLATFORM_STATUS.id(), start + status, 0).write(theirs);
    theirs.asSlice(status).fill((byte) 0x5A);

    UserMemory caller = new Elsewhere(start, theirs);
    assertThat(machine.device().ioctl(caller, true, SevIoctl.ISSUE_CMD, start)).isZero();
    PlatformStatusBuffer answer = PlatformStatusBuffer.read(theirs.asSlice(status));
    assertThat(answer.apiMajor()).isNotEqualTo(0x5A);

    new SevIssueCmd(SevDeviceCommand.PLATFORM_STATUS.id(), start + 120, 0).write(theirs);
    assertThat(machine.device().ioctl(caller, true, SevIoctl.ISSUE_CMD, start))
        .isEqualTo(Errno.EFAULT.negated());
    assertThat(machine.device().ioctl(caller, true, SevIoctl.ISSUE_CMD, start - 8))
        .isEqualTo(Errno.EFAULT.negated());
  }

  /** Memory that this process has not mapped. */
  private record Elsewhere(long start, MemorySegment bytes) implements UserMemory {
    private boolean holds(long address, long length) {
      return address >= start && address - start + length <= bytes.byteSize();
    }

    @Override
    public boolean read(long address, MemorySegment into) {
      if (!holds(address, into.byteSize())) {
        return false;
      }
      into.copyFrom(bytes.asSlice(address - start, into.byteSize()));
      return true;
    }

    @Override
    public boolean write(long address, MemorySegment from) {
      if (!holds(address, from.byteSize())) {
        return false;
      }
      bytes.asSlice(address - start).copyFrom(from);
      return true;
    }

    @Override
    public long physicalAddress(long address, Access access) {
      return NONE;
    }

    @Override
    public long contiguousBytes(long address, Access access) {
      return 0;
    }
  }
}
