package dev.sealift.firmware;

import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.PacketsToOpen;
import dev.sealift.crypto.PagesToSeal;
import java.lang.foreign.MemorySegment;

/**
 * The packets of a run that go many at once. Each packet differs from one that has passed every
 * check of the table in its addresses alone; a lane asks after those, and stops before the first
 * packet with something unusual about it: an address that is no page or breaks a rule, memory that
 * is missing or also holds packets of the run, a mark of compression, a wrong MAC. What the table
 * says to that packet, the command for it finds out.
 */
final class PacketLane implements PagesToSeal, PacketsToOpen {
  private static final Field.U32 HEADER_FLAGS = new Field.U32("flags", 0);

  private final CheckedMemory memory;
  private final int asid;
  private final PacketRun run;
  private final int first;
  private final AddressRange headers;
  private final AddressRange transport;

  /**
   * A lane for the rest of a run.
   *
   * @param asid of the run's guest
   * @param first the packet that it begins with
   */
  PacketLane(CheckedMemory memory, int asid, PacketRun run, int first) {
    this.memory = memory;
    this.asid = asid;
    this.run = run;
    this.first = first;
    int count = run.count() - first;
    this.headers = memory.range(run.header(first), (long) count * SevLimits.PACKET_HEADER);
    this.transport = memory.range(run.transport(first), (long) count * Pages.SIZE);
  }

  /**
   * Does the packets.
   *
   * @return how many
   */
  int go(PacketEngine engine) {
    if (headers.overlaps(transport) || !memory.reaches(headers.first(), headers.length())) {
      return 0;
    }
    int count = run.count() - first;
    return run.command() == PspCommand.SEND_UPDATE_DATA
        ? engine.sealPages(PacketEngine.DATA, this, count)
        : engine.openPages(PacketEngine.DATA, this, count);
  }

  @Override
  public boolean read(int index, MemorySegment plain) {
    long address = run.guestAddresses()[first + index];
    if (isUnusual(address)) {
      return false;
    }
    try {
      memory.readGuest(asid, address, plain);
      return true;
    } catch (Refusal refusal) {
      return false;
    }
  }

  @Override
  public boolean write(int index, MemorySegment header, MemorySegment cipher) {
    try {
      memory.writeHost(run.transport(first + index), cipher);
      memory.writeHost(run.header(first + index), header);
      return true;
    } catch (Refusal refusal) {
      return false;
    }
  }

  @Override
  public boolean read(int index, MemorySegment header, MemorySegment cipher) {
    if (isUnusual(run.guestAddresses()[first + index])) {
      return false;
    }
    try {
      memory.readHost(run.header(first + index), header);
      memory.readHost(run.transport(first + index), cipher);
      return (HEADER_FLAGS.get(header) & PacketHeader.COMPRESSED) == 0;
    } catch (Refusal refusal) {
      return false;
    }
  }

  @Override
  public boolean write(int index, MemorySegment plain) {
    try {
      memory.writeGuest(asid, run.guestAddresses()[first + index], plain);
      return true;
    } catch (Refusal refusal) {
      return false;
    }
  }

  /** Pages are read ahead of what is written: a page that packets are written to must wait. */
  private boolean isUnusual(long guestAddress) {
    AddressRange page = memory.range(guestAddress, Pages.SIZE);
    return Pages.offset(page.first()) != 0 || page.overlaps(headers) || page.overlaps(transport);
  }
}
