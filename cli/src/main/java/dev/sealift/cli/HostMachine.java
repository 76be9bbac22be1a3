package dev.sealift.cli;

import dev.sealift.crypto.EngineChoice;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.firmware.SecureProcessor;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.StateDirectory;
import dev.sealift.firmware.SystemMemory;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.interpose.machine.MachineClient;
import dev.sealift.interpose.machine.MachineException;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.kernel.KernelSettings;
import dev.sealift.kernel.MemorySource;
import dev.sealift.kernel.SevDevice;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxThreadSignals;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.migration.DestinationHost;
import dev.sealift.migration.SourceHost;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.handover.HandOverJournal;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.IdleGuest;
import dev.sealift.vmm.guest.PseudoRandomWriterProgram;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/** A machine with a platform of its own under a model root, and its open /dev/sev. */
public final class HostMachine implements AutoCloseable {
  /** As on Genoa; the lower ones are for guests with SEV-ES. */
  private static final int MAXIMUM_ASID = 1006;

  private static final int MINIMUM_SEV_ASID = 100;

  /** Guests without SEV-ES that a machine has ASIDs for. */
  public static final int SEV_GUESTS = MAXIMUM_ASID - MINIMUM_SEV_ASID + 1;

  /** Guests with SEV-ES that a machine has ASIDs for. */
  public static final int ES_GUESTS = MINIMUM_SEV_ASID - 1;

  private final Host host;
  private final SevPlatform platform;
  private final Maker maker;
  private final Ground ground;

  private HostMachine(Host host, SevPlatform platform, Maker maker, Ground ground) {
    this.host = host;
    this.platform = platform;
    this.maker = maker;
    this.ground = ground;
  }

  /** Where the machine is. */
  private sealed interface Ground {
    /** In this process. */
    record Here(SoftwareMachine machine, EngineChoice engines) implements Ground {}

    /** In a process of its own. */
    record Elsewhere(MachineClient client) implements Ground {}
  }

  /**
   * What a machine knows of whoever made its chip.
   *
   * @param root what it believes in
   * @param amdCertificates ASK and ARK
   * @param signed gives the chip's certificate with the maker's signature for the one without
   */
  private record Maker(
      RootOfTrust root, Supplier<byte[]> amdCertificates, UnaryOperator<SevCertificate> signed) {

    static Maker of(ModelRoot root) {
      return new Maker(root.root(), root::amdCertificates, root::sign);
    }

    static Maker of(StateDirectory state) {
      return new Maker(state.root(), state::amdCertificates, unsigned -> state.cek());
    }

    static Maker of(ChipCertificates chip) {
      return new Maker(chip.root(), chip::amdCertificates, unsigned -> chip.cek());
    }
  }

  /**
   * Powers a machine up.
   *
   * @param kind what it stands on, resolved
   * @param kernel which SEV commands its kernel serves
   * @param root the maker of its chip
   */
  public static HostMachine powerUp(HostKind kind, KernelProfile kernel, ModelRoot root)
      throws VmmException, LinuxUnavailableException {
    return powerUp(kind, kernel, root, ProcessorPace.UNPACED);
  }

  /** The same, with a Secure Processor that is no faster than a pace. */
  public static HostMachine powerUp(
      HostKind kind, KernelProfile kernel, ModelRoot root, ProcessorPace pace)
      throws VmmException, LinuxUnavailableException {
    return powerUp(kind, kernel, root, pace, UnaryOperator.identity());
  }

  /**
   * Powers a machine up whose kernel talks to its Secure Processor through something.
   *
   * @param between gets the processor, and returns what the kernel is to talk to
   */
  public static HostMachine powerUp(
      HostKind kind, KernelProfile kernel, ModelRoot root, UnaryOperator<SecureProcessor> between)
      throws VmmException, LinuxUnavailableException {
    return powerUp(kind, kernel, root, ProcessorPace.UNPACED, between);
  }

