package dev.sealift.abi.kvm;

/**
 * A part of a vCPU's state that is read and written whole.
 *
 * <p>Source: asm/kvm.h; sizes in bytes are those of x86-64.
 */
public enum VcpuBlob {
  SREGS(KvmIoctl.GET_SREGS, KvmIoctl.SET_SREGS, 312),
  REGS(KvmIoctl.GET_REGS, KvmIoctl.SET_REGS, 144),
  XCRS(KvmIoctl.GET_XCRS, KvmIoctl.SET_XCRS, 392),
  XSAVE(KvmIoctl.GET_XSAVE, KvmIoctl.SET_XSAVE, 4096),
  VCPU_EVENTS(KvmIoctl.GET_VCPU_EVENTS, KvmIoctl.SET_VCPU_EVENTS, 64),
  DEBUGREGS(KvmIoctl.GET_DEBUGREGS, KvmIoctl.SET_DEBUGREGS, 128),
  MP_STATE(KvmIoctl.GET_MP_STATE, KvmIoctl.SET_MP_STATE, 4);

  private final int getRequest;
  private final int setRequest;
  private final int size;

  VcpuBlob(int getRequest, int setRequest, int size) {
    this.getRequest = getRequest;
    this.setRequest = setRequest;
    this.size = size;
  }

  /** The ioctl that reads it. */
  public int getRequest() {
    return getRequest;
  }

  /** The ioctl that writes it. */
  public int setRequest() {
    return setRequest;
  }

  /** Bytes. */
  public int size() {
    return size;
  }
}
