package dev.sealift.testkit;

import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.migration.DestinationHost;
import dev.sealift.migration.SourceHost;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.access.PeerTrust;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.GuestPorts;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.PortDevice;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.IdleGuest;
import dev.sealift.vmm.guest.MemoryProof;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.StepCounter;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.opentest4j.AssertionFailedError;

/** A host: kernel, platform, TLS identity, journal and guests, which end with the test. */
public final class TestHost {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long REST_NANOS = 500_000;

  private final String name;
  private final SoftwareKernel kernel;
  private final SevPlatform platform;
  private final MemoryJournal journal = new MemoryJournal();
  private final HostCertificate certificate;
  private final List<Guest> guests = new CopyOnWriteArrayList<>();

  private TestHost(
      String name, SoftwareKernel kernel, SevPlatform platform, HostCertificate certificate) {
    this.name = name;
    this.kernel = kernel;
    this.platform = platform;
    this.certificate = certificate;
  }

  static TestHost powerUp(String name, Ground ground, KernelProfile profile, SecureRandom random) {
    SoftwareKernel kernel = SoftwareKernel.boot(ground, profile, random);
    try {
      return new TestHost(
          name, kernel, SevPlatform.open(kernel.host()), HostCertificate.make(name, random));
    } catch (VmmException | GeneralSecurityException impossible) {
      throw new IllegalStateException("a host in software did not come up", impossible);
    }
  }

  /** What it is called: host, source or destination. */
  public String name() {
    return name;
  }

  /** Its kernel. */
  public SoftwareKernel kernel() {
    return kernel;
  }

  /** Its Secure Processor. */
  public SoftwarePlatform processor() {
    return kernel.platform();
  }

  /** Its open /dev/sev. */
  public SevPlatform platform() {
    return platform;
  }

  /** What it remembers of hand-overs. */
  public MemoryJournal journal() {
    return journal;
  }

  /** The guests that it launched or took, whether they run or not; the caller may close them. */
  public List<Guest> guests() {
    return List.copyOf(guests);
  }

  /**
   * Launches a guest, and returns when it is at work.
   *
   * @throws VmmException if kernel or processor refuse; nothing of the guest is left then
   */
  public Guest launch(GuestSpec spec) throws VmmException {
    Host host = kernel.host();
    int policy = spec.policy().word();
    Guest guest =
        Guest.create(
            host,
            platform,
            new GuestConfiguration(spec.name(), spec.memoryBytes(), policy, spec.workload()));
    boolean done = false;
    try {
      load(guest);
      Launch launch = guest.sev().launchStart(policy, null, null);
      launch.updateData(0, PseudoRandomWriter.MEASURED_BYTES);
      if (guest.configuration().mode() == SevMode.SEV_ES) {
        launch.updateVmsa();
      }
      launch.measure().finish();
      StepCounter steps = StepCounter.attach(guest.machine());
      rest(guest);
      guest.run();
      awaitWork(guest, steps);
      done = true;
    } finally {
      if (!done) {
        guest.close();
      }
    }
    guests.add(guest);
    return guest;
  }

  private static void load(Guest guest) throws VmmException {
    if (isIdle(guest)) {
      IdleGuest.load(guest.memory());
      IdleGuest.prepare(guest.vcpu());
    } else {
      PseudoRandomWriter.Plan plan = plan(guest);
      PseudoRandomWriter.load(guest.memory(), plan);
      PseudoRandomWriter.prepare(guest.vcpu(), plan);
    }
  }

  /** Leaves a core to those who move the guest. */
  static void rest(Guest guest) {
    guest
        .machine()
        .ports()
        .attach(
            GuestPorts.COMMAND,
            new PortDevice() {
              @Override
              public int read() {
                LockSupport.parkNanos(REST_NANOS);
                return 0;
              }

              @Override
              public void write(int value) {}
            });
  }

