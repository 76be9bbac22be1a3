package dev.sealift.cli.adversary.lab;

import dev.sealift.abi.Pages;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.wire.BatchWriter;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.PacketSlots;
import dev.sealift.migration.wire.Place;
import dev.sealift.migration.wire.Protocol;
import dev.sealift.migration.wire.SharedRange;
import dev.sealift.vmm.CallArena;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A source with a good TLS certificate that says and sends whatever it likes: every step of a move
 * by itself, so that an attack can leave some out or take others.
 */
public final class HostileSource implements AutoCloseable {
  private final Lab lab;
  private final InetSocketAddress destination;
  private final ControlConnection control;
  private final PacketMaker packets;
  private final CallArena arena;
  private final PacketSlots slots;
  private final Manifest manifest = new Manifest(1);
  private MoveId move;
  private @Nullable SendSession session;
  private @Nullable BatchWriter writer;
  private int round;
  private int batchesInRound;
  private long pagesInRound;
  private long sharedInRound;
  private long pages;
  private long sharedPages;

  private HostileSource(Lab lab, InetSocketAddress destination, SSLContext identity)
      throws MigrationException, VmmException {
    this.lab = lab;
    this.destination = destination;
    move = MoveId.random(lab.random());
    packets = new PacketMaker(lab.source().host());
    arena = CallArena.allocate(lab.source().host(), PacketSlots.bytes(Passage.BATCH_PAGES));
    slots = new PacketSlots(arena.segment(), Passage.BATCH_PAGES);
    control = ControlConnection.connect(identity, destination, Passage.TIMEOUT);
  }

  /** Connects to an honest destination. */
  public static HostileSource connect(Lab lab, Passage passage)
      throws MigrationException, VmmException {
    return connect(lab, passage, lab.source().identity());
  }

  /** The same with another TLS identity. */
  public static HostileSource connect(Lab lab, Passage passage, SSLContext identity)
      throws MigrationException, VmmException {
    return new HostileSource(lab, passage.address(), identity);
  }

  /** The control connection, for whatever else is to be said. */
  public ControlConnection control() {
    return control;
  }

  /** What SEND_START made. */
  public SendSession session() {
    return Objects.requireNonNull(session, "SEND_START comes first");
  }

  /** The name of the move. */
  public MoveId move() {
    return move;
  }

  /** Gives the move another name. */
  public void rename(MoveId name) {
    move = name;
  }

  /** HELLO and WELCOME. */
  public void greet() throws MigrationException, InterruptedException {
    control.send(new Message.Hello(Protocol.LOWEST_VERSION, Protocol.HIGHEST_VERSION, true));
    control.expect(Message.Welcome.class);
  }

  /** RESUME of a move, and STANDING. */
  public Place resume(MoveId of) throws MigrationException, InterruptedException {
    control.send(new Message.Resume(of));
    return control.expect(Message.Standing.class).place();
  }

  /** SEND_START towards the destination. */
  public void sendStart(Witness guest, LabHost to) throws VmmException {
    session = BareMove.sendStart(guest, to);
  }

  /** GUEST, with whatever is to be said of it. */
  public void offer(
      byte[] configuration, int policy, PlatformCredentials platform, byte[] sessionBytes)
      throws MigrationException {
    control.send(
        new Message.Guest(move, configuration, policy, platform.encode(), sessionBytes, 1));
  }

  /** GUEST with the truth, and READY; then a data connection. */
  public void offer(Witness guest) throws MigrationException, VmmException, InterruptedException {
    offer(
        guest.guest().configuration().encode(),
        session().policy(),
        lab.source().credentials(),
        session().session());
    openData();
  }

  /** READY is heard, and a data connection opened. */
  public void openData() throws MigrationException, InterruptedException {
    control.expect(Message.Ready.class);
    control.keep(manifest);
    writer = BatchWriter.connect(destination, control, move, 0, slots, manifest, Passage.TIMEOUT);
  }

  /** HELLO to the data connection, with the truth. */
  public void begin(Witness guest) throws MigrationException, VmmException, InterruptedException {
    begin(guest, lab.destination());
  }

