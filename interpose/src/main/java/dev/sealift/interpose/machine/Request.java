package dev.sealift.interpose.machine;

import org.jspecify.annotations.Nullable;

/**
 * What a frame asks for, by its first byte. Numbers are 32 bits where not said otherwise; a text is
 * its length (16 bits) and UTF-8.
 *
 * <p>Every answer begins with a result (64 bits): zero or more, or a negative errno, after which
 * there is no more.
 */
enum Request {
  /**
   * A program attaches: {@link #MAGIC}, {@link #VERSION}, its id (two of 64 bits). Answer: the
   * directory of the memory's files. The connection carries nothing more; its end is the program's.
   */
  ATTACH,

  /**
   * A thread of the program that is attached: the same as {@link #ATTACH}. The result is the
   * thread's id. The connection carries the calls of this thread.
   */
  JOIN,

  /** open(2): flags, path. */
  OPEN,

  /** close(2): descriptor. */
  CLOSE,

  /** ioctl(2): descriptor, request, argument (64). */
  IOCTL,

  /**
   * mmap(2): length (64), protection, flags, descriptor, offset (64). Answer: a mapping, as in
   * {@link #FIND}.
   */
  MMAP,

  /** munmap(2): address (64), length (64). */
  MUNMAP,

  /** {@link dev.sealift.abi.ThreadSignals#block}: signal. */
  BLOCK,

  /** {@link dev.sealift.abi.ThreadSignals#send}: thread, signal. */
  SEND,

  /** {@link dev.sealift.abi.ThreadSignals#take}: signal. */
  TAKE,

  /**
   * {@link dev.sealift.abi.DescriptorStore#keep}: name, number of descriptors, number of mappings,
   * length of the note, then these; a mapping is its address (64) and length (64).
   */
  KEEP,

  /** {@link dev.sealift.abi.DescriptorStore#forget}: name. */
  FORGET,

  /**
   * {@link dev.sealift.abi.DescriptorStore#names} after this name in the order of strings: name.
   * The result is how many follow, as many as a frame holds; 0 at the end.
   */
  NAMES,

  /**
   * {@link dev.sealift.abi.DescriptorStore#find}: name. Answer: number of descriptors, number of
   * mappings, length of the note, then these; a mapping is its address (64), length (64), the
   * address of the file's first byte (64), and protection.
   */
  FIND,

  /** Answer: the four numbers of {@link Standing}. */
  STANDING;

  /** "SeaLiftM", the first byte lowest. */
  static final long MAGIC = 0x4D74_6669_4C61_6553L;

  static final int VERSION = 1;

  private static final Request[] BY_NUMBER = values();

  byte number() {
    return (byte) ordinal();
  }

  /** The request with a number; null if there is none. */
  static @Nullable Request of(byte number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }
}
