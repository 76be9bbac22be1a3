package dev.sealift.cli.host;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostAddress;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.control.ControlServer;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.cli.identity.HostAccess;
import dev.sealift.cli.identity.OwnIdentity;
import dev.sealift.cli.view.HostView;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.fleet.HostRecord;
import dev.sealift.migration.DestinationHost;
import dev.sealift.migration.DestinationOptions;
import dev.sealift.migration.MigrationDestination;
import dev.sealift.migration.SourceHost;
import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.handover.KeptGuests;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.trust.MovePolicyFile;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A host that runs: its machine, its guests, the port where others come in, and the socket where
 * its owner's commands do.
 */
final class HostDaemon implements AutoCloseable {
  /** What a move that can no longer be called off may take when the host ends. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final HostDirectory directory;
  private final HostPlatform platform;
  private final FileJournal journal;
  private final HostedGuests guests;
  private final Departures departures;
  private final MigrationDestination destination;
  private final ControlServer control;
  private final HostViews views;
  private final @Nullable FleetPart fleet;
  private final KeyFingerprint key;
  private final boolean newIdentity;
  private final HostLog log;

  private HostDaemon(
      HostDirectory directory,
      HostPlatform platform,
      FileJournal journal,
      HostedGuests guests,
      Departures departures,
      MigrationDestination destination,
      ControlServer control,
      HostViews views,
      @Nullable FleetPart fleet,
      KeyFingerprint key,
      boolean newIdentity,
      HostLog log) {
    this.directory = directory;
    this.platform = platform;
    this.journal = journal;
    this.guests = guests;
    this.departures = departures;
    this.destination = destination;
    this.control = control;
    this.views = views;
    this.fleet = fleet;
    this.key = key;
    this.newIdentity = newIdentity;
    this.log = log;
  }

  /**
   * Brings a host up. What its journal says was under way when it last ended is taken up first.
   *
   * @throws BadInput if a file is not what it should be
   * @throws Failure if another host is there, or the port is taken
   */
  static HostDaemon start(HostSettings settings, HostLog log)
      throws BadInput, Failure, VmmException {
    var opened = new Opened();
    boolean done = false;
    try {
      HostDaemon daemon = start(settings, log, opened);
      done = true;
      return daemon;
    } catch (IOException unusable) {
      throw new Failure(Failure.sentence(unusable) + ".", unusable);
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }

  /** What was opened so far, for when the next thing fails. */
  private static final class Opened {
    private final List<AutoCloseable> resources = new ArrayList<>();

    <T extends AutoCloseable> T add(T resource) {
      resources.addFirst(resource);
      return resource;
    }

    void close() {
      for (AutoCloseable resource : resources) {
        try {
          resource.close();
        } catch (Exception left) {
          // The process ends with what is left open, and with the failure that is being told.
        }
      }
    }
  }

  private static HostDaemon start(HostSettings settings, HostLog log, Opened opened)
      throws BadInput, Failure, VmmException, IOException {
    HostDirectory directory = opened.add(HostDirectory.take(settings.directory()));
    Path keyFile = settings.identity() == null ? directory.key() : settings.identity();
    Path certificate =
        settings.certificate() == null ? directory.certificate() : settings.certificate();
    Path peers = settings.peers() == null ? directory.peers() : settings.peers();
    boolean newIdentity =
        settings.identity() == null
            && settings.certificate() == null
            && OwnIdentity.createIfMissing(keyFile, certificate, names(settings));
    if (settings.peers() == null && Files.notExists(peers)) {
      Files.writeString(
          peers,
          "# Who may send guests here, and receive guests from here: sealift identity allow\n");
    }
    HostAccess access =
        HostAccess.following(
            keyFile,
            certificate,
            peers,
            settings.authorities(),
            sentence -> log.tell(Event.error("peers"), sentence));
    HostPlatform platform = opened.add(HostPlatform.powerUp(settings, directory, log));
    FileJournal journal = opened.add(FileJournal.open(directory.journal()));
    HostMachine machine = platform.machine();
    PlatformChain chain = machine.chain();
    MovePolicy policy = policy(settings.policy(), platform.roots());
    var guests = new HostedGuests();
    var moves = new HostedMoves();
    var receipts = new Receipts(directory.receipts(), log);
    FleetPart fleet =
        settings.fleet() == null
            ? null
            : opened.add(FleetPart.connect(settings.fleet(), settings.name(), log));
    Ownership ownership = fleet == null ? Ownership.JOURNALS : fleet.ownership();
    var source =
        new SourceHost(
            machine.platform(),
            chain,
            access.identity(),
            access.peers(),
            policy,
            journal,
            ownership,
            true);
    var departures = new Departures(source, guests, moves, receipts, log);
    var arrivals = new Arrivals(machine, guests, moves, receipts, platform.roots(), log);
    takeUp(machine, journal, guests, departures, fleet, log);
    MigrationDestination destination =
        opened.add(
            listen(
                new DestinationHost(
                    machine.platform(),
                    chain,
                    access.identity(),
                    access.peers(),
                    policy,
                    arrivals,
                    journal,
                    ownership,
                    true),
                settings.listen(),
                arrivals));
    Supplier<@Nullable String> address = () -> words(settings.listen(), destination);
    var views = new HostViews(settings, machine, chain, platform.roots(), guests, moves, address);
    ControlServer control =
        opened.add(
            ControlServer.serve(
                directory.controlSocket(),
                new HostControl(machine, guests, moves, departures, views, fleet, log)));
    KeyFingerprint key = OwnIdentity.fingerprint(certificate);
    if (fleet != null) {
      fleet.join(record(settings, destination, machine, chain, key), guests, moves, departures);
    }
    return new HostDaemon(
        directory,
        platform,
        journal,
        guests,
        departures,
        destination,
        control,
        views,
        fleet,
        key,
        newIdentity,
        log);
  }

  /** What the fleet is told of this host. */
  private static HostRecord record(
      HostSettings settings,
      MigrationDestination destination,
      HostMachine machine,
      PlatformChain chain,
      KeyFingerprint key)
      throws VmmException {
    FleetSettings fleet = Objects.requireNonNull(settings.fleet(), "it belongs to a fleet");
    InetSocketAddress listens = settings.listen();
    String reached =
        listens.getAddress().isAnyLocalAddress() ? settings.name() : listens.getHostString();
    return new HostRecord(
        settings.name(),
        new HostAddress(reached, destination.address().getPort()).toString(),
        key.toString(),
        PlatformRecords.of(machine.platform().status(), chain, machine.root()),
        fleet.capacity(),
        fleet.linkBytesPerSecond(),
        fleet.takesGuests(),
        fleet.labels(),
        fleet.lease());
  }

  private static MovePolicy policy(@Nullable Path file, List<RootOfTrust> roots) throws BadInput {
    MovePolicy any = MovePolicy.trusting(roots.toArray(RootOfTrust[]::new));
    try {
      return file == null ? any : MovePolicyFile.read(file, any);
    } catch (MovePolicyFile.MalformedException malformed) {
      throw new BadInput(malformed.getMessage() + ".", malformed);
    } catch (IOException unreadable) {
      throw new BadInput(
          "%s, the policy of moves, cannot be read: %s."
              .formatted(file, Failure.sentence(unreadable)),
          unreadable);
    }
  }

  private static MigrationDestination listen(
      DestinationHost host, InetSocketAddress address, Arrivals arrivals) throws Failure {
    if (address.isUnresolved()) {
      throw new Failure(
          "The name %s is not known here: name an address of this host with --listen."
              .formatted(address.getHostString()));
    }
    try {
      return MigrationDestination.listen(host, address, DestinationOptions.DEFAULT, arrivals);
    } catch (IOException taken) {
      throw new Failure(
          "This host cannot listen at %s:%d (%s): name another address or port with --listen."
              .formatted(address.getHostString(), address.getPort(), Failure.sentence(taken)),
          taken);
    }
  }

  private static String words(InetSocketAddress asked, MigrationDestination destination) {
    return "%s:%d".formatted(asked.getHostString(), destination.address().getPort());
  }

  /** By what this host may be reached, as far as it knows. */
  private static Set<String> names(HostSettings settings) {
    Set<String> names = new LinkedHashSet<>();
    names.add(settings.name());
    names.add("localhost");
    names.add("127.0.0.1");
    names.add("::1");
    names.add(settings.listen().getHostString());
    try {
      names.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException nameless) {
      // Then nobody reaches it by that.
    }
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .forEach(address -> names.add(address.getHostAddress()));
    } catch (SocketException unknown) {
      // Then its certificate is for the names alone.
    }
    return names;
  }

