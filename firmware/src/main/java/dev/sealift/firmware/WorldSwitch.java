package dev.sealift.firmware;

import java.lang.foreign.MemorySegment;

/**
 * How a CPU enters and leaves a guest whose register state is encrypted (SEV-ES): it loads the VMSA
 * and stores it, under the guest's key, and keeps the checksum that lies with the firmware in step.
 * A VMSA that anybody else has changed is not entered.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual, volume 2, Encrypted State (SEV-ES).
 */
public interface WorldSwitch {

  /** That of a CPU without SEV-ES: no such guest is ever entered. */
  WorldSwitch NONE =
      new WorldSwitch() {
        @Override
        public boolean enter(int asid, long address, MemorySegment vmsa) {
          return false;
        }

        @Override
        public boolean leave(int asid, long address, MemorySegment vmsa) {
          return false;
        }
      };

  /**
   * VMRUN: loads a VMSA.
   *
   * @param asid the guest's
   * @param address system physical address of the VMSA
   * @param vmsa receives the VMSA in the clear, 4096 bytes
   * @return false, and zeros, if there is no VMSA of this guest, if it is not as the firmware or
   *     the CPU left it, or if the guest's state does not let it run
   */
  boolean enter(int asid, long address, MemorySegment vmsa);

  /**
   * The automatic exit: stores a VMSA that was entered.
   *
   * @param asid the guest's
   * @param address system physical address of the VMSA
   * @param vmsa the VMSA in the clear, 4096 bytes
   * @return false if the guest or its memory is gone meanwhile, and then nothing is stored
   */
  boolean leave(int asid, long address, MemorySegment vmsa);
}
