package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * A segment register.
 *
 * <p>Source: linux/kvm.h, asm/kvm.h.
 *
 * @param base base address
 * @param limit limit
 * @param selector selector
 * @param type descriptor type
 * @param present 1 if present
 * @param dpl privilege level
 * @param db default operand size
 * @param s 1 for code and data
 * @param l 1 for 64-bit code
 * @param g 1 for 4 KiB granularity
 * @param avl for the operating system
 * @param unusable 1 if unusable
 */
public record KvmSegment(
    long base,
    int limit,
    int selector,
    int type,
    int present,
    int dpl,
    int db,
    int s,
    int l,
    int g,
    int avl,
    int unusable) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_segment");
  private static final Field.U64 BASE = STRUCT.u64("base");
  private static final Field.U32 LIMIT = STRUCT.u32("limit");
  private static final Field.U16 SELECTOR = STRUCT.u16("selector");
  private static final Field.U8 TYPE = STRUCT.u8("type");
  private static final Field.U8 PRESENT = STRUCT.u8("present");
  private static final Field.U8 DPL = STRUCT.u8("dpl");
  private static final Field.U8 DB = STRUCT.u8("db");
  private static final Field.U8 S = STRUCT.u8("s");
  private static final Field.U8 L = STRUCT.u8("l");
  private static final Field.U8 G = STRUCT.u8("g");
  private static final Field.U8 AVL = STRUCT.u8("avl");
  private static final Field.U8 UNUSABLE = STRUCT.u8("unusable");

  /** 24 bytes. */
  public static final StructLayout LAYOUT = STRUCT.reserved(1).size(24);

  /** Reads the struct from the first 24 bytes of a segment. */
  public static KvmSegment read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSegment(
        BASE.get(struct),
        LIMIT.get(struct),
        SELECTOR.get(struct),
        TYPE.get(struct),
        PRESENT.get(struct),
        DPL.get(struct),
        DB.get(struct),
        S.get(struct),
        L.get(struct),
        G.get(struct),
        AVL.get(struct),
        UNUSABLE.get(struct));
  }

  /** Writes the struct into the first 24 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    BASE.set(struct, base);
    LIMIT.set(struct, limit);
    SELECTOR.set(struct, selector);
    TYPE.set(struct, type);
    PRESENT.set(struct, present);
    DPL.set(struct, dpl);
    DB.set(struct, db);
    S.set(struct, s);
    L.set(struct, l);
    G.set(struct, g);
    AVL.set(struct, avl);
    UNUSABLE.set(struct, unusable);
  }
}
