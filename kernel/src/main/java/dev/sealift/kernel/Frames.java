package dev.sealift.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A contiguous stretch of physical memory and the bytes that stand for it. Once withdrawn it
 * answers as if it had never been there: no access touches the bytes after {@link #withdraw}
 * returned, even one that began before.
 */
interface Frames {

  /** The physical address of the first byte. */
  long address();

  /** Bytes. */
  long size();

  /** Copies bytes out; false if some are not there. */
  boolean read(long offset, MemorySegment into);

  /** Copies bytes in; false if there is no room for some. */
  boolean write(long offset, MemorySegment from);

  /** Takes the memory away; waits for accesses under way. */
  void withdraw();
}
