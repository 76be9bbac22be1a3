package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmEnableCap;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.kernel.DeviceFiles.DeviceFile;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * SEV laid over a kernel that has none: serves /dev/sev, the three SEV ioctls of VM descriptors and
 * the two capabilities that hand encryption contexts on, and passes everything else to the kernel
 * below. What it must know of the rest it watches go by: which VMs there are and how many vCPUs
 * they have, and what memory the caller mapped.
 */
final class SoftwareSev implements SystemCalls {
  private static final System.Logger LOG = System.getLogger("dev.sealift.kernel");

  /** KVM_CAP_VM_TYPES: a bit for each type that KVM_CREATE_VM takes. */
  private static final int CAP_VM_TYPES = 235;

  private final SystemCalls below;
  private final MappedMemory user;
  private final SevModule module;
  private final DeviceFiles files;
  private final VirtualMachines vms;
  private final RegisterReader registers;
  private final MemoryEncryptOp memoryEncryptOp;
  private final ProtectedState protectedState;
  private final ContextTransfer transfer;
  private final SevDevice device;

  SoftwareSev(
      SystemCalls below,
      MappedMemory user,
      SevModule module,
      DeviceFiles files,
      VirtualMachines vms) {
    this.below = below;
    this.user = user;
    this.module = module;
    this.files = files;
    this.vms = vms;
    this.registers = new RegisterReader(below, user);
    this.memoryEncryptOp = new MemoryEncryptOp(module, registers);
    this.protectedState = new ProtectedState(below, user);
    this.transfer = new ContextTransfer(vms);
    this.device = new SevDevice(module);
  }

  /** The driver that serves /dev/sev. */
  SevDevice device() {
    return device;
  }

  /** A VM of another process, whose own kernel made it as one without SEV. */
  ForeignVirtualMachine foreignVm(PhysicalMemory physicalMemory, ForeignCaller caller) {
    ForeignMemory memory = new ForeignMemory(physicalMemory, caller);
    SevModule callers = module.forCaller(memory, caller::hasSevOpen);
    return new ForeignVirtualMachine(
        new SevVirtualMachine(callers, SevVirtualMachine.TYPE_DEFAULT),
        memory,
        new MemoryEncryptOp(callers, registers));
  }

  @Override
  public int open(String path, int flags) {
    if (!path.equals("/dev/sev")) {
      return below.open(path, flags);
    }
    return files.open(OpenFlags.isWritable(flags));
  }

  @Override
  public int close(int fd) {
    if (DeviceFiles.owns(fd)) {
      return files.close(fd) ? 0 : Errno.EBADF.negated();
    }
    SevVirtualMachine vm = vms.at(fd);
    Vcpu vcpu = vms.vcpuAt(fd);
    if (vm != null) {
      vm.destroy();
    }
    int result = below.close(fd);
    // Known until the number is free: whoever calls meanwhile finds it closed, not without SEV.
    vms.remove(fd, vm, vcpu);
    return result;
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    try {
      return dispatch(fd, request, argument);
    } catch (RuntimeException race) {
      // Memory that another thread takes away in the middle of a call is a bad address, no more.
      LOG.log(Level.WARNING, "an ioctl was cut short", race);
      return Errno.EFAULT.negated();
    }
  }

  /** The same, but a slip of this layer's own shows as the exception that it is. */
  int dispatch(int fd, int request, long argument) {
    if (DeviceFiles.owns(fd)) {
      DeviceFile file = files.at(fd);
      return file == null
          ? Errno.EBADF.negated()
          : device.ioctl(user, file.writable(), request, argument);
    }
    Vcpu vcpu = vms.vcpuAt(fd);
    if (vcpu != null) {
      return vcpuIoctl(vcpu, fd, request, argument);
    }
    SevVirtualMachine vm = vms.at(fd);
    if (vm != null) {
      return vmIoctl(vm, fd, request, argument);
    }
    return switch (request) {
      case KvmIoctl.CREATE_VM -> createVm(fd, argument);
      case KvmIoctl.CHECK_EXTENSION -> checkExtension(fd, argument);
      default -> below.ioctl(fd, request, argument);
    };
  }

  private int vcpuIoctl(Vcpu vcpu, int fd, int request, long argument) {
    vcpu.mutex().lock();
    try {
      if (vcpu.vm().isDead()) {
        return Errno.EIO.negated();
      }
      if (vcpu.isProtected()) {
        return protectedState.ioctl(fd, request, argument);
      }
      int result = below.ioctl(fd, request, argument);
      if (request == KvmIoctl.SET_GUEST_DEBUG && result == 0) {
        vcpu.debugged(debugs(argument));
      }
      return result;
    } finally {
      vcpu.mutex().unlock();
    }
  }

  /** struct kvm_guest_debug begins with a word whose lowest bit switches debugging on. */
  private boolean debugs(long argument) {
    MemorySegment control = MemorySegment.ofArray(new byte[Integer.BYTES]);
    return user.read(argument, control) && (control.get(ValueLayout.JAVA_BYTE, 0) & 1) != 0;
  }

