package dev.sealift.vmm;

import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmMsrs;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The model-specific registers that move with a vCPU, through struct kvm_msrs: a count and padding,
 * then entries of 16 bytes (index u32, reserved u32, value u64).
 *
 * <p>Source: linux/kvm.h; AMD64 Architecture Programmer's Manual, volume 2, MSR cross-reference.
 */
final class ModelSpecificRegisters {
  private static final List<Integer> MOVING =
      List.of(
          0xC000_0081, // STAR
          0xC000_0082, // LSTAR
          0xC000_0083, // CSTAR
          0xC000_0084, // SFMASK
          0xC000_0100, // FS.base
          0xC000_0101, // GS.base
          0xC000_0102, // KernelGSbase
          0x174, // SYSENTER_CS
          0x175, // SYSENTER_ESP
          0x176, // SYSENTER_EIP
          0x277, // PAT
          0x10); // TSC

  private ModelSpecificRegisters() {}

  /** Those of {@link #MOVING} that the machine has. */
  static Map<Integer, Long> read(Descriptor vcpu, CallMemory.Frame call) throws VmmException {
    Map<Integer, Long> values = new LinkedHashMap<>();
    MemorySegment list = call.take(listSize(1));
    for (int index : MOVING) {
      put(list, 0, index, 0);
      KvmMsrs.setCount(list, 1);
      // The result is how many could be read: none where the machine lacks the register.
      if (vcpu.ioctl("KVM_GET_MSRS", KvmIoctl.GET_MSRS, list.address()) == 1) {
        values.put(index, KvmMsrs.data(KvmMsrs.entry(KvmMsrs.entries(list), 0)));
      }
    }
    return values;
  }

  static void write(Descriptor vcpu, CallMemory.Frame call, Map<Integer, Long> values)
      throws VmmException {
    List<Map.Entry<Integer, Long>> entries = new ArrayList<>(values.entrySet());
    MemorySegment list = call.take(listSize(entries.size()));
    KvmMsrs.setCount(list, entries.size());
    for (int i = 0; i < entries.size(); i++) {
      put(list, i, entries.get(i).getKey(), entries.get(i).getValue());
    }
    int written = vcpu.ioctl("KVM_SET_MSRS", KvmIoctl.SET_MSRS, list.address());
    if (written < entries.size()) {
      throw new VmmException(
          "KVM_SET_MSRS",
          "this machine refuses model-specific register 0x%x of the saved vCPU: move the guest to one that is alike."
              .formatted(entries.get(written).getKey()));
    }
  }

  private static int listSize(int count) {
    return KvmMsrs.LAYOUT.size() + KvmMsrs.entriesSize(count);
  }

  private static void put(MemorySegment list, int position, int index, long value) {
    MemorySegment entry = KvmMsrs.entry(KvmMsrs.entries(list), position);
    KvmMsrs.setIndex(entry, index);
    KvmMsrs.setData(entry, value);
  }
}
