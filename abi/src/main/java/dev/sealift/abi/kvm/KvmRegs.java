package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * The general registers of a vCPU.
 *
 * <p>Source: linux/kvm.h, asm/kvm.h.
 *
 * @param rax register
 * @param rbx register
 * @param rcx register
 * @param rdx register
 * @param rsi register
 * @param rdi register
 * @param rsp register
 * @param rbp register
 * @param r8 register
 * @param r9 register
 * @param r10 register
 * @param r11 register
 * @param r12 register
 * @param r13 register
 * @param r14 register
 * @param r15 register
 * @param rip register
 * @param rflags register
 */
public record KvmRegs(
    long rax,
    long rbx,
    long rcx,
    long rdx,
    long rsi,
    long rdi,
    long rsp,
    long rbp,
    long r8,
    long r9,
    long r10,
    long r11,
    long r12,
    long r13,
    long r14,
    long r15,
    long rip,
    long rflags) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_regs");
  private static final Field.U64 RAX = STRUCT.u64("rax");
  private static final Field.U64 RBX = STRUCT.u64("rbx");
  private static final Field.U64 RCX = STRUCT.u64("rcx");
  private static final Field.U64 RDX = STRUCT.u64("rdx");
  private static final Field.U64 RSI = STRUCT.u64("rsi");
  private static final Field.U64 RDI = STRUCT.u64("rdi");
  private static final Field.U64 RSP = STRUCT.u64("rsp");
  private static final Field.U64 RBP = STRUCT.u64("rbp");
  private static final Field.U64 R8 = STRUCT.u64("r8");
  private static final Field.U64 R9 = STRUCT.u64("r9");
  private static final Field.U64 R10 = STRUCT.u64("r10");
  private static final Field.U64 R11 = STRUCT.u64("r11");
  private static final Field.U64 R12 = STRUCT.u64("r12");
  private static final Field.U64 R13 = STRUCT.u64("r13");
  private static final Field.U64 R14 = STRUCT.u64("r14");
  private static final Field.U64 R15 = STRUCT.u64("r15");
  private static final Field.U64 RIP = STRUCT.u64("rip");
  private static final Field.U64 RFLAGS = STRUCT.u64("rflags");

  /** 144 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(144);

  /** Reads the struct from the first 144 bytes of a segment. */
  public static KvmRegs read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmRegs(
        RAX.get(struct),
        RBX.get(struct),
        RCX.get(struct),
        RDX.get(struct),
        RSI.get(struct),
        RDI.get(struct),
        RSP.get(struct),
        RBP.get(struct),
        R8.get(struct),
        R9.get(struct),
        R10.get(struct),
        R11.get(struct),
        R12.get(struct),
        R13.get(struct),
        R14.get(struct),
        R15.get(struct),
        RIP.get(struct),
        RFLAGS.get(struct));
  }

  /** Writes the struct into the first 144 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    RAX.set(struct, rax);
    RBX.set(struct, rbx);
    RCX.set(struct, rcx);
    RDX.set(struct, rdx);
    RSI.set(struct, rsi);
    RDI.set(struct, rdi);
    RSP.set(struct, rsp);
    RBP.set(struct, rbp);
    R8.set(struct, r8);
    R9.set(struct, r9);
    R10.set(struct, r10);
    R11.set(struct, r11);
    R12.set(struct, r12);
    R13.set(struct, r13);
    R14.set(struct, r14);
    R15.set(struct, r15);
    RIP.set(struct, rip);
    RFLAGS.set(struct, rflags);
  }
}
