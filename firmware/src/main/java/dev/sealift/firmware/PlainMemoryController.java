package dev.sealift.firmware;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * The memory controller of a machine whose CPU has no keys: it keeps the books of which ASID has
 * one, and every access sees memory as it is. Guest memory is <em>not</em> encrypted behind it.
 *
 * <p>Safe for use by many threads.
 */
public final class PlainMemoryController implements MemoryController {
  private final SystemMemory memory;
  private final BitSet keyed = new BitSet();

  /** A controller in front of this memory. */
  public PlainMemoryController(SystemMemory memory) {
    this.memory = memory;
  }

  @Override
  public synchronized void installKey(int asid, byte[] seed) {
    keyed.set(asid);
  }

  @Override
  public synchronized void removeKey(int asid) {
    keyed.clear(asid);
  }

  /** True from {@link #installKey} to {@link #removeKey}. */
  public synchronized boolean hasKey(int asid) {
    return keyed.get(asid);
  }

  @Override
  public boolean read(int asid, long address, MemorySegment into) {
    return memory.read(address, into);
  }

  @Override
  public boolean write(int asid, long address, MemorySegment from) {
    return memory.write(address, from);
  }
}