  /**
   * Powers the machine up whose platform is in a directory. Its kernel initialises the platform at
   * once, as Linux does.
   *
   * @param state is switched off by its own owner, after this machine
   */
  public static HostMachine powerUp(HostKind kind, KernelProfile kernel, StateDirectory state)
      throws VmmException, LinuxUnavailableException {
    return powerUp(kind, kernel, state, ProcessorPace.UNPACED);
  }

  /** The same, with a Secure Processor that is no faster than a pace. */
  public static HostMachine powerUp(
      HostKind kind, KernelProfile kernel, StateDirectory state, ProcessorPace pace)
      throws VmmException, LinuxUnavailableException {
    return powerUp(
        kind,
        KernelSettings.DEFAULT.with(kernel).withInitOnProbe(),
        Maker.of(state),
        processor -> processor.chip(state.chip()).store(state).pace(pace),
        UnaryOperator.identity(),
        MemorySource.PRIVATE);
  }

  /**
   * Powers a model machine up for programs in other processes. Its kernel initialises the platform
   * at once, as Linux does.
   *
   * @param root the maker of its chip
   * @param memory where the memory of its programs comes from
   */
  public static HostMachine powerUp(
      KernelProfile kernel, ModelRoot root, ProcessorPace pace, MemorySource memory)
      throws VmmException, LinuxUnavailableException {
    return powerUp(
        HostKind.MODEL,
        KernelSettings.DEFAULT.with(kernel).withInitOnProbe(),
        Maker.of(root),
        processor -> processor.pace(pace),
        UnaryOperator.identity(),
        memory);
  }

  /**
   * The same with the platform that is in a directory.
   *
   * @param state is switched off by its own owner, after this machine
   */
  public static HostMachine powerUp(
      KernelProfile kernel, StateDirectory state, ProcessorPace pace, MemorySource memory)
      throws VmmException, LinuxUnavailableException {
    return powerUp(
        HostKind.MODEL,
        KernelSettings.DEFAULT.with(kernel).withInitOnProbe(),
        Maker.of(state),
        processor -> processor.chip(state.chip()).store(state).pace(pace),
        UnaryOperator.identity(),
        memory);
  }

  /**
   * The machine that another process holds (sealift machine). What this host keeps there outlives
   * this process.
   *
   * @param socket where the machine is
   * @param root the maker of its chip
   * @throws Failure if no machine is there that serves this process
   */
  public static HostMachine attach(Path socket, ModelRoot root) throws VmmException, Failure {
    return attach(socket, Maker.of(root));
  }

  /**
   * The same where the platform is one in a directory.
   *
   * @param chip its certificates
   * @throws Failure if no machine is there that serves this process
   */
  public static HostMachine attach(Path socket, ChipCertificates chip)
      throws VmmException, Failure {
    return attach(socket, Maker.of(chip));
  }

  private static HostMachine attach(Path socket, Maker maker) throws VmmException, Failure {
    try {
      MachineClient client = MachineClient.attach(socket);
      Host host = new Host(client, client, client);
      return new HostMachine(host, SevPlatform.open(host), maker, new Ground.Elsewhere(client));
    } catch (MachineException e) {
      throw new Failure(Failure.sentence(e), e);
    }
  }

  private static HostMachine powerUp(
      HostKind kind,
      KernelProfile kernel,
      ModelRoot root,
      ProcessorPace pace,
      UnaryOperator<SecureProcessor> between)
      throws VmmException, LinuxUnavailableException {
    return powerUp(
        kind,
        KernelSettings.DEFAULT.with(kernel),
        Maker.of(root),
        processor -> processor.pace(pace),
        between,
        MemorySource.PRIVATE);
  }

