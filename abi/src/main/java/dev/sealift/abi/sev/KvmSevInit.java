package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of KVM_SEV_INIT2.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param vmsaFeatures features set in every VMSA
 * @param flags must be zero
 * @param ghcbVersion highest GHCB version offered; zero on plain SEV
 */
public record KvmSevInit(long vmsaFeatures, int flags, int ghcbVersion) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_sev_init");
  private static final Field.U64 VMSA_FEATURES = STRUCT.u64("vmsa_features");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.U16 GHCB_VERSION = STRUCT.u16("ghcb_version");

  /** 48 bytes. */
  public static final StructLayout LAYOUT = STRUCT.reserved(2).reserved(32).size(48);

  /** Reads the struct from the first 48 bytes of a segment. */
  public static KvmSevInit read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevInit(VMSA_FEATURES.get(struct), FLAGS.get(struct), GHCB_VERSION.get(struct));
  }

  /** Writes the struct into the first 48 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    VMSA_FEATURES.set(struct, vmsaFeatures);
    FLAGS.set(struct, flags);
    GHCB_VERSION.set(struct, ghcbVersion);
  }
}
