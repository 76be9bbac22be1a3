package dev.sealift.cli.reliability;

import dev.sealift.cli.HostMachine;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.migration.ArrivalListener;
import dev.sealift.migration.DestinationHost;
import dev.sealift.migration.DestinationOptions;
import dev.sealift.migration.GuestFactory;
import dev.sealift.migration.MigrationDestination;
import dev.sealift.migration.MigrationSource;
import dev.sealift.migration.MoveListener;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.Recovery;
import dev.sealift.migration.SourceHost;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.handover.HandOverStep;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.KeptGuests;
import dev.sealift.migration.handover.Side;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Measured;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.MemoryProof;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.StepCounter;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A host process that may be killed: it has its machine in another process, takes guests in, sends
 * them away, and when it is started again goes on from its journal. It takes orders, a line each,
 * and tells what happens.
 */
final class LabHost {
  static final PseudoRandomWriter.Plan PLAN = new PseudoRandomWriter.Plan(8 << 20, 256);
  static final String PASSWORD = "password of the lab";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final MoveOptions MOVE =
      MoveOptions.DEFAULT
          .withTimeout(Duration.ofSeconds(5))
          .withResumeLimit(Duration.ofSeconds(2))
          .withDowntimeTarget(Duration.ofMillis(200));

  private final HostMachine machine;
  private final FileJournal journal;
  private final SourceHost source;
  private @Nullable Guest resident;
  private volatile @Nullable String freezeAt;
  private volatile boolean leaving;

  private LabHost(HostMachine machine, FileJournal journal, SourceHost source) {
    this.machine = machine;
    this.journal = journal;
    this.source = source;
  }

  /** Arguments: the role whose identity it has, the machine's socket, a folder, its port. */
  public static void main(String[] arguments) throws Exception {
    HostRole role = HostRole.valueOf(arguments[0]);
    Path folder = Path.of(arguments[2]);
    HostTrust trust = HostTrust.load(folder, role, PASSWORD);
    try (HostMachine machine = HostMachine.attach(Path.of(arguments[1]), trust.root());
        FileJournal journal = FileJournal.open(folder.resolve(role.word() + ".journal"))) {
      LabHost host = new LabHost(machine, journal, machine.source(trust.identity(), journal));
      host.run(
          machine.destination(trust.identity(), journal),
          new InetSocketAddress(HostTrust.LOOPBACK, Integer.parseInt(arguments[3])));
    }
  }

  private void run(DestinationHost plain, InetSocketAddress address) throws Exception {
    DestinationHost here =
        new DestinationHost(
            plain.platform(),
            plain.chain(),
            plain.identity(),
            plain.peers(),
            plain.policy(),
            new Guests(),
            plain.journal(),
            plain.ownership(),
            plain.emulated());
    goOn();
    try (MigrationDestination _ =
        MigrationDestination.listen(
            here,
            address,
            DestinationOptions.DEFAULT
                .withTimeout(Duration.ofSeconds(5))
                .withResumeLimit(Duration.ofSeconds(3)),
            new Arrivals())) {
      tell("ready");
      obey(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    }
  }

  /** What was left when this host was killed. */
  private void goOn() throws VmmException {
    for (KeptGuests.Found found : KeptGuests.sort(Guest.kept(machine.host()), journal)) {
      switch (found.whose()) {
        case RESIDENT -> settle(adopt(found.name()));
        case LEAVING -> {
          Guest guest = found.name() == null ? null : adopt(found.name());
          leaving = true;
          Thread.ofPlatform().daemon().start(() -> recover(found.entry(), guest));
        }
        case LEFT_OVER -> Guest.discard(machine.host(), found.name());
        case COMING -> {}
      }
    }
  }

  private Guest adopt(String name) throws VmmException {
    return Guest.adopt(machine.host(), machine.platform(), name);
  }

  private synchronized void settle(Guest guest) throws VmmException {
    StepCounter.attach(guest.machine());
    guest.run();
    resident = guest;
  }

  private void recover(JournalEntry entry, @Nullable Guest guest) {
    try {
      JournalEntry now = entry;
      while (true) {
        Recovery recovery = new MigrationSource(source).recover(now, guest, MOVE, new Steps());
        tell("recovered " + recovery.words());
        boolean stays = recovery.step().mayRunHere();
        if (stays && guest != null) {
          synchronized (this) {
            resident = guest;
          }
        }
        if (recovery.step().isLast()) {
          if (!stays && guest != null) {
            guest.close();
          }
          break;
        }
        now = journal.find(entry.move(), Side.SOURCE).orElseThrow();
      }
    } catch (VmmException | IllegalStateException stuck) {
      tell("stuck " + stuck.getMessage());
    }
    leaving = false;
  }

  private void obey(BufferedReader orders) throws Exception {
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String[] words = order.split(" ");
      switch (words[0]) {
        case "launch" -> launch();
        case "freeze" -> freezeAt = words[1];
        case "move" -> {
          leaving = true;
          int port = Integer.parseInt(words[1]);
          Thread.ofPlatform().daemon().start(() -> move(port));
        }
        case "status" -> status();
        case "prove" -> prove();
        default -> throw new IllegalArgumentException(order);
      }
    }
  }

