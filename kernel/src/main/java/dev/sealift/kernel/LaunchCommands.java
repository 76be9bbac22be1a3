package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchSecret;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** KVM_SEV_LAUNCH_*: a new guest, from its first measured byte to the last. */
final class LaunchCommands {
  private static final Field.U32 HANDLE = (Field.U32) KvmSevLaunchStart.LAYOUT.field("handle");
  private static final Field.U32 MEASURE_LEN = (Field.U32) KvmSevLaunchMeasure.LAYOUT.field("len");

  private final SevModule module;
  private final GuestStart guestStart;

  LaunchCommands(SevModule module) {
    this.module = module;
    this.guestStart = new GuestStart(module);
  }

  int start(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    MemorySegment struct = call.copyParametersIn(KvmSevLaunchStart.LAYOUT);
    KvmSevLaunchStart parameters = KvmSevLaunchStart.read(struct);
    try (KernelBuffer certificate = optional(parameters.dhUaddr(), parameters.dhLen());
        KernelBuffer session = optional(parameters.sessionUaddr(), parameters.sessionLen())) {
      new LaunchStartBuffer(
              parameters.handle(),
              parameters.policy(),
              addressOf(certificate),
              certificate == null ? 0 : parameters.dhLen(),
              addressOf(session),
              session == null ? 0 : parameters.sessionLen())
          .write(vm.firmwareParameters());
      int result = vm.issue(PspCommand.LAUNCH_START, LaunchStartBuffer.LAYOUT, call.sevFd());
      if (result != 0) {
        return result;
      }
    }
    int handle = LaunchStartBuffer.read(vm.firmwareParameters()).handle();
    return guestStart.bind(vm, call, handle, struct, HANDLE);
  }

  int updateData(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    KvmSevLaunchUpdateData parameters =
        KvmSevLaunchUpdateData.read(call.copyParametersIn(KvmSevLaunchUpdateData.LAYOUT));
    long pages = vm.pinnedPages().pin(parameters.uaddr(), parameters.len(), Access.WRITE);
    try {
      return updateRuns(vm, parameters.uaddr(), parameters.len());
    } finally {
      vm.pinnedPages().unpin(pages);
    }
  }

  /** One command of the firmware for each physically contiguous run. */
  private int updateRuns(SevVirtualMachine vm, long address, long length) throws Refusal {
    for (long done = 0; done < length; ) {
      long run =
          Math.min(length - done, module.user().contiguousBytes(address + done, Access.WRITE));
      new LaunchUpdateBuffer(vm.handle(), guestMemory(address + done), run)
          .write(vm.firmwareParameters());
      int result = vm.issue(PspCommand.LAUNCH_UPDATE_DATA, LaunchUpdateBuffer.LAYOUT);
      if (result != 0) {
        return result;
      }
      done += run;
    }
    return 0;
  }

  int measure(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    MemorySegment struct = call.copyParametersIn(KvmSevLaunchMeasure.LAYOUT);
    KvmSevLaunchMeasure parameters = KvmSevLaunchMeasure.read(struct);
    boolean query = parameters.len() == 0;
    if (!query && parameters.uaddr() != 0 && parameters.len() > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new Refusal(Errno.EINVAL);
    }
    try (KernelBuffer blob =
        query || parameters.uaddr() == 0 ? null : module.memory().allocate(parameters.len())) {
      new LaunchMeasureBuffer(vm.handle(), addressOf(blob), blob == null ? 0 : parameters.len())
          .write(vm.firmwareParameters());
      int result = vm.issue(PspCommand.LAUNCH_MEASURE, LaunchMeasureBuffer.LAYOUT);
      if (result != 0 && !query) {
        return result;
      }
      boolean copied = blob == null || module.user().write(parameters.uaddr(), blob.bytes());
      MEASURE_LEN.setUnsigned(struct, LaunchMeasureBuffer.read(vm.firmwareParameters()).len());
      call.copyParametersOut(struct);
      return copied ? result : Errno.EFAULT.negated();
    }
  }

  int secret(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    KvmSevLaunchSecret parameters =
        KvmSevLaunchSecret.read(call.copyParametersIn(KvmSevLaunchSecret.LAYOUT));
    long guest = parameters.guestUaddr();
    long pages = vm.pinnedPages().pin(guest, parameters.guestLen(), Access.WRITE);
    try {
      if (module.user().contiguousBytes(guest, Access.WRITE) < parameters.guestLen()) {
        throw new Refusal(Errno.EINVAL);
      }
      try (KernelBuffer transport = copyOf(parameters.transUaddr(), parameters.transLen());
          KernelBuffer header = copyOf(parameters.hdrUaddr(), parameters.hdrLen())) {
        new PacketBuffer(
                vm.handle(),
                addressOf(header),
                parameters.hdrLen(),
                guestMemory(guest),
                parameters.guestLen(),
                addressOf(transport),
                parameters.transLen())
            .write(vm.firmwareParameters());
        return vm.issue(PspCommand.LAUNCH_SECRET, PacketBuffer.LAYOUT);
      }
    } finally {
      vm.pinnedPages().unpin(pages);
    }
  }

  int finish(SevVirtualMachine vm, SevCall call) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    new HandleBuffer(vm.handle()).write(vm.firmwareParameters());
    return vm.issue(PspCommand.LAUNCH_FINISH, HandleBuffer.LAYOUT);
  }

  private KernelBuffer copyOf(long address, long length) throws Refusal {
    return module.memory().copyOf(module.user(), address, length);
  }

  private @Nullable KernelBuffer optional(long address, long length) throws Refusal {
    return address == 0 ? null : copyOf(address, length);
  }

  private long addressOf(@Nullable KernelBuffer buffer) {
    return buffer == null ? 0 : module.features().hostAddress(buffer.address());
  }

  /** Launch commands take guest memory by the address that the host itself would use. */
  private long guestMemory(long userAddress) throws Refusal {
    long physical = module.user().physicalAddress(userAddress, Access.WRITE);
    if (physical == UserMemory.NONE) {
      throw new Refusal(Errno.EFAULT);
    }
    return module.features().hostAddress(physical);
  }
}
