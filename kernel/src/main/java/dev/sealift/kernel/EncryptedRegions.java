package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest memory of one VM that may hold ciphertext, and therefore must not move: pinned from
 * KVM_MEMORY_ENCRYPT_REG_REGION to UNREG_REGION. Regions may overlap and repeat. Used under the
 * VM's lock.
 */
final class EncryptedRegions {

  private record Region(KvmEncRegion range, long pages) {}

  private final SevModule module;
  private final PinnedPages pinnedPages;
  private final List<Region> regions = new ArrayList<>();

  EncryptedRegions(SevModule module, PinnedPages pinnedPages) {
    this.module = module;
    this.pinnedPages = pinnedPages;
  }

  /** KVM_MEMORY_ENCRYPT_REG_REGION. */
  int register(SevVirtualMachine vm, long argument) throws Refusal {
    KvmEncRegion range = copyIn(argument);
    vm.requireSevGuest(Errno.ENOTTY);
    requireOwner(vm);
    regions.add(new Region(range, pinnedPages.pin(range.addr(), range.size(), Access.WRITE)));
    return 0;
  }

  /** KVM_MEMORY_ENCRYPT_UNREG_REGION: exactly what was registered, or {@code -EINVAL}. */
  int unregister(SevVirtualMachine vm, long argument) throws Refusal {
    KvmEncRegion range = copyIn(argument);
    requireOwner(vm);
    vm.requireSevGuest(Errno.ENOTTY);
    for (int i = 0; i < regions.size(); i++) {
      Region region = regions.get(i);
      if (region.range().equals(range)) {
        module.driver().mailbox().writeBackAndInvalidateCaches();
        pinnedPages.unpin(region.pages());
        regions.remove(i);
        return 0;
      }
    }
    throw new Refusal(Errno.EINVAL);
  }

  /** The regions of another VM become this one's; whoever counts its pages takes them too. */
  void takeFrom(EncryptedRegions source) {
    regions.addAll(source.regions);
    source.regions.clear();
  }

  void releaseAll() {
    for (Region region : regions) {
      pinnedPages.unpin(region.pages());
    }
    regions.clear();
  }

  /** The memory of a mirror is its owner's to register. */
  private static void requireOwner(SevVirtualMachine vm) throws Refusal {
    if (vm.isMirror()) {
      throw new Refusal(Errno.EINVAL);
    }
  }

  private KvmEncRegion copyIn(long argument) throws Refusal {
    MemorySegment struct = MemorySegment.ofArray(new byte[KvmEncRegion.LAYOUT.size()]);
    if (!module.user().read(argument, struct)) {
      throw new Refusal(Errno.EFAULT);
    }
    return KvmEncRegion.read(struct);
  }
}