  private static void awaitWork(Guest guest, StepCounter steps) throws VmmException {
    if (isIdle(guest)) {
      if (!Waiting.upTo(PATIENCE, () -> guest.migrationControl().isReady())) {
        throw new VmmException("launch", "The guest did not come up in half a minute.");
      }
      return;
    }
    try {
      steps.await(2, PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VmmException("launch", "The launch was interrupted.");
    } catch (TimeoutException e) {
      throw new VmmException("launch", "The guest did not come up in half a minute.");
    }
  }

  private static boolean isIdle(Guest guest) {
    return guest.configuration().workload().equals(IdleGuest.WORKLOAD);
  }

  private static PseudoRandomWriter.Plan plan(Guest guest) {
    GuestConfiguration configuration = guest.configuration();
    return PseudoRandomWriter.Plan.parse(configuration.workload(), configuration.memoryBytes())
        .orElseThrow(() ->
            new IllegalArgumentException(
                "only a guest of GuestSpec.writer can prove its memory, and '%s' runs %s"
                    .formatted(configuration.name(), configuration.workload())));
  }

  /**
   * Has a writer show all of its memory, compares every byte with what its program must have
   * written, and lets it go on if it ran.
   *
   * @throws AssertionError if a page is not what it must be
   */
  public MemoryProof prove(Guest guest) throws VmmException {
    boolean ran = guest.isRunning();
    guest.pause();
    MemoryProof proof = MemoryProof.take(guest.machine(), plan(guest));
    if (proof.mismatches() != 0) {
      throw new AssertionFailedError(
          "%d of %d pages of the guest '%s' on the %s are not what its program wrote, the first is %d."
              .formatted(
                  proof.mismatches(),
                  proof.pagesCompared(),
                  guest.configuration().name(),
                  name,
                  proof.firstMismatch().orElse(-1)));
    }
    rest(guest);
    if (ran) {
      guest.resume();
    }
    return proof;
  }

  /** As a host that guests leave for anybody whose platform has the same root. */
  public SourceHost asSource(TestHost... peers) {
    return asSource(MovePolicy.trusting(processor().root()), peers);
  }

  /**
   * As a host that guests leave where a policy allows.
   *
   * @param peers the hosts that it speaks to
   */
  public SourceHost asSource(MovePolicy policy, TestHost... peers) {
    return chained(chain ->
        new SourceHost(
            platform,
            chain,
            identity(peers),
            AllowedPeers.anyTrusted(),
            policy,
            journal,
            Ownership.JOURNALS,
            /* emulated= */ true));
  }

  /** As a host that takes guests from anybody whose platform has the same root. */
  public DestinationHost asDestination(TestHost... peers) {
    return asDestination(MovePolicy.trusting(processor().root()), peers);
  }

  /**
   * As a host that takes guests where a policy allows.
   *
   * @param peers the hosts that it speaks to
   */
  public DestinationHost asDestination(MovePolicy policy, TestHost... peers) {
    return chained(chain ->
        new DestinationHost(
            platform,
            chain,
            identity(peers),
            AllowedPeers.anyTrusted(),
            policy,
            configuration -> Guest.create(kernel.host(), platform, configuration),
            journal,
            Ownership.JOURNALS,
            /* emulated= */ true));
  }

  private interface OfChain<T> {
    T make(PlatformChain chain);
  }

  private <T> T chained(OfChain<T> maker) {
    try {
      return maker.make(processor().chain());
    } catch (VmmException e) {
      throw new IllegalStateException("the %s cannot show its platform".formatted(name), e);
    }
  }

  /** TLS with these peers and nobody else. */
  private SSLContext identity(TestHost... peers) {
    Set<KeyFingerprint> keys =
        Set.copyOf(List.of(peers).stream().map(peer -> peer.certificate.fingerprint()).toList());
    try {
      return certificate.credentials().context(new PeerTrust(keys, List.of()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was just made cannot be used", e);
    }
  }

  /** A guest that came is from now on one of this host. */
  void take(Guest guest) {
    rest(guest);
    guests.add(guest);
  }

  /** Ends it; returns what the test left behind, a sentence each. */
  List<String> close() {
    guests.forEach(Guest::close);
    List<String> findings = new ArrayList<>();
    kernel.faults().left().forEach(fault -> findings.add(neverStruck(fault)));
    processor().faults().left().forEach(fault -> findings.add(neverStruck(fault)));
    kernel.faults().clear();
    processor().faults().clear();
    findings.addAll(guestsLeft());
    platform.close();
    kernel.left().forEach(what -> findings.add("The %s %s.".formatted(name, what)));
    return findings;
  }

  /** What the processor still holds; a processor that was silenced cannot let anything go. */
  private List<String> guestsLeft() {
    List<String> findings = new ArrayList<>();
    try {
      long left = platform.status().guests();
      if (left != 0) {
        findings.add(
            "The firmware of the %s still holds %d %s: close the VM of each guest that the test made."
                .formatted(name, left, left == 1 ? "guest" : "guests"));
      }
      int asids = processor().activeAsids();
      if (asids != 0) {
        findings.add(
            "On the %s %d %s still in use."
                .formatted(name, asids, asids == 1 ? "ASID is" : "ASIDs are"));
      }
    } catch (VmmException lost) {
      return List.of();
    }
    return findings;
  }

  private String neverStruck(String fault) {
    return "A fault of the %s never struck: %s. Take it back with clear(), or have it strike."
        .formatted(name, fault);
  }
}
