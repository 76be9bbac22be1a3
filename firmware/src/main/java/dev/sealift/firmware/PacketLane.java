package dev.sealift.firmware;

import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.PacketsToOpen;
import dev.sealift.crypto.PagesToSeal;
import dev.sealift.firmware.SystemMemory.Window;
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
  private final Window headerWindow;
  private final Window transportWindow;

  private PacketLane(
      CheckedMemory memory,
      int asid,
      PacketRun run,
      int first,
      AddressRange headers,
      AddressRange transport,
      Window headerWindow,
      Window transportWindow) {
    this.memory = memory;
    this.asid = asid;
    this.run = run;
    this.first = first;
    this.headers = headers;
    this.transport = transport;
    this.headerWindow = headerWindow;
    this.transportWindow = transportWindow;
  }

  /**
   * Does packets of a run, up to the first that is unusual.
   *
   * @param asid of the run's guest
   * @param first the packet to begin with
   * @return how many
   */
  static int go(CheckedMemory memory, int asid, PacketRun run, int first, PacketEngine engine) {
    int count = run.count() - first;
    AddressRange headers = memory.range(run.header(first), (long) count * SevLimits.PACKET_HEADER);
    AddressRange transport = memory.range(run.transport(first), (long) count * Pages.SIZE);
    if (headers.overlaps(transport)) {
      return 0;
    }
    try (Window headerWindow = memory.window(headers);
        Window transportWindow = memory.window(transport)) {
      if (headerWindow == null || transportWindow == null) {
        return 0;
      }
      PacketLane lane =
          new PacketLane(
              memory, asid, run, first, headers, transport, headerWindow, transportWindow);
      return run.command() == PspCommand.SEND_UPDATE_DATA
          ? engine.sealPages(PacketEngine.DATA, lane, count)
          : engine.openPages(PacketEngine.DATA, lane, count);
    }
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
    transportWindow.write((long) index * Pages.SIZE, cipher);
    headerWindow.write((long) index * SevLimits.PACKET_HEADER, header);
    return true;
  }

  @Override
  public boolean read(int index, MemorySegment header, MemorySegment cipher) {
    if (isUnusual(run.guestAddresses()[first + index])) {
      return false;
    }
    headerWindow.read((long) index * SevLimits.PACKET_HEADER, header);
    transportWindow.read((long) index * Pages.SIZE, cipher);
    return (HEADER_FLAGS.get(header) & PacketHeader.COMPRESSED) == 0;
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
