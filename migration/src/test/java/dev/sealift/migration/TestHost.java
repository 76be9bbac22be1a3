package dev.sealift.migration;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.GuestProgram;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.kernel.KernelSettings;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxThreadSignals;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.Measured;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import dev.sealift.vmm.guest.PseudoRandomWriterProgram;
import dev.sealift.vmm.guest.StepCounter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A host of its own inside this process: machine, platform, TLS identity and journal. */
final class TestHost implements AutoCloseable {
  /** One root and one authority for all tests: making RSA keys takes seconds. */
  static final ModelRoot ROOT = ModelRoot.create(new SecureRandom());

  static final Identities AUTHORITY = Identities.authority("hosts");

  final WatchedCalls calls;
  final SevPlatform platform;
  final PlatformChain chain;
  final MemoryJournal journal = new MemoryJournal();
  final SSLContext identity = AUTHORITY.host("host");

  /** Set before {@link #asSource} and {@link #asDestination}. */
  AllowedPeers peers = AllowedPeers.anyTrusted();

  /** The same. */
  Ownership ownership = Ownership.JOURNALS;

  /** The guest that was made last. */
  volatile @Nullable Guest made;

  private final Host host;

  private TestHost(SoftwareMachine machine, ModelRoot root) throws Exception {
    calls = new WatchedCalls(machine.calls());
    host = new Host(calls, machine.signals());
    platform = SevPlatform.open(host);
    chain = chain(platform.exportCertificates(), root);
  }

  /** A host whose processor is a model: guest memory is encrypted at rest. */
  static TestHost model() throws Exception {
    return model(ROOT, new ApiVersion(1, 55));
  }

  static TestHost model(ModelRoot root, ApiVersion api) throws Exception {
    return model(root, api, KernelProfile.MAINLINE);
  }

  /** A model whose kernel serves these commands. */
  static TestHost model(KernelProfile kernel) throws Exception {
    return model(ROOT, new ApiVersion(1, 55), kernel);
  }

  /** A model whose processor takes its time. */
  static TestHost model(ProcessorPace pace) throws Exception {
    return model(ROOT, new ApiVersion(1, 55), KernelProfile.MAINLINE, pace);
  }

  private static TestHost model(ModelRoot root, ApiVersion api, KernelProfile kernel)
      throws Exception {
    return model(root, api, kernel, ProcessorPace.UNPACED);
  }

  /** A model whose kernel lets each VM pin so many bytes. */
  static TestHost modelThatPinsUpTo(long bytes) throws Exception {
    return model(
        ROOT,
        new ApiVersion(1, 55),
        new KernelSettings(false, bytes, false),
        ProcessorPace.UNPACED);
  }

  private static TestHost model(
      ModelRoot root, ApiVersion api, KernelProfile kernel, ProcessorPace pace) throws Exception {
    return model(root, api, KernelSettings.DEFAULT.with(kernel), pace);
  }

  private static TestHost model(
      ModelRoot root, ApiVersion api, KernelSettings kernel, ProcessorPace pace) throws Exception {
    byte[] bootSeed = new byte[32];
    new SecureRandom().nextBytes(bootSeed);
    return new TestHost(
        SoftwareMachine.model(
            (memory, controller) ->
                SoftwareSecureProcessor.builder()
                    .rootOfTrust(root.root())
                    .apiVersion(api)
                    .asids(1006, 100)
                    .pace(pace)
                    .build(memory, controller),
            memory -> new XexMemoryController(memory, bootSeed),
            programs(),
            kernel),
        root);
  }

  private static List<GuestProgram> programs() {
    List<GuestProgram> programs = new ArrayList<>(List.of(StagedGuest.values()));
    programs.addAll(List.of(RationedGuest.values()));
    programs.add(new CountingGuest());
    programs.add(new PseudoRandomWriterProgram());
    return programs;
  }

  /** This machine's own KVM with SEV in software; skips the test where there is none. */
  static TestHost kvm() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "this machine has no /dev/kvm to write to");
    try {
      return new TestHost(
          SoftwareMachine.over(
              LinuxSystemCalls.open(),
              LinuxThreadSignals.open(),
              (memory, controller) ->
                  SoftwareSecureProcessor.builder()
                      .rootOfTrust(ROOT.root())
                      .asids(1006, 100)
                      .build(memory, controller)),
          ROOT);
    } catch (LinuxUnavailableException unavailable) {
      return abort(unavailable.getMessage());
    }
  }

  private static PlatformChain chain(ExportedCertificates exported, ModelRoot root)
      throws MalformedCertificateException {
    byte[] chain = exported.chain();
    int cek = 2 * SevCertificate.SIZE;
    SevCertificate unsigned =
        SevCertificate.parse(Arrays.copyOfRange(chain, cek, cek + SevCertificate.SIZE));
    byte[] signed = root.sign(unsigned).bytes();
    System.arraycopy(signed, 0, chain, cek, signed.length);
    return PlatformChain.parse(exported.pdh(), chain, root.amdCertificates());
  }

  SourceHost asSource() {
    return asSource(MovePolicy.trusting(ROOT.root()));
  }

  /** A source that lets guests go only where a policy allows. */
  SourceHost asSource(MovePolicy policy) {
    return new SourceHost(platform, chain, identity, peers, policy, journal, ownership, true);
  }

  DestinationHost asDestination() {
    return asDestination(MovePolicy.trusting(ROOT.root()));
  }

  /** A destination that takes guests only from where a policy allows. */
  DestinationHost asDestination(MovePolicy policy) {
    return new DestinationHost(
        platform, chain, identity, peers, policy, this::create, journal, ownership, true);
  }

  /** What its platform shows to a peer. */
  PlatformCredentials credentials() throws VmmException {
    return Peer.own(platform, chain);
  }

  Guest create(GuestConfiguration configuration) throws VmmException {
    Guest guest = Guest.create(host, platform, configuration);
    made = guest;
    return guest;
  }

  /** Launches a guest that proves itself, and lets it run past its boot. */
  Guest launch(Plan plan, int policy) throws VmmException {
    Guest guest =
        create(new GuestConfiguration("writer", plan.memoryBytes(), policy, plan.workload()));
    PseudoRandomWriter.load(guest.memory(), plan);
    Launch launch = guest.sev().launchStart(policy, null, null);
    launch.updateData(0, PseudoRandomWriter.MEASURED_BYTES);
    Measured measured = launch.measure();
    measured.finish();
    PseudoRandomWriter.prepare(guest.vcpu(), plan);
    StepCounter counter = StepCounter.attach(guest.machine());
    guest.run();
    Await.until("the guest is past its boot", () -> counter.steps() > 0);
    return guest;
  }

  @Override
  public void close() {
    platform.close();
  }
}
