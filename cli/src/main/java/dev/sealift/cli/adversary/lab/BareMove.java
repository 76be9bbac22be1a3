package dev.sealift.cli.adversary.lab;

import dev.sealift.cli.adversary.Outcome;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VcpuState;
import dev.sealift.vmm.VmmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * A move by SEV's own commands and nothing else: SEND_START, SEND_UPDATE_DATA, RECEIVE_START,
 * RECEIVE_UPDATE_DATA, RECEIVE_FINISH. Whoever uses it decides what comes between.
 */
public final class BareMove implements AutoCloseable {
  private final LabHost destination;
  private final Witness source;
  private final SendSession sending;
  private final Guest guest;
  private final ReceiveSession receiving;
  private final PacketMaker sealing;
  private final PacketMaker opening;
  private boolean cancelled;

  private BareMove(
      LabHost from,
      LabHost destination,
      Witness source,
      SendSession sending,
      Guest guest,
      ReceiveSession receiving)
      throws VmmException {
    this.destination = destination;
    this.source = source;
    this.sending = sending;
    this.guest = guest;
    this.receiving = receiving;
    sealing = new PacketMaker(from.host());
    opening = new PacketMaker(destination.host());
  }

  /** SEND_START and RECEIVE_START between the lab's machines. */
  public static BareMove begin(Lab lab, Witness source) throws VmmException {
    SendSession sending = sendStart(source, lab.destination());
    Guest guest = lab.destination().create(source.guest().configuration());
    ReceiveSession receiving = receiveStart(guest, lab.source(), sending);
    return new BareMove(lab.source(), lab.destination(), source, sending, guest, receiving);
  }

  /** SEND_START towards a machine. */
  public static SendSession sendStart(Witness source, LabHost to) throws VmmException {
    return source
        .guest()
        .sev()
        .sendStart(
            to.chain().pdh().bytes(),
            to.chain().platformCertificates(),
            to.chain().amdCertificates());
  }

  /** RECEIVE_START of a guest that a machine sends. */
  public static ReceiveSession receiveStart(Guest guest, LabHost from, SendSession sending)
      throws VmmException {
    return guest
        .sev()
        .receiveStart(sending.policy(), from.chain().pdh().bytes(), sending.session());
  }

  /** What SEND_START made. */
  public SendSession sending() {
    return sending;
  }

  /** SEND_UPDATE_DATA of one page. */
  public Packet seal(long gfn) throws VmmException {
    return sealing.seal(sending, gfn);
  }

  /** SEND_UPDATE_DATA of every page. */
  public List<Packet> sealAll() throws VmmException {
    List<Packet> packets = new ArrayList<>();
    for (long gfn = 0; gfn < guest.memory().pages(); gfn++) {
      packets.add(seal(gfn));
    }
    return packets;
  }

  /** RECEIVE_UPDATE_DATA of one packet. */
  public void give(Packet packet) throws VmmException {
    opening.open(receiving, packet);
  }

  /** RECEIVE_UPDATE_DATA of packets, in their order. */
  public void giveAll(List<Packet> packets) throws VmmException {
    for (Packet packet : packets) {
      give(packet);
    }
  }

  /** RECEIVE_UPDATE_DATA of packets for any guest that a host is receiving. */
  public static void giveAll(LabHost host, ReceiveSession receiving, List<Packet> packets)
      throws VmmException {
    try (PacketMaker opening = new PacketMaker(host.host())) {
      for (Packet packet : packets) {
        opening.open(receiving, packet);
      }
    }
  }

  /** Every page over as it is. */
  public void passAll() throws VmmException {
    giveAll(sealAll());
  }

  /**
   * The guest stands still, its vCPU's state goes over, SEND_FINISH, RECEIVE_FINISH, and it runs.
   */
  public Witness finish() throws VmmException {
    source.guest().pause();
    sending.finish();
    finished();
    return runAtDestination();
  }

  /** SEND_FINISH is done, by whomever: there is nothing left to cancel. */
  public void finished() {
    cancelled = true;
  }

  /** RECEIVE_FINISH, and the guest runs at the destination, whatever its source does. */
  public Witness runAtDestination() throws VmmException {
    source.guest().pause();
    VcpuState state = source.guest().vcpu().save();
    receiving.finish();
    guest.pageStatus().replaceShared(source.guest().pageStatus().shared());
    guest.vcpu().restore(state);
    guest.migrationControl().takeOver();
    guest.run();
    return destination.witness(guest);
  }

  /** The same, and what the guest sees in {@link Witness#PAGE}, and ought to see. */
  public Outcome finishAndLook() throws VmmException, TimeoutException, InterruptedException {
    return Passage.sees(finish(), source.written(Witness.PAGE));
  }

  /** SEND_CANCEL. */
  public void cancel() throws VmmException {
    cancelled = true;
    sending.cancel();
  }

  @Override
  public void close() throws VmmException {
    guest.close();
    sealing.close();
    opening.close();
    if (!cancelled) {
      cancel();
    }
  }
}
