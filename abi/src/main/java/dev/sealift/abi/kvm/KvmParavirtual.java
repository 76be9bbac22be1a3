package dev.sealift.abi.kvm;

/**
 * What a guest that knows KVM can ask of it: features in CPUID, and a model-specific register.
 *
 * <p>Source: asm/kvm_para.h; the kernel's documentation of KVM CPUID bits and of KVM-specific MSRs.
 */
public final class KvmParavirtual {

  /** CPUID function whose ebx, ecx and edx spell {@code KVMKVMKVM\0\0\0}; eax is the last one. */
  public static final int CPUID_SIGNATURE = 0x4000_0000;

  /** CPUID function whose eax holds the feature bits. */
  public static final int CPUID_FEATURES = 0x4000_0001;

  /** What ebx holds under {@link #CPUID_SIGNATURE}: {@code KVMK}. */
  public static final int SIGNATURE_EBX = 0x4B4D_564B;

  /** What ecx holds under {@link #CPUID_SIGNATURE}: {@code VMKV}. */
  public static final int SIGNATURE_ECX = 0x564B_4D56;

  /** What edx holds under {@link #CPUID_SIGNATURE}: {@code M}. */
  public static final int SIGNATURE_EDX = 0x4D;

  /** Feature bit: the host wants to hear {@link Hypercall#MAP_GPA_RANGE}. */
  public static final int FEATURE_HC_MAP_GPA_RANGE = 16;

  /** Feature bit: the guest can say by {@link #MSR_MIGRATION_CONTROL} that it may be moved. */
  public static final int FEATURE_MIGRATION_CONTROL = 17;

  /** MSR_KVM_MIGRATION_CONTROL: bit 0 is {@link #MIGRATION_READY}, the others are reserved. */
  public static final int MSR_MIGRATION_CONTROL = 0x4B56_4D08;

  /** The guest has told its host all about its pages: it may be moved. */
  public static final int MIGRATION_READY = 1;

  private KvmParavirtual() {}
}
