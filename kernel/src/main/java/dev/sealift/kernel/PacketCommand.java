package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.MemorySegment;

/** One of the firmware's commands that seal guest memory into a packet or open a packet into it. */
final class PacketCommand {
  private final SevModule module;
  private final PspCommand command;
  private final Access access;

  private PacketCommand(SevModule module, PspCommand command, Access access) {
    this.module = module;
    this.command = command;
    this.access = access;
  }

  /** A command that reads guest memory. */
  static PacketCommand sealing(SevModule module, PspCommand command) {
    return new PacketCommand(module, command, Access.READ);
  }

  /** A command that writes guest memory. */
  static PacketCommand opening(SevModule module, PspCommand command) {
    return new PacketCommand(module, command, Access.WRITE);
  }

  /** Pins the one page that the guest memory lies in; the number of pages is for unpin. */
  long pin(SevVirtualMachine vm, long guestUaddr) throws Refusal {
    return vm.pinnedPages().pin(Pages.base(guestUaddr), Pages.SIZE, access);
  }

  /**
   * Issues the command.
   *
   * @param header physical address of the header
   * @param transport physical address of the ciphertext
   */
  int issue(SevVirtualMachine vm, PacketParameters parameters, long header, long transport)
      throws Refusal {
    long guest = module.user().physicalAddress(parameters.guestUaddr(), access);
    if (guest == UserMemory.NONE) {
      throw new Refusal(Errno.EFAULT);
    }
    EncryptionFeatures features = module.features();
    return issue(
        vm,
        new PacketBuffer(
            vm.handle(),
            features.hostAddress(header),
            parameters.hdrLen(),
            features.guestAddress(guest),
            parameters.guestLen(),
            features.hostAddress(transport),
            parameters.transLen()));
  }

  /** Issues the command for memory of the kernel's own, whose addresses are in the buffer. */
  int issue(SevVirtualMachine vm, PacketBuffer buffer) {
    buffer.write(vm.firmwareParameters());
    return vm.issue(command, PacketBuffer.LAYOUT);
  }

  /**
   * Issues the command with nothing but the handle: it answers with lengths, which go back to the
   * caller whatever else the firmware says.
   *
   * @param struct the caller's parameters
   * @param hdrLen of the struct
   * @param transLen of the struct
   */
  int query(
      SevVirtualMachine vm,
      SevCall call,
      MemorySegment struct,
      Field.U32 hdrLen,
      Field.U32 transLen)
      throws Refusal {
    int result = issue(vm, new PacketBuffer(vm.handle(), 0, 0, 0, 0, 0, 0));
    PacketBuffer answer = PacketBuffer.read(vm.firmwareParameters());
    hdrLen.setUnsigned(struct, answer.hdrLen());
    transLen.setUnsigned(struct, answer.transLen());
    call.copyParametersOut(struct);
    return result;
  }
}
