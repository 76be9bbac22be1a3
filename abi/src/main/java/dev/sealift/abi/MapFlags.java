package dev.sealift.abi;

/** Protection and flags of mmap(2), x86-64 Linux (asm-generic/mman.h). */
public final class MapFlags {
  public static final int PROT_NONE = 0;
  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;

  public static final int MAP_SHARED = 0x01;
  public static final int MAP_PRIVATE = 0x02;
  public static final int MAP_ANONYMOUS = 0x20;
  public static final int MAP_POPULATE = 0x8000;

  private MapFlags() {}
}