  private void launch() throws VmmException {
    int policy = GuestPolicy.of(GuestPolicy.Flag.SEV).word();
    Guest guest =
        Guest.create(
            machine.host(),
            machine.platform(),
            new GuestConfiguration("lab", PLAN.memoryBytes(), policy, PLAN.workload()));
    PseudoRandomWriter.load(guest.memory(), PLAN);
    PseudoRandomWriter.prepare(guest.vcpu(), PLAN);
    var launch = guest.sev().launchStart(policy, null, null);
    launch.updateData(0, PseudoRandomWriter.MEASURED_BYTES);
    Measured measured = launch.measure();
    measured.finish();
    guest.keep("lab");
    settle(guest);
    tell("launched");
  }

  private void move(int port) {
    Guest guest;
    synchronized (this) {
      guest = resident;
      resident = null;
    }
    MoveOutcome outcome =
        new MigrationSource(source)
            .move(guest, new InetSocketAddress(HostTrust.LOOPBACK, port), MOVE, new Steps());
    MoveId move = outcome.report().move();
    switch (outcome) {
      case MoveOutcome.Moved _ -> {
        guest.close();
        tell("outcome moved");
      }
      case MoveOutcome.StayedAtSource stayed -> {
        synchronized (this) {
          resident = guest;
        }
        tell("outcome stayed " + stayed.reason());
        journal
            .find(move, Side.SOURCE)
            .filter(entry -> !entry.step().isLast())
            .ifPresent(entry -> recover(entry, guest));
      }
      case MoveOutcome.HandedOver handed -> {
        tell("outcome handed " + handed.reason());
        recover(journal.find(move, Side.SOURCE).orElseThrow(), guest);
      }
    }
    leaving = false;
  }

  /** Who has the guest, whether it runs, and whether anything is left to do. */
  private synchronized void status() {
    boolean coming =
        journal.moves().stream()
            .anyMatch(entry -> entry.step().side() == Side.DESTINATION && !entry.step().isLast());
    tell(
        "status %s %s %d"
            .formatted(
                resident == null ? "none" : resident.isRunning() ? "runs" : "stands",
                leaving || coming ? "busy" : "settled",
                Guest.kept(machine.host()).size()));
  }

  private synchronized void prove() throws VmmException, TimeoutException, InterruptedException {
    Guest guest = resident;
    StepCounter.attach(guest.machine()).await(2, PATIENCE);
    guest.pause();
    MemoryProof proof = MemoryProof.take(guest.machine(), PLAN);
    guest.resume();
    tell("proved %d %d %d".formatted(proof.pagesCompared(), proof.mismatches(), proof.steps()));
  }

  private static synchronized void tell(String event) {
    System.out.println(event);
    System.out.flush();
  }

  /** At the step that was asked for the process stands still, until it is killed. */
  private void freeze(HandOverStep step) {
    if (step.label().equals(freezeAt)) {
      tell("at " + step.label());
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException never) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final class Steps implements MoveListener {
    @Override
    public void step(SourceStep step) {
      freeze(step);
    }

    @Override
    public void warning(String sentence) {
      tell("warning " + sentence);
    }
  }

  private final class Guests implements GuestFactory {
    @Override
    public Guest create(GuestConfiguration configuration) throws VmmException {
      return Guest.create(machine.host(), machine.platform(), configuration);
    }

    @Override
    public void keep(MoveId move, Guest guest) throws VmmException {
      guest.keep(KeptGuests.nameOf(move));
    }

    @Override
    public Optional<Guest> adopt(MoveId move) throws VmmException {
      String name = KeptGuests.nameOf(move);
      return Guest.kept(machine.host()).contains(name)
          ? Optional.of(LabHost.this.adopt(name))
          : Optional.empty();
    }
  }

  private final class Arrivals implements ArrivalListener {
    @Override
    public void arrived(MoveId move, Guest guest) {
      synchronized (LabHost.this) {
        resident = guest;
      }
      tell("arrived");
    }

    @Override
    public void step(MoveId move, DestinationStep step) {
      freeze(step);
    }

    @Override
    public void recovered(MoveId move, DestinationStep found, DestinationStep step) {
      tell("recovered %s from %s".formatted(step, found));
    }

    @Override
    public void refused(MigrationException reason) {
      tell("refused " + reason.sentence());
    }

    @Override
    public void lost(MoveId move, MigrationException reason) {
      tell("lost " + reason.sentence());
    }

    @Override
    public void warning(String sentence) {
      tell("warning " + sentence);
    }
  }
}