  private void begin(Witness guest, LabHost to)
      throws MigrationException, VmmException, InterruptedException {
    greet();
    sendStart(guest, to);
    offer(guest);
  }

  /** Uses a session that another move has made. */
  public void borrow(SendSession made) {
    session = made;
  }

  /** SEND_UPDATE_DATA of one page. */
  public Packet seal(long gfn) throws VmmException {
    return packets.seal(session(), gfn);
  }

  /** SEND_UPDATE_DATA of every page. */
  public List<Packet> sealAll() throws VmmException {
    List<Packet> all = new ArrayList<>();
    for (long gfn = 0; gfn < LabHost.GUEST_BYTES >> Pages.SHIFT; gfn++) {
      all.add(seal(gfn));
    }
    return all;
  }

  /** Sends packets in this round, under seals that hold. */
  public void send(List<Packet> some) throws MigrationException {
    for (int from = 0; from < some.size(); from += Passage.BATCH_PAGES) {
      List<Packet> batch = some.subList(from, Math.min(from + Passage.BATCH_PAGES, some.size()));
      long[] gfns = new long[batch.size()];
      for (int i = 0; i < gfns.length; i++) {
        gfns[i] = batch.get(i).gfn();
        slots.header(i).copyFrom(MemorySegment.ofArray(batch.get(i).header()));
        slots.cipher(i).copyFrom(MemorySegment.ofArray(batch.get(i).ciphertext()));
      }
      Objects.requireNonNull(writer, "the data connection comes first")
          .send(round, gfns, gfns.length);
      batchesInRound++;
      pagesInRound += gfns.length;
    }
  }

  /** Sends a page as a shared one, in the clear. */
  public void sendShared(long gfn, byte[] content) throws MigrationException {
    control.send(new Message.SharedPages(round, new long[] {gfn}, content));
    sharedInRound++;
  }

  /** ROUND_END and ROUND_DONE. */
  public void endRound() throws MigrationException, InterruptedException {
    control.send(
        new Message.RoundEnd(round, new int[] {batchesInRound}, pagesInRound, sharedInRound));
    control.expect(Message.RoundDone.class);
    round++;
    pages += pagesInRound;
    sharedPages += sharedInRound;
    batchesInRound = 0;
    pagesInRound = 0;
    sharedInRound = 0;
  }

  /** PAGE_STATUS and VCPU_STATE of a guest that stands still for it. */
  public void sendState(Witness guest, List<SharedRange> shared)
      throws MigrationException, VmmException {
    guest.guest().pause();
    control.send(new Message.PageStatus(shared));
    control.send(new Message.VcpuState(0, guest.guest().vcpu().save().encode()));
  }

  /** PREPARE and PREPARED. */
  public void prepare() throws MigrationException, InterruptedException {
    prepare(manifest.root());
  }

  /** The same with any root of a manifest. */
  public void prepare(byte[] root) throws MigrationException, InterruptedException {
    control.send(new Message.Prepare(round, pages, sharedPages, root));
    control.expect(Message.Prepared.class);
  }

  /** COMMIT and RUNNING; no receipt is signed. */
  public void commit() throws MigrationException, InterruptedException {
    control.send(new Message.Commit(0, 0, 0));
    control.expect(Message.Running.class);
  }

  /** All of a move up to RUNNING, without SEND_FINISH; the guest stands still afterwards. */
  public void moveWithoutFinish(Witness guest)
      throws MigrationException, VmmException, InterruptedException {
    moveWithoutFinish(guest, lab.destination());
  }

  /** The same to any host. */
  public void moveWithoutFinish(Witness guest, LabHost to)
      throws MigrationException, VmmException, InterruptedException {
    begin(guest, to);
    send(sealAll());
    endRound();
    sendState(guest, List.of());
    prepare();
    commit();
  }

  @Override
  public void close() {
    if (writer != null) {
      writer.close();
    }
    control.close();
    packets.close();
    arena.close();
  }
}