  private static HostMachine powerUp(
      HostKind kind,
      KernelSettings settings,
      Maker maker,
      UnaryOperator<SoftwareSecureProcessor.Builder> options,
      UnaryOperator<SecureProcessor> between,
      MemorySource source)
      throws VmmException, LinuxUnavailableException {
    CoreDumps.forbid();
    EngineChoice engines = EngineChoice.measured();
    SoftwareMachine.ProcessorFactory processor =
        (memory, controller) ->
            between.apply(
                options
                    .apply(SoftwareSecureProcessor.builder())
                    .rootOfTrust(maker.root())
                    .asids(MAXIMUM_ASID, MINIMUM_SEV_ASID)
                    .engines(engines)
                    .build(memory, controller));
    SoftwareMachine machine =
        switch (kind) {
          case KVM ->
              SoftwareMachine.over(
                  LinuxSystemCalls.open(), LinuxThreadSignals.open(), processor, settings);
          case MODEL ->
              SoftwareMachine.model(
                  processor,
                  memory -> encrypting(memory),
                  List.of(new PseudoRandomWriterProgram(), new IdleGuest()),
                  settings,
                  source);
          case AUTO -> throw new IllegalArgumentException("the kind of host is not resolved yet");
        };
    Host host = new Host(machine.calls(), machine.signals());
    return new HostMachine(host, SevPlatform.open(host), maker, new Ground.Here(machine, engines));
  }

  public Host host() {
    return host;
  }

  /** The driver behind its /dev/sev, for callers that are not in this process. */
  public SevDevice device() {
    return machine().device();
  }

  /**
   * What it consists of, for programs that are not in this process.
   *
   * @throws IllegalStateException if it is in a process of its own
   */
  public SoftwareMachine machine() {
    return here().machine();
  }

  public SevPlatform platform() {
    return platform;
  }

  /** The maker of its chip. */
  public RootOfTrust root() {
    return maker.root();
  }

  /**
   * Which packet engine its processor uses.
   *
   * @throws IllegalStateException if it is in a process of its own
   */
  public EngineChoice engines() {
    return here().engines();
  }

  private Ground.Here here() {
    return switch (ground) {
      case Ground.Here here -> here;
      case Ground.Elsewhere _ ->
          throw new IllegalStateException("the machine is in a process of its own");
    };
  }

  /**
   * What this platform shows a peer: its own certificates, with the chip's signed by the model's
   * maker.
   */
  public PlatformChain chain() throws VmmException, Failure {
    ExportedCertificates exported = platform.exportCertificates();
    byte[] chain = exported.chain();
    int last = chain.length - SevCertificate.SIZE;
    try {
      SevCertificate cek =
          maker.signed().apply(SevCertificate.parse(Arrays.copyOfRange(chain, last, chain.length)));
      System.arraycopy(cek.bytes(), 0, chain, last, SevCertificate.SIZE);
      return PlatformChain.parse(exported.pdh(), chain, maker.amdCertificates().get());
    } catch (MalformedCertificateException e) {
      throw new Failure("This platform's certificates cannot be used: " + e.getMessage(), e);
    }
  }

  private static XexMemoryController encrypting(SystemMemory memory) {
    byte[] seed = new SecureRandom().generateSeed(16);
    try {
      return new XexMemoryController(memory, seed);
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }

  /** As the host that a guest leaves. */
  public SourceHost source(SSLContext identity, HandOverJournal journal)
      throws VmmException, Failure {
    return new SourceHost(
        platform,
        chain(),
        identity,
        AllowedPeers.anyTrusted(),
        MovePolicy.trusting(maker.root()),
        journal,
        Ownership.JOURNALS,
        true);
  }

  /** As the host that a guest comes to. */
  public DestinationHost destination(SSLContext identity, HandOverJournal journal)
      throws VmmException, Failure {
    return new DestinationHost(
        platform,
        chain(),
        identity,
        AllowedPeers.anyTrusted(),
        MovePolicy.trusting(maker.root()),
        configuration -> Guest.create(host, platform, configuration),
        journal,
        Ownership.JOURNALS,
        true);
  }

  @Override
  public void close() {
    platform.close();
    if (ground instanceof Ground.Elsewhere(MachineClient client)) {
      client.close();
    }
  }
}