  private int vmIoctl(SevVirtualMachine vm, int fd, int request, long argument) {
    if (vm.isDead()) {
      return Errno.EIO.negated();
    }
    return switch (request) {
      case KvmIoctl.MEMORY_ENCRYPT_OP -> memoryEncryptOp.run(vm, argument);
      case KvmIoctl.MEMORY_ENCRYPT_REG_REGION -> vm.registerRegion(argument);
      case KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION -> vm.unregisterRegion(argument);
      case KvmIoctl.CREATE_VCPU -> createVcpu(vm, fd, argument);
      case KvmIoctl.CHECK_EXTENSION -> checkExtension(fd, argument);
      case KvmIoctl.ENABLE_CAP -> enableCap(vm, fd, argument);
      default -> below.ioctl(fd, request, argument);
    };
  }

  private int enableCap(SevVirtualMachine vm, int fd, long argument) {
    MemorySegment struct = MemorySegment.ofArray(new byte[KvmEnableCap.LAYOUT.size()]);
    if (!module.features().sev() || !user.read(argument, struct)) {
      return below.ioctl(fd, KvmIoctl.ENABLE_CAP, argument);
    }
    KvmEnableCap request = KvmEnableCap.read(struct);
    int sourceFd = ByteBuffer.wrap(request.args()).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return switch (request.cap()) {
      case KvmCapability.VM_COPY_ENC_CONTEXT_FROM ->
          request.flags() == 0 ? transfer.copy(vm, sourceFd) : Errno.EINVAL.negated();
      case KvmCapability.VM_MOVE_ENC_CONTEXT_FROM ->
          request.flags() == 0 ? transfer.move(vm, sourceFd) : Errno.EINVAL.negated();
      default -> below.ioctl(fd, KvmIoctl.ENABLE_CAP, argument);
    };
  }

  private int createVm(int fd, long type) {
    boolean sevType =
        (type == SevVirtualMachine.TYPE_SEV && module.features().sev())
            || (type == SevVirtualMachine.TYPE_SEV_ES && module.features().sevEs());
    // To the kernel below a SEV guest is a VM like any other.
    int vmFd = below.ioctl(fd, KvmIoctl.CREATE_VM, sevType ? SevVirtualMachine.TYPE_DEFAULT : type);
    if (vmFd >= 0) {
      SevVirtualMachine stale = vms.remove(vmFd);
      if (stale != null) {
        stale.destroy();
      }
      vms.add(vmFd, new SevVirtualMachine(module, type));
    }
    return vmFd;
  }

  private int checkExtension(int fd, long capability) {
    int answer = below.ioctl(fd, KvmIoctl.CHECK_EXTENSION, capability);
    if (answer < 0 || !module.features().sev()) {
      return answer;
    }
    if (capability == KvmCapability.VM_COPY_ENC_CONTEXT_FROM
        || capability == KvmCapability.VM_MOVE_ENC_CONTEXT_FROM) {
      return 1;
    }
    return capability == CAP_VM_TYPES ? answer | sevTypes() : answer;
  }

  private int sevTypes() {
    int sevTypes = 1 << SevVirtualMachine.TYPE_DEFAULT | 1 << SevVirtualMachine.TYPE_SEV;
    if (module.features().sevEs()) {
      sevTypes |= 1 << SevVirtualMachine.TYPE_SEV_ES;
    }
    return sevTypes;
  }

  private int createVcpu(SevVirtualMachine vm, int fd, long argument) {
    // Counted before it exists, so that the VM cannot become a SEV guest in between.
    vm.beginVcpu();
    Vcpu vcpu = null;
    KernelBuffer vmsa = null;
    try {
      vmsa = vm.isSevEsGuest() ? Vcpu.allocateVmsa(module.memory()) : null;
      int vcpuFd = below.ioctl(fd, KvmIoctl.CREATE_VCPU, argument);
      if (vcpuFd >= 0) {
        vcpu = new Vcpu(vm, (int) argument, vcpuFd, vmsa);
        vms.add(vcpuFd, vcpu);
      }
      return vcpuFd;
    } catch (Refusal noMemory) {
      return noMemory.result();
    } finally {
      if (vcpu == null && vmsa != null) {
        vmsa.close();
      }
      vm.endVcpu(vcpu);
    }
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    if (DeviceFiles.owns(fd)) {
      boolean open = files.at(fd) != null;
      return new MapResult.Refused(open ? Errno.ENODEV : Errno.EBADF);
    }
    MapResult result = below.mmap(length, protection, flags, fd, offset);
    if (result instanceof MapResult.Mapped(MemorySegment memory) && !user.map(memory, protection)) {
      below.munmap(memory);
      return new MapResult.Refused(Errno.ENOMEM);
    }
    return result;
  }

  @Override
  public int munmap(MemorySegment mapping) {
    if (!user.unmap(mapping)) {
      return Errno.EINVAL.negated();
    }
    return below.munmap(mapping);
  }
}
