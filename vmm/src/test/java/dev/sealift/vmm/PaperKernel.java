package dev.sealift.vmm;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.ThreadSignals;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.KvmSevGuestStatus;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * A kernel that has no machine: it keeps a list of what it was asked, answers SEV commands as a
 * test says, and everything else with success. It sees no memory but what its mmap gave.
 */
class PaperKernel implements SystemCalls, ThreadSignals {

  /** What the firmware does about a command: changes the parameters, and says how it went. */
  interface Firmware {
    FirmwareStatus answer(MemorySegment params);
  }

  final List<String> calls = new ArrayList<>();
  final Map<SevCommand, Firmware> guestCommands = new EnumMap<>(SevCommand.class);

  /** The extensions that it has; none unless a test says so. */
  final Map<SevExtension, Firmware> extensions = new EnumMap<>(SevExtension.class);

  final Map<SevDeviceCommand, Firmware> deviceCommands = new EnumMap<>(SevDeviceCommand.class);
  final Set<Integer> open = new HashSet<>();
  final List<MemorySegment> mapped = new ArrayList<>();

  /** The call that fails, counted from 0; none if negative. */
  int failingCall = -1;

  Errno failure = Errno.ENOMEM;
  KvmRegs registers = new KvmRegs(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  private int nextDescriptor = 3;

  /** Its guests do nothing until a signal comes. */
  private final Semaphore kicks = new Semaphore(0);

  /** What KVM_GET_REGS gives. */
  KvmRegs registers() {
    return registers;
  }

  /** What KVM_SET_REGS takes. */
  void registers(KvmRegs values) {
    registers = values;
  }

  Host host() {
    return new Host(this, this);
  }

  /** Makes GUEST_STATUS say this. */
  void guestIs(GuestState state, int policy) {
    guestCommands.put(
        SevCommand.GUEST_STATUS,
        params -> {
          new KvmSevGuestStatus(1, policy, state.number()).write(params);
          return FirmwareStatus.SUCCESS;
        });
  }

  /** The memory of the caller at an address, as far as it goes. */
  MemorySegment memoryAt(long address) {
    for (MemorySegment memory : mapped) {
      long offset = address - memory.address();
      if (offset >= 0 && offset < memory.byteSize()) {
        return memory.asSlice(offset);
      }
    }
    throw new AssertionError("0x%x was not given by mmap".formatted(address));
  }

  private boolean fails(String call) {
    calls.add(call);
    return calls.size() - 1 == failingCall;
  }

  private int newDescriptor() {
    open.add(nextDescriptor);
    return nextDescriptor++;
  }

  @Override
  public int open(String path, int flags) {
    return fails("open " + path) ? failure.negated() : newDescriptor();
  }

  @Override
  public int close(int fd) {
    return open.remove(fd) ? 0 : Errno.EBADF.negated();
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    if (fails("mmap")) {
      return new MapResult.Refused(failure);
    }
    MemorySegment memory = Arena.ofAuto().allocate(length, 4096);
    mapped.add(memory);
    return new MapResult.Mapped(memory);
  }

  @Override
  public int munmap(MemorySegment mapping) {
    return mapped.remove(mapping) ? 0 : Errno.EINVAL.negated();
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    if (!open.contains(fd)) {
      return Errno.EBADF.negated();
    }
    return switch (request) {
      case KvmIoctl.MEMORY_ENCRYPT_OP -> guestCommand(memoryAt(argument));
      case SevIoctl.ISSUE_CMD -> deviceCommand(memoryAt(argument));
      case KvmIoctl.GET_API_VERSION -> fails("KVM_GET_API_VERSION") ? failure.negated() : 12;
      case KvmIoctl.CREATE_VM -> fails("KVM_CREATE_VM") ? failure.negated() : newDescriptor();
      case KvmIoctl.CREATE_VCPU -> fails("KVM_CREATE_VCPU") ? failure.negated() : newDescriptor();
      case KvmIoctl.GET_VCPU_MMAP_SIZE ->
          fails("KVM_GET_VCPU_MMAP_SIZE") ? failure.negated() : 12288;
      case KvmIoctl.CHECK_EXTENSION -> 0x1000;
      case KvmIoctl.RUN -> {
        kicks.acquireUninterruptibly();
        yield Errno.EINTR.negated();
      }
      case KvmIoctl.GET_REGS -> {
        registers().write(memoryAt(argument));
        yield 0;
      }
      case KvmIoctl.SET_REGS -> {
        registers(KvmRegs.read(memoryAt(argument)));
        yield 0;
      }
      default -> fails("ioctl 0x%x".formatted(request)) ? failure.negated() : 0;
    };
  }

  private int guestCommand(MemorySegment request) {
    KvmSevCmd command = KvmSevCmd.read(request);
    SevCommand id = SevCommand.of(command.id());
    if (id == null) {
      return extension(request, command);
    }
    if (fails("KVM_SEV_" + id)) {
      return failure.negated();
    }
    if (id == SevCommand.SEND_UPDATE_VMSA || id == SevCommand.RECEIVE_UPDATE_VMSA) {
      // As mainline Linux, unless a test says more.
      if (!guestCommands.containsKey(id)) {
        return Errno.EINVAL.negated();
      }
      if (command.data() == 0) {
        return Errno.EFAULT.negated();
      }
    }
    return answer(request, command, ask(guestCommands.get(id), command.data()));
  }

  private int extension(MemorySegment request, KvmSevCmd command) {
    for (SevExtension id : SevExtension.values()) {
      if (id.id() == command.id()) {
        if (fails("KVM_SEV_" + id)) {
          return failure.negated();
        }
        Firmware firmware = extensions.get(id);
        if (firmware != null) {
          return command.data() == 0
              ? Errno.EFAULT.negated()
              : answer(request, command, ask(firmware, command.data()));
        }
      }
    }
    return Errno.EINVAL.negated();
  }

  private static int answer(MemorySegment request, KvmSevCmd command, FirmwareStatus status) {
    new KvmSevCmd(command.id(), command.data(), status.code(), command.sevFd()).write(request);
    return status == FirmwareStatus.SUCCESS ? 0 : Errno.EIO.negated();
  }

  private int deviceCommand(MemorySegment request) {
    SevIssueCmd command = SevIssueCmd.read(request);
    SevDeviceCommand id = SevDeviceCommand.of(command.cmd());
    if (fails("SEV_" + id)) {
      return failure.negated();
    }
    FirmwareStatus status = ask(deviceCommands.get(id), command.data());
    new SevIssueCmd(command.cmd(), command.data(), status.code()).write(request);
    return status == FirmwareStatus.SUCCESS ? 0 : Errno.EIO.negated();
  }

  private FirmwareStatus ask(Firmware firmware, long params) {
    MemorySegment memory = params == 0 ? MemorySegment.NULL : memoryAt(params);
    return firmware == null ? FirmwareStatus.SUCCESS : firmware.answer(memory);
  }

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
    kicks.release();
    return 0;
  }

  @Override
  public int take(int signal) {
    return Errno.EAGAIN.negated();
  }
}
