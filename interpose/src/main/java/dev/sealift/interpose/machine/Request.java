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
  ATTACH(1),

  /**
   * A thread of the program that is attached: the same as {@link #ATTACH}. The result is the
   * thread's id. The connection carries the calls of this thread.
   */
  JOIN(2),

  /** open(2): flags, path. */
  OPEN(3),

  /** close(2): descriptor. */
  CLOSE(4),

  /** ioctl(2): descriptor, request, argument (64). */
  IOCTL(5),

  /**
   * mmap(2): length (64), protection, flags, descriptor, offset (64). Answer: a mapping, as in
   * {@link #FIND}.
   */
  MMAP(6),

  /** munmap(2): address (64), length (64). */
  MUNMAP(7),

  /** {@link dev.sealift.abi.ThreadSignals#block}: signal. */
  BLOCK(8),

  /** {@link dev.sealift.abi.ThreadSignals#send}: thread, signal. */
  SEND(9),

  /** {@link dev.sealift.abi.ThreadSignals#take}: signal. */
  TAKE(10),

  /**
   * {@link dev.sealift.abi.DescriptorStore#keep}: name, number of descriptors, number of mappings,
   * length of the note, then these; a mapping is its address (64) and length (64).
   */
  KEEP(11),

  /** {@link dev.sealift.abi.DescriptorStore#forget}: name. */
  FORGET(12),

  /**
   * {@link dev.sealift.abi.DescriptorStore#names} after this name in the order of strings: name.
   * The result is how many follow, as many as a frame holds; 0 at the end.
   */
  NAMES(13),

  /**
   * {@link dev.sealift.abi.DescriptorStore#find}: name. Answer: number of descriptors, number of
   * mappings, length of the note, then these; a mapping is its address (64), length (64), the
   * address of the file's first byte (64), and protection.
   */
  FIND(14),

  /** Answer: the four numbers of {@link Standing}. */
  STANDING(15);

  /** "SeaLiftM", the first byte lowest. */
  static final long MAGIC = 0x4D74_6669_4C61_6553L;

  static final int VERSION = 1;

  private static final Request[] ALL = values();

  private final byte number;

  Request(int number) {
    this.number = (byte) number;
  }

  byte number() {
    return number;
  }

  /** The request with a number; null if there is none. */
  static @Nullable Request of(byte number) {
    for (Request request : ALL) {
      if (request.number == number) {
        return request;
      }
    }
    return null;
  }
}
