package dev.sealift.abi.kvm;

/**
 * Numbers of the KVM ioctls of x86-64.
 *
 * <p>Source: linux/kvm.h.
 */
public final class KvmIoctl {

  public static final int GET_API_VERSION = 0xAE00;
  public static final int CREATE_VM = 0xAE01;
  public static final int CHECK_EXTENSION = 0xAE03;
  public static final int GET_VCPU_MMAP_SIZE = 0xAE04;
  public static final int GET_SUPPORTED_CPUID = 0xC008AE05;
  public static final int CREATE_VCPU = 0xAE41;
  public static final int GET_DIRTY_LOG = 0x4010AE42;
  public static final int SET_USER_MEMORY_REGION = 0x4020AE46;
  public static final int SET_TSS_ADDR = 0xAE47;
  public static final int RUN = 0xAE80;
  public static final int GET_REGS = 0x8090AE81;
  public static final int SET_REGS = 0x4090AE82;
  public static final int GET_SREGS = 0x8138AE83;
  public static final int SET_SREGS = 0x4138AE84;
  public static final int GET_MSRS = 0xC008AE88;
  public static final int SET_MSRS = 0x4008AE89;
  public static final int SET_SIGNAL_MASK = 0x4004AE8B;
  public static final int GET_FPU = 0x81A0AE8C;
  public static final int SET_FPU = 0x41A0AE8D;
  public static final int SET_CPUID2 = 0x4008AE90;
  public static final int GET_CPUID2 = 0xC008AE91;
  public static final int GET_MP_STATE = 0x8004AE98;
  public static final int SET_MP_STATE = 0x4004AE99;
  public static final int SET_GUEST_DEBUG = 0x4048AE9B;
  public static final int GET_VCPU_EVENTS = 0x8040AE9F;
  public static final int SET_VCPU_EVENTS = 0x4040AEA0;
  public static final int GET_DEBUGREGS = 0x8080AEA1;
  public static final int SET_DEBUGREGS = 0x4080AEA2;
  public static final int ENABLE_CAP = 0x4068AEA3;
  public static final int GET_XSAVE = 0x9000AEA4;
  public static final int SET_XSAVE = 0x5000AEA5;
  public static final int GET_XCRS = 0x8188AEA6;
  public static final int SET_XCRS = 0x4188AEA7;
  public static final int X86_SET_MSR_FILTER = 0x4188AEC6;
  public static final int MEMORY_ENCRYPT_OP = 0xC008AEBA;
  public static final int MEMORY_ENCRYPT_REG_REGION = 0x8010AEBB;
  public static final int MEMORY_ENCRYPT_UNREG_REGION = 0x8010AEBC;
  public static final int GET_SREGS2 = 0x8140AECC;
  public static final int SET_SREGS2 = 0x4140AECD;
  public static final int GET_XSAVE2 = 0x9000AECF;

  private KvmIoctl() {}
}
