package dev.sealift.cli.adversary.lab;

import dev.sealift.cli.process.HostTrust;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.wire.BatchReader;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.DataGate;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.PacketSlots;
import dev.sealift.migration.wire.Protocol;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** A destination that answers whatever it likes. */
public final class HostileDestination implements AutoCloseable {
  private final Listener listener;
  private final LabHost host;

  private HostileDestination(Listener listener, LabHost host) {
    this.listener = listener;
    this.host = host;
  }

  /** What it does with a source that comes. */
  public interface Play {
    /** Runs until the source has had enough, or this host. */
    void with(Conversation conversation)
        throws MigrationException, VmmException, InterruptedException;
  }

  /** With the destination's own good certificate. */
  public static HostileDestination listen(Lab lab, Play play) throws IOException {
    return listen(lab.destination(), lab.destination().identity(), play);
  }

  /** With another TLS identity. */
  public static HostileDestination listen(LabHost host, SSLContext identity, Play play)
      throws IOException {
    Listener listener =
        Listener.open(new InetSocketAddress(HostTrust.LOOPBACK, 0), identity, Passage.TIMEOUT);
    HostileDestination destination = new HostileDestination(listener, host);
    listener.start(control -> destination.play(control, play));
    return destination;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return listener.address();
  }

  private void play(ControlConnection control, Play play) {
    try (control) {
      play.with(new Conversation(control));
      while (true) {
        control.receive();
      }
    } catch (MigrationException | VmmException over) {
      // The source has had enough.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A guest as it went over the wire.
   *
   * @param packets each page as often as it came, in order
   * @param vcpuState the state of its vCPU, encoded
   */
  // Handed over once, never compared.
  @SuppressWarnings("ArrayRecordComponent")
  public record Taken(List<Packet> packets, byte[] vcpuState) {}

  /** One source. */
  public final class Conversation {
    private final ControlConnection control;

    Conversation(ControlConnection control) {
      this.control = control;
    }

    /** The control connection, for whatever is to be said. */
    public ControlConnection control() {
      return control;
    }

    /** HELLO, and WELCOME with this host's platform. */
    public void welcome() throws MigrationException, VmmException, InterruptedException {
      welcome(host.credentials());
    }

    /** HELLO, and WELCOME with any platform. */
    public void welcome(PlatformCredentials platform)
        throws MigrationException, InterruptedException {
      control.expect(Message.Hello.class);
      control.send(new Message.Welcome(Protocol.HIGHEST_VERSION, true, 1, platform.encode()));
    }

    /** GUEST. */
    public Message.Guest guest() throws MigrationException, InterruptedException {
      return control.expect(Message.Guest.class);
    }

    /** READY, and data connections are let in; nobody reads from them. */
    public void letIn(Message.Guest offer) throws MigrationException, InterruptedException {
      try (DataGate _ = listener.expect(control, offer.move(), 1)) {
        control.send(new Message.Ready());
        while (true) {
          control.receive();
        }
      }
    }

    /** READY, and as soon as the source says something, the link is cut. */
    public void letInAndCut(Message.Guest offer) throws MigrationException, InterruptedException {
      try (DataGate _ = listener.expect(control, offer.move(), 1)) {
        control.send(new Message.Ready());
        control.receive();
        control.close();
      }
    }

    /**
     * READY, and all rounds up to PREPARE, which is not answered: each page as it came last.
     *
     * @param manifest keeps what was seen
     */
    public Taken take(Message.Guest offer, Manifest manifest)
        throws MigrationException, InterruptedException {
      control.keep(manifest);
      try (Arena arena = Arena.ofShared()) {
        PacketSlots slots =
            new PacketSlots(
                arena.allocate(PacketSlots.bytes(Passage.BATCH_PAGES), 16), Passage.BATCH_PAGES);
        Intake intake;
        Thread reading;
        byte[] state;
        try (DataGate gate = listener.expect(control, offer.move(), 1)) {
          control.send(new Message.Ready());
          intake = new Intake(gate.await(0, slots, manifest, Passage.TIMEOUT));
          reading = Thread.ofPlatform().daemon().start(intake::run);
          state = follow(intake);
        }
        reading.join();
        return new Taken(intake.packets(), state);
      }
    }

    /** Answers each round until PREPARE; returns the vCPU's state. */
    private byte[] follow(Intake intake) throws MigrationException, InterruptedException {
      byte[] state = {};
      while (true) {
        switch (control.receive()) {
          case Message.RoundEnd end -> {
            intake.await(end.batches()[0]);
            control.send(new Message.RoundDone(end.round()));
          }
          case Message.VcpuState vcpu -> state = vcpu.state();
          case Message.Prepare _ -> {
            return state;
          }
          default -> {}
        }
      }
    }
  }

  /** What comes over the data connection. */
  private static final class Intake {
    private final BatchReader reader;
    private final List<Packet> packets = new ArrayList<>();
    private long batches;
    private long expected;

    Intake(BatchReader reader) {
      this.reader = reader;
    }

    void run() {
      try {
        Optional<BatchReader.Batch> next = reader.next();
        while (next.isPresent()) {
          add(next.get());
          reader.placed();
          next = reader.next();
        }
      } catch (MigrationException over) {
        // The gate was closed, or the source has had enough.
      }
    }

    private synchronized void add(BatchReader.Batch batch) {
      for (int i = 0; i < batch.gfns().length; i++) {
        packets.add(
            new Packet(
                batch.gfns()[i],
                reader.slots().header(i).toArray(ValueLayout.JAVA_BYTE),
                reader.slots().cipher(i).toArray(ValueLayout.JAVA_BYTE)));
      }
      batches++;
      notifyAll();
    }

    synchronized void await(int more) throws InterruptedException {
      expected += more;
      while (batches < expected) {
        wait();
      }
    }

    synchronized List<Packet> packets() {
      return List.copyOf(packets);
    }
  }

  @Override
  public void close() {
    listener.close();
  }
}
