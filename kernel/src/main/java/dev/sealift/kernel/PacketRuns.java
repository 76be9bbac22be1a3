package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.Pages;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.firmware.PacketRun;
import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Batches of whole pages as one run of the Secure Processor, from and to the caller's own memory:
 * the kernel copies no page. Several batches of one VM go on side by side. A batch that is unusual
 * in any way is left to {@link BatchCommands}, which has an answer for it.
 */
final class PacketRuns {

  /** The batch must be done packet by packet, with the VM locked; nothing of it was done yet. */
  static final int ALONE = Errno.EOPNOTSUPP.negated();

  private final UserMemory user;
  private final EncryptionFeatures features;

  PacketRuns(SevModule module) {
    this.user = module.user();
    this.features = module.features();
  }

  int send(SevVirtualMachine vm, SevCall call) throws Refusal {
    return run(vm, call, PspCommand.SEND_UPDATE_DATA, Access.READ, Access.WRITE);
  }

  int receive(SevVirtualMachine vm, SevCall call) throws Refusal {
    return run(vm, call, PspCommand.RECEIVE_UPDATE_DATA, Access.WRITE, Access.READ);
  }

  /**
   * @param pages what the command does with guest memory
   * @param packets what it does with headers and ciphertexts
   */
  private int run(
      SevVirtualMachine vm, SevCall call, PspCommand command, Access pages, Access packets)
      throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    MemorySegment struct = call.copyParametersIn(KvmSevUpdateDataBatch.LAYOUT);
    KvmSevUpdateDataBatch asked = KvmSevUpdateDataBatch.read(struct);
    if (!isUsual(asked) || !vm.pinnedPages().isWithinLimit(1)) {
      return ALONE;
    }
    int count = (int) asked.count();
    long headers = contiguous(asked.hdrUaddr(), count * asked.hdrLen(), packets);
    long transport = contiguous(asked.transUaddr(), count * asked.transLen(), packets);
    long[] guest = guestAddresses(asked.guestUaddrs(), count, pages);
    if (headers == UserMemory.NONE || transport == UserMemory.NONE || guest == null) {
      return ALONE;
    }
    PacketRun run =
        new PacketRun(
            command,
            vm.handle(),
            features.hostAddress(headers),
            guest,
            features.hostAddress(transport),
            count);
    KvmSevUpdateDataBatch.setDone(struct, 0);
    int result = vm.issue(run, call.error(), done -> KvmSevUpdateDataBatch.setDone(struct, done));
    if (result != ALONE) {
      call.copyParametersOut(struct);
    }
    return result;
  }

  private static boolean isUsual(KvmSevUpdateDataBatch asked) {
    return asked.count() != 0
        && asked.count() <= KvmSevUpdateDataBatch.MAXIMUM_COUNT
        && asked.guestUaddrs() != 0
        && asked.hdrUaddr() != 0
        && asked.hdrLen() == SevLimits.PACKET_HEADER
        && asked.guestLen() == Pages.SIZE
        && asked.transUaddr() != 0
        && asked.transLen() == Pages.SIZE;
  }

  /** Where user memory lies, if it is one stretch; else NONE. */
  private long contiguous(long address, long length, Access access) {
    return user.contiguousBytes(address, access) >= length
        ? user.physicalAddress(address, access)
        : UserMemory.NONE;
  }

  /** Where the pages lie, as the firmware wants it; null if one of them is no page. */
  private long @Nullable [] guestAddresses(long array, int count, Access access) {
    long[] addresses = new long[count];
    if (!user.read(array, MemorySegment.ofArray(addresses))) {
      return null;
    }
    MemorySegment words = MemorySegment.ofArray(addresses);
    // Neighbours lie in one mapping, so it is asked for again only where a page is outside.
    long start = 0;
    long length = 0;
    long physical = 0;
    for (int i = 0; i < count; i++) {
      long address = words.getAtIndex(KvmSevUpdateDataBatch.ADDRESS, i);
      long offset = address - start;
      if (offset < 0 || offset > length - Pages.SIZE) {
        start = address;
        offset = 0;
        length = user.contiguousBytes(address, access);
        physical = user.physicalAddress(address, access);
      }
      if (address == 0 || Pages.offset(address) != 0 || length < Pages.SIZE) {
        return null;
      }
      addresses[i] = features.guestAddress(physical + offset);
    }
    return addresses;
  }
}
