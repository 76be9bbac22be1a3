package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;

/**
 * The special registers of a vCPU (struct kvm_sregs, 312 bytes): segments first, 24 bytes each,
 * then tables and control registers. Only what a VMM sets to start a guest is named; the rest is
 * kept as it was read.
 *
 * <p>Source: asm/kvm.h.
 */
public final class KvmSregs {
  /** Bytes. */
  public static final int SIZE = 312;

  public static final Field.U64 GDT_BASE = new Field.U64("gdt.base", 192);
  public static final Field.U16 GDT_LIMIT = new Field.U16("gdt.limit", 200);
  public static final Field.U64 CR0 = new Field.U64("cr0", 224);
  public static final Field.U64 CR3 = new Field.U64("cr3", 240);
  public static final Field.U64 CR4 = new Field.U64("cr4", 248);
  public static final Field.U64 EFER = new Field.U64("efer", 264);

  /** The segment registers, in the order in which they lie in the struct. */
  public enum Segment {
    CS(0),
    DS(24),
    ES(48),
    FS(72),
    GS(96),
    SS(120);

    private final long offset;

    Segment(long offset) {
      this.offset = offset;
    }

    /** This segment's 24 bytes. */
    public MemorySegment in(MemorySegment sregs) {
      return sregs.asSlice(offset, 24);
    }
  }

  private KvmSregs() {}
}
