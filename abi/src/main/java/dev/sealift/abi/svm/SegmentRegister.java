package dev.sealift.abi.svm;

import dev.sealift.abi.kvm.KvmSegment;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * A segment or table register in a {@link SaveArea}.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual, volume 2, appendix B; struct vmcb_seg of
 * asm/svm.h.
 *
 * @param selector selector
 * @param attributes bits 55:52 and 47:40 of the descriptor, as 12 bits
 * @param limit limit
 * @param base base address
 */
public record SegmentRegister(int selector, int attributes, int limit, long base) {
  /** {@link #attributes}: 64-bit code. */
  public static final int LONG = 1 << 9;

  private static final StructLayout.Builder STRUCT = StructLayout.packed("vmcb_seg");
  private static final Field.U16 SELECTOR = STRUCT.u16("selector");
  private static final Field.U16 ATTRIBUTES = STRUCT.u16("attrib");
  private static final Field.U32 LIMIT = STRUCT.u32("limit");
  private static final Field.U64 BASE = STRUCT.u64("base");

  /** 16 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(16);

  /** The same register as KVM names its parts; an unusable one is not present. */
  public static SegmentRegister of(KvmSegment segment) {
    int present = segment.unusable() == 0 ? segment.present() & 1 : 0;
    int attributes =
        (segment.type() & 0xF)
            | (segment.s() & 1) << 4
            | (segment.dpl() & 3) << 5
            | present << 7
            | (segment.avl() & 1) << 8
            | (segment.l() & 1) << 9
            | (segment.db() & 1) << 10
            | (segment.g() & 1) << 11;
    return new SegmentRegister(segment.selector(), attributes, segment.limit(), segment.base());
  }

  /** Reads the struct from the first 16 bytes of a segment. */
  public static SegmentRegister read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new SegmentRegister(
        SELECTOR.get(struct), ATTRIBUTES.get(struct), LIMIT.get(struct), BASE.get(struct));
  }

  /** Writes the struct into the first 16 bytes of a segment. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct);
    SELECTOR.set(struct, selector);
    ATTRIBUTES.set(struct, attributes);
    LIMIT.set(struct, limit);
    BASE.set(struct, base);
  }
}
