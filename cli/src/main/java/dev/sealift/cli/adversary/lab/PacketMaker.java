package dev.sealift.cli.adversary.lab;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.vmm.CallArena;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Packets of a guest as bytes, one SEV command for each. */
final class PacketMaker implements AutoCloseable {
  private final CallArena arena;
  private final MemorySegment header;
  private final MemorySegment ciphertext;

  PacketMaker(Host host) throws VmmException {
    arena = CallArena.allocate(host, 2L * Pages.SIZE);
    ciphertext = arena.take(Pages.SIZE);
    header = arena.take(SevLimits.PACKET_HEADER);
  }

  /** SEND_UPDATE_DATA. */
  Packet seal(SendSession session, long gfn) throws VmmException {
    session.updateData(gfn << Pages.SHIFT, header, ciphertext);
    return new Packet(
        gfn, header.toArray(ValueLayout.JAVA_BYTE), ciphertext.toArray(ValueLayout.JAVA_BYTE));
  }

  /** RECEIVE_UPDATE_DATA. */
  void open(ReceiveSession session, Packet packet) throws VmmException {
    header.copyFrom(MemorySegment.ofArray(packet.header()));
    ciphertext.copyFrom(MemorySegment.ofArray(packet.ciphertext()));
    session.updateData(packet.gfn() << Pages.SHIFT, header, ciphertext);
  }

  @Override
  public void close() {
    arena.close();
  }
}