  /** What was left when this host ended or was killed, by the journal. */
  private static void takeUp(
      HostMachine machine,
      FileJournal journal,
      HostedGuests guests,
      Departures departures,
      @Nullable FleetPart fleet,
      HostLog log)
      throws VmmException {
    for (KeptGuests.Found found : KeptGuests.sort(Guest.kept(machine.host()), journal)) {
      switch (found.whose()) {
        case RESIDENT -> goOn(adopt(machine, found, guests, log), fleet, log);
        case LEAVING -> {
          HostedGuest guest = found.name() == null ? null : adopt(machine, found, guests, log);
          if (found.entry() != null) {
            departures.recover(found.entry(), guest);
          }
        }
        case LEFT_OVER -> {
          if (found.name() != null) {
            Guest.discard(machine.host(), found.name());
            log.tell(
                Event.info("left-over"),
                "freed what was left of a guest that has moved away (%s)".formatted(found.name()));
          }
        }
        // The destination takes it up when it begins to listen.
        case COMING -> {}
      }
    }
  }

  private static @Nullable HostedGuest adopt(
      HostMachine machine, KeptGuests.Found found, HostedGuests guests, HostLog log)
      throws VmmException {
    String kept = String.valueOf(found.name());
    Guest guest = Guest.adopt(machine.host(), machine.platform(), kept);
    Workload workload = Workload.of(guest).orElse(null);
    String name = guest.configuration().name();
    if (workload == null || guests.find(name).isPresent()) {
      log.tell(
          Event.error("guest-left-alone").of(name),
          "is kept by the machine, and this host cannot run it (%s): it stands still."
              .formatted(
                  workload == null
                      ? guest.configuration().workload()
                      : "there are two of the name"));
      return null;
    }
    Instant launched = GuestLaunch.launchedAt(kept);
    Instant since =
        launched != null ? launched : found.entry() == null ? Instant.now() : found.entry().time();
    HostedGuest hosted = HostedGuest.atHome(guest, workload, since);
    if (found.whose() == KeptGuests.Whose.LEAVING) {
      hosted.recovering(found.entry() == null ? "" : found.entry().move().toString());
    }
    guests.add(hosted);
    return hosted;
  }

