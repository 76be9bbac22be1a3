package dev.sealift.firmware;

import java.lang.foreign.MemorySegment;

/**
 * What stands between every reader of memory and DRAM: accesses under an ASID are deciphered and
 * enciphered with that ASID's key, accesses under {@link #HOST} see DRAM as it is.
 *
 * <p>Source: AMD publication 55766, guest key management; AMD64 architecture manual, volume 2,
 * Secure Encrypted Virtualization.
 */
public interface MemoryController {

  /** The host's own address space: no key. */
  int HOST = 0;

  /**
   * Gives an ASID its key.
   *
   * @param asid not {@link #HOST}
   * @param seed what the key is derived from; not kept
   */
  void installKey(int asid, byte[] seed);

  /** Forgets an ASID's key; accesses under it see noise from then on. */
  void removeKey(int asid);

  /**
   * Reads as the owner of the ASID does, from any address and of any length.
   *
   * @return false where there is no memory behind some of it, and then nothing was copied
   */
  boolean read(int asid, long address, MemorySegment into);

  /**
   * Writes as the owner of the ASID does, to any address and of any length.
   *
   * @return false where there is no memory behind some of it, and then nothing was copied
   */
  boolean write(int asid, long address, MemorySegment from);
}
