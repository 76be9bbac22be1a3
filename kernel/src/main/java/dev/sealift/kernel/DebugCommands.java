package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.Pages;
import dev.sealift.abi.psp.DebugBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevDbg;
import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.MemorySegment;

/**
 * KVM_SEV_DBG_DECRYPT and KVM_SEV_DBG_ENCRYPT: a debugger reads and writes encrypted memory, where
 * the guest's policy lets it. The firmware copies whole blocks of 16 bytes between aligned
 * addresses; what is not aligned goes through a page of the kernel.
 */
final class DebugCommands {
  private static final int BLOCK = 16;

  private final SevModule module;
  private final UserMemory user;
  private final EncryptionFeatures features;

  DebugCommands(SevModule module) {
    this.module = module;
    this.user = module.user();
    this.features = module.features();
  }

  /** Copies a part that crosses no page, neither where it comes from nor where it goes. */
  private interface Chunk {
    int copy(SevVirtualMachine vm, long source, long destination, long length) throws Refusal;
  }

  int decrypt(SevVirtualMachine vm, SevCall call) throws Refusal {
    return copy(vm, call, this::decryptChunk);
  }

  int encrypt(SevVirtualMachine vm, SevCall call) throws Refusal {
    return copy(vm, call, this::encryptChunk);
  }

  private int copy(SevVirtualMachine vm, SevCall call, Chunk chunk) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    KvmSevDbg parameters = KvmSevDbg.read(call.copyParametersIn(KvmSevDbg.LAYOUT));
    long source = parameters.srcUaddr();
    long destination = parameters.dstUaddr();
    long left = parameters.len();
    if (left == 0 || Long.compareUnsigned(source + left, source) < 0 || destination == 0) {
      throw new Refusal(Errno.EINVAL);
    }
    while (left > 0) {
      long length = Math.min(left, Math.min(toPageEnd(source), toPageEnd(destination)));
      int result = copyPinned(vm, chunk, source, destination, length);
      if (result != 0) {
        return result;
      }
      source += length;
      destination += length;
      left -= length;
    }
    return 0;
  }

  private int copyPinned(
      SevVirtualMachine vm, Chunk chunk, long source, long destination, long length)
      throws Refusal {
    PinnedPages pins = vm.pinnedPages();
    long sourcePages = pins.pin(Pages.base(source), Pages.SIZE, Access.READ);
    try {
      long destinationPages = pins.pin(Pages.base(destination), Pages.SIZE, Access.WRITE);
      try {
        return chunk.copy(vm, source, destination, length);
      } finally {
        pins.unpin(destinationPages);
      }
    } finally {
      pins.unpin(sourcePages);
    }
  }

  private int decryptChunk(SevVirtualMachine vm, long source, long destination, long length)
      throws Refusal {
    if (aligned(source | destination | length)) {
      long from = physical(source, Access.READ);
      return issue(vm, PspCommand.DBG_DECRYPT, from, physical(destination, Access.WRITE), length);
    }
    try (KernelBuffer plain = module.memory().allocate(Pages.SIZE)) {
      int result = decryptBlocks(vm, physical(source, Access.READ), plain, length);
      if (result == 0
          && !user.write(destination, plain.bytes().asSlice(withinBlock(source), length))) {
        throw new Refusal(Errno.EFAULT);
      }
      return result;
    }
  }

  private int encryptChunk(SevVirtualMachine vm, long source, long destination, long length)
      throws Refusal {
    long target = physical(destination, Access.WRITE);
    if (aligned(source | destination | length)) {
      return issue(vm, PspCommand.DBG_ENCRYPT, physical(source, Access.READ), target, length);
    }
    try (KernelBuffer plain = module.memory().allocate(Pages.SIZE)) {
      if (!aligned(destination | length)) {
        // The blocks at both ends keep what the caller did not name.
        int result = decryptBlocks(vm, target, plain, length);
        if (result != 0) {
          return result;
        }
      }
      MemorySegment changed = plain.bytes().asSlice(withinBlock(destination), length);
      if (!user.read(source, changed)) {
        throw new Refusal(Errno.EFAULT);
      }
      return issue(
          vm,
          PspCommand.DBG_ENCRYPT,
          features.hostAddress(plain.address()),
          target - withinBlock(target),
          wholeBlocks(target, length));
    }
  }

  /** Decrypts every block that a range touches to the start of a page of the kernel. */
  private int decryptBlocks(SevVirtualMachine vm, long address, KernelBuffer plain, long length) {
    return issue(
        vm,
        PspCommand.DBG_DECRYPT,
        address - withinBlock(address),
        features.hostAddress(plain.address()),
        wholeBlocks(address, length));
  }

  private static int issue(
      SevVirtualMachine vm, PspCommand command, long source, long destination, long length) {
    new DebugBuffer(vm.handle(), source, destination, length).write(vm.firmwareParameters());
    return vm.issue(command, DebugBuffer.LAYOUT);
  }

  /** As the host itself would address it: the firmware sets the guest's key by the handle. */
  private long physical(long userAddress, Access access) throws Refusal {
    long physical = user.physicalAddress(userAddress, access);
    if (physical == UserMemory.NONE) {
      throw new Refusal(Errno.EFAULT);
    }
    return features.hostAddress(physical);
  }

  private static boolean aligned(long bits) {
    return withinBlock(bits) == 0;
  }

  private static long withinBlock(long address) {
    return address & (BLOCK - 1);
  }

  /** The length of the blocks that a range touches. */
  private static long wholeBlocks(long address, long length) {
    return (withinBlock(address) + length + BLOCK - 1) & -BLOCK;
  }

  private static long toPageEnd(long address) {
    return (long) Pages.SIZE - Pages.offset(address);
  }
}
