package dev.sealift.kernel.model;

import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.svm.LaunchVmsa;
import dev.sealift.abi.svm.SaveArea;
import dev.sealift.firmware.WorldSwitch;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the CPU does with the registers of a vCPU of a guest with SEV-ES: it loads them from the
 * VMSA when it enters the guest and stores them when it leaves, and has none in between. Guarded by
 * the vCPU's lock.
 *
 * <p>Source: AMD64 architecture manual, volume 2, Encrypted State (SEV-ES).
 */
final class EncryptedRegisters {
  private static final int BASE = 8;

  /** The model-specific registers that the CPU keeps in a VMSA, by number. */
  private static final Map<Integer, Field.U64> MSRS = new HashMap<>(LaunchVmsa.MSRS);

  static {
    MSRS.put(0xC000_0100, new Field.U64("fs.base", SaveArea.FS.offset() + BASE));
    MSRS.put(0xC000_0101, new Field.U64("gs.base", SaveArea.GS.offset() + BASE));
  }

  private final WorldSwitch cpu;
  private final VcpuRegisters registers;
  private final ModelSpecificRegisters msrs;
  private final MemorySegment vmsa = MemorySegment.ofArray(new byte[Pages.SIZE]);
  private @Nullable ProcessorMode mode;

  EncryptedRegisters(WorldSwitch cpu, VcpuRegisters registers, ModelSpecificRegisters msrs) {
    this.cpu = cpu;
    this.registers = registers;
    this.msrs = msrs;
  }

  /** The mode of the guest that was entered; null outside it. */
  @Nullable ProcessorMode mode() {
    return mode;
  }

  /** Enters the guest; false if its VMSA is not what it must be. */
  boolean enter(int asid, long address) {
    if (!cpu.enter(asid, address, vmsa)) {
      return false;
    }
    int index = 0;
    for (Field.U64 register : SaveArea.GENERAL_REGISTERS) {
      registers.set(index++, register.get(vmsa));
    }
    MSRS.forEach((number, field) -> msrs.write(number, field.get(vmsa)));
    mode = ProcessorMode.ofVmsa(vmsa);
    return true;
  }

  /** Leaves the guest; false if there is nowhere to store its registers any more. */
  boolean leave(int asid, long address) {
    int index = 0;
    for (Field.U64 register : SaveArea.GENERAL_REGISTERS) {
      register.set(vmsa, registers.get(index++));
    }
    MSRS.forEach((number, field) -> msrs.read(number).ifPresent(value -> field.set(vmsa, value)));
    boolean stored = cpu.leave(asid, address, vmsa);
    vmsa.fill((byte) 0);
    registers.clear();
    msrs.forgetGuests();
    mode = null;
    return stored;
  }
}
