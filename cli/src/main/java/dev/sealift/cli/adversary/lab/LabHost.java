package dev.sealift.cli.adversary.lab;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.migration.DestinationHost;
import dev.sealift.migration.SourceHost;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.trust.FirmwareVersion;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/** A model machine of the lab: its platform, its TLS identity, and the guests on it. */
public final class LabHost implements AutoCloseable {
  /** What the lab's guests have: 64 pages. */
  public static final long GUEST_BYTES = 1 << 18;

  private static final int MAXIMUM_ASID = 64;
  private static final int MINIMUM_SEV_ASID = 8;
  private static final byte[] SIGNATURE = new WitnessProgram().signature();

  private final HostileCalls calls;
  private final Host host;
  private final SevPlatform platform;
  private final PlatformChain chain;
  private final SSLContext identity;
  private final MovePolicy policy;
  private final Map<Guest, Witness> witnesses = new ConcurrentHashMap<>();
  private final LabJournal journal = new LabJournal();

  private LabHost(HostileCalls calls, Host host, ModelRoot root, SSLContext identity)
      throws VmmException, MalformedCertificateException {
    this.calls = calls;
    this.host = host;
    this.identity = identity;
    platform = SevPlatform.open(host);
    chain = chain(platform.exportCertificates(), root);
    policy = MovePolicy.trusting(root.root());
  }

  /**
   * Powers it up.
   *
   * @param root the maker of its chip
   * @param api the interface version of its firmware
   * @param identity what it shows to other hosts
   */
  static LabHost powerUp(ModelRoot root, ApiVersion api, SSLContext identity)
      throws VmmException, MalformedCertificateException {
    SoftwareMachine machine =
        SoftwareMachine.model(
            (memory, controller) ->
                SoftwareSecureProcessor.builder()
                    .rootOfTrust(root.root())
                    .apiVersion(api)
                    .asids(MAXIMUM_ASID, MINIMUM_SEV_ASID)
                    .build(memory, controller),
            memory -> new XexMemoryController(memory, new SecureRandom().generateSeed(16)),
            List.of(new WitnessProgram()));
    HostileCalls calls = new HostileCalls(machine.calls());
    return new LabHost(calls, new Host(calls, machine.signals()), root, identity);
  }

  private static PlatformChain chain(ExportedCertificates exported, ModelRoot root)
      throws MalformedCertificateException {
    byte[] chain = exported.chain();
    int last = chain.length - SevCertificate.SIZE;
    SevCertificate cek = SevCertificate.parse(Arrays.copyOfRange(chain, last, chain.length));
    System.arraycopy(root.sign(cek).bytes(), 0, chain, last, SevCertificate.SIZE);
    return PlatformChain.parse(exported.pdh(), chain, root.amdCertificates());
  }

  /** The system calls of its VMM. */
  public HostileCalls calls() {
    return calls;
  }

  /** How its VMM reaches the machine. */
  public Host host() {
    return host;
  }

  /** Its certificates. */
  public PlatformChain chain() {
    return chain;
  }

  /** What it shows to other hosts. */
  public SSLContext identity() {
    return identity;
  }

  /** Whom it trusts: every platform under the lab's root. */
  public MovePolicy policy() {
    return policy;
  }

  /** Guests that its firmware holds. */
  public long guests() throws VmmException {
    return platform.status().guests();
  }

  /** What its platform shows to a peer. */
  public PlatformCredentials credentials() throws VmmException {
    PlatformStatus status = platform.status();
    return new PlatformCredentials(
        platform.chipId(),
        new FirmwareVersion(new ApiVersion(status.apiMajor(), status.apiMinor()), status.build()),
        chain);
  }

  /** As the honest source of a move. */
  SourceHost asSource(MovePolicy allowed) {
    return new SourceHost(
        platform,
        chain,
        identity,
        AllowedPeers.anyTrusted(),
        allowed,
        journal,
        Ownership.JOURNALS,
        true);
  }

  /** As the honest destination of a move. */
  DestinationHost asDestination(MovePolicy allowed) {
    return new DestinationHost(
        platform,
        chain,
        identity,
        AllowedPeers.anyTrusted(),
        allowed,
        this::create,
        journal,
        Ownership.JOURNALS,
        true);
  }

  /** What the lab's guests are made of. */
  public static GuestConfiguration configuration(int policy) {
    return new GuestConfiguration("witness", GUEST_BYTES, policy, "");
  }

  /** Makes a guest, neither launched nor received. */
  public Guest create(GuestConfiguration configuration) throws VmmException {
    Guest guest = Guest.create(host, platform, configuration);
    witnesses.put(guest, Witness.of(guest));
    return guest;
  }

  /** Who stands at the ports of a guest that this host made. */
  public Witness witness(Guest guest) {
    return Objects.requireNonNull(witnesses.get(guest), "this host made the guest");
  }

  /** Launches a guest and lets it run. */
  Witness launch(int guestPolicy) throws VmmException {
    Guest guest = create(configuration(guestPolicy));
    MemorySegment.copy(
        SIGNATURE, 0, guest.memory().segment(), ValueLayout.JAVA_BYTE, 0, SIGNATURE.length);
    Launch launch = guest.sev().launchStart(guestPolicy, null, null);
    launch.updateData(0, Pages.SIZE);
    launch.measure().finish();
    guest.vcpu().enterLongMode(Pages.SIZE, 2 * Pages.SIZE);
    guest.vcpu().setRegisters(new KvmRegs(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2));
    guest.run();
    return witness(guest);
  }

  @Override
  public void close() {
    platform.close();
  }
}
