package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of KVM_SEV_GET_ATTESTATION_REPORT. A length of zero asks for the length that is
 * needed.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param mnonce 16 bytes that the report repeats
 * @param uaddr where the report goes
 * @param len in: room; out: length in bytes
 */
@SuppressWarnings("ArrayRecordComponent") // bytes of a struct, copied in and out
public record KvmSevAttestationReport(byte[] mnonce, long uaddr, long len) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.natural("kvm_sev_attestation_report");
  private static final Field.Bytes MNONCE = STRUCT.bytes("mnonce", 16);
  private static final Field.U64 UADDR = STRUCT.u64("uaddr");
  private static final Field.U32 LEN = STRUCT.u32("len");

  /** 32 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(32);

  /** Reads the struct from the first 32 bytes of a segment. */
  public static KvmSevAttestationReport read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevAttestationReport(
        MNONCE.get(struct), UADDR.get(struct), LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 32 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    MNONCE.set(struct, mnonce);
    UADDR.set(struct, uaddr);
    LEN.setUnsigned(struct, len);
  }
}
