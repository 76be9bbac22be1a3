package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;

/**
 * SEND_UPDATE_DATA and RECEIVE_UPDATE_DATA for many pages in one call and under one lock. Each page
 * is checked and done as the command for one page does it. No mainline kernel has these commands.
 */
final class BatchCommands {
  private final SevModule module;
  private final UserMemory user;
  private final PacketCommand seal;
  private final PacketCommand open;

  BatchCommands(SevModule module) {
    this.module = module;
    this.user = module.user();
    this.seal = PacketCommand.sealing(module, PspCommand.SEND_UPDATE_DATA);
    this.open = PacketCommand.opening(module, PspCommand.RECEIVE_UPDATE_DATA);
  }

  /** A batch under way: what was asked for, the kernel's copy of it, and how far it has come. */
  private static final class Batch {
    final SevVirtualMachine vm;
    final KvmSevUpdateDataBatch asked;
    final MemorySegment guestAddresses;
    long done;

    Batch(SevVirtualMachine vm, KvmSevUpdateDataBatch asked) {
      this.vm = vm;
      this.asked = asked;
      boolean bounded = asked.count() <= KvmSevUpdateDataBatch.MAXIMUM_COUNT;
      this.guestAddresses = MemorySegment.ofArray(new long[bounded ? (int) asked.count() : 0]);
    }

    long headersLength() {
      return asked.count() * asked.hdrLen();
    }

    /** The next packet. */
    PacketParameters next() throws Refusal {
      PacketParameters packet =
          new PacketParameters(
              asked.hdrUaddr() + done * asked.hdrLen(),
              asked.hdrLen(),
              guestAddresses.getAtIndex(KvmSevUpdateDataBatch.ADDRESS, done),
              asked.guestLen(),
              asked.transUaddr() + done * asked.transLen(),
              asked.transLen());
      if (packet.invalid()) {
        throw new Refusal(Errno.EINVAL);
      }
      return packet;
    }
  }

  /** Does the packets of a batch. */
  private interface Packets {
    int run(Batch batch) throws Refusal;
  }

  int send(SevVirtualMachine vm, SevCall call) throws Refusal {
    return run(vm, call, this::sealAll);
  }

  int receive(SevVirtualMachine vm, SevCall call) throws Refusal {
    return run(vm, call, this::openAll);
  }

  private int run(SevVirtualMachine vm, SevCall call, Packets packets) throws Refusal {
    vm.requireSevGuest(Errno.ENOTTY);
    MemorySegment struct = call.copyParametersIn(KvmSevUpdateDataBatch.LAYOUT);
    Batch batch = new Batch(vm, KvmSevUpdateDataBatch.read(struct));
    int result;
    try {
      copyAddressesIn(batch);
      result = packets.run(batch);
    } catch (Refusal refusal) {
      result = refusal.result();
    } finally {
      vm.transport().release();
    }
    KvmSevUpdateDataBatch.setDone(struct, batch.done);
    call.copyParametersOut(struct);
    return result;
  }

  private void copyAddressesIn(Batch batch) throws Refusal {
    KvmSevUpdateDataBatch asked = batch.asked;
    if (asked.count() == 0
        || asked.count() > KvmSevUpdateDataBatch.MAXIMUM_COUNT
        || asked.guestUaddrs() == 0
        || asked.hdrLen() == 0
        || asked.hdrUaddr() == 0) {
      throw new Refusal(Errno.EINVAL);
    }
    if (!user.read(asked.guestUaddrs(), batch.guestAddresses)) {
      throw new Refusal(Errno.EFAULT);
    }
  }

  private int sealAll(Batch batch) throws Refusal {
    KvmSevUpdateDataBatch asked = batch.asked;
    try (KernelBuffer headers = module.memory().allocate(batch.headersLength())) {
      int result = 0;
      try {
        while (result == 0 && batch.done < asked.count()) {
          result = sealNext(batch, headers);
        }
      } finally {
        copyHeadersOut(batch, headers);
      }
      return result;
    }
  }

  private int sealNext(Batch batch, KernelBuffer headers) throws Refusal {
    PacketParameters packet = batch.next();
    long pages = seal.pin(batch.vm, packet.guestUaddr());
    try {
      KernelBuffer transport = batch.vm.transport().zeroed(packet.transLen());
      long header = headers.address() + batch.done * packet.hdrLen();
      int result = seal.issue(batch.vm, packet, header, transport.address());
      if (result == 0) {
        PacketMemory.copyOut(user, transport, packet.transUaddr(), packet.transLen());
        batch.done++;
      }
      return result;
    } finally {
      batch.vm.pinnedPages().unpin(pages);
    }
  }

  /** All at once: headers are small and lie one behind the other. */
  private void copyHeadersOut(Batch batch, KernelBuffer headers) throws Refusal {
    long length = batch.done * batch.asked.hdrLen();
    if (length != 0 && !user.write(batch.asked.hdrUaddr(), headers.bytes().asSlice(0, length))) {
      batch.done = 0;
      throw new Refusal(Errno.EFAULT);
    }
  }

  private int openAll(Batch batch) throws Refusal {
    KvmSevUpdateDataBatch asked = batch.asked;
    if (asked.hdrLen() > SevLimits.FIRMWARE_BLOB_MAX) {
      throw new Refusal(Errno.EINVAL);
    }
    try (KernelBuffer headers = module.memory().allocate(batch.headersLength())) {
      if (!user.read(asked.hdrUaddr(), headers.bytes())) {
        throw new Refusal(Errno.EFAULT);
      }
      int result = 0;
      while (result == 0 && batch.done < asked.count()) {
        result = openNext(batch, headers);
      }
      return result;
    }
  }

  private int openNext(Batch batch, KernelBuffer headers) throws Refusal {
    PacketParameters packet = batch.next();
    KernelBuffer transport =
        batch.vm.transport().copyOf(user, packet.transUaddr(), packet.transLen());
    long pages = open.pin(batch.vm, packet.guestUaddr());
    try {
      long header = headers.address() + batch.done * packet.hdrLen();
      int result = open.issue(batch.vm, packet, header, transport.address());
      if (result == 0) {
        batch.done++;
      }
      return result;
    } finally {
      batch.vm.pinnedPages().unpin(pages);
    }
  }
}