  /** A guest that ran when its host was killed runs again. */
  private static void goOn(@Nullable HostedGuest hosted, @Nullable FleetPart fleet, HostLog log)
      throws VmmException {
    if (hosted == null) {
      return;
    }
    boolean runs = hosted.guest().isMeantToRun();
    if (runs && fleet != null) {
      fleet.goOn(hosted);
      return;
    }
    if (runs) {
      hosted.guest().run();
    }
    log.tell(
        Event.info("adopted").of(hosted.name()),
        runs ? "taken up again, and runs on" : "taken up again, and stands still as before");
  }

  /** What the host shows of itself. */
  Supplier<HostView> views() {
    return views;
  }

  /** The same with its fleet, which is read as long as somebody asks for this. */
  Supplier<HostView> viewsWithFleet() {
    return fleet == null ? views : () -> views.get().within(fleet.glance());
  }

  HostPlatform platform() {
    return platform;
  }

  HostDirectory directory() {
    return directory;
  }

  /** The fingerprint of its key. */
  KeyFingerprint key() {
    return key;
  }

  /** Whether it made itself a key at this start. */
  boolean hasNewIdentity() {
    return newIdentity;
  }

  /**
   * Ends in order: no more commands and guests come in, moves are called off or come to their end,
   * and guests stay where the machine is another process; else they end.
   */
  @Override
  public void close() {
    control.close();
    departures.end(PATIENCE);
    destination.close();
    if (fleet != null) {
      fleet.close();
    }
    boolean kept = platform.machine().host().keeps();
    for (HostedGuest guest : guests.all()) {
      if (kept) {
        log.tell(
            Event.info("kept").of(guest.name()),
            "stays with its machine, and is taken up at the next start");
      } else {
        guest.guest().close();
        log.tell(Event.info("ended").of(guest.name()), "ends with this host");
      }
    }
    try {
      journal.close();
    } catch (IOException left) {
      log.tell(Event.warn("journal"), Failure.sentence(left));
    }
    platform.close();
    directory.close();
  }
}
