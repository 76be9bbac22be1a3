package dev.sealift.cli;

import dev.sealift.crypto.EngineChoice;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.kernel.KernelSettings;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxThreadSignals;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.PseudoRandomWriterProgram;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/** A machine with a platform of its own under a model root, and its open /dev/sev. */
public final class HostMachine implements AutoCloseable {
  /** As on Genoa; the lower ones are for guests with SEV-ES. */
  private static final int MAXIMUM_ASID = 1006;

  private static final int MINIMUM_SEV_ASID = 100;

  private final Host host;
  private final SevPlatform platform;
  private final ModelRoot root;

  private HostMachine(Host host, SevPlatform platform, ModelRoot root) {
    this.host = host;
    this.platform = platform;
    this.root = root;
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
    SoftwareMachine.ProcessorFactory processor =
        (memory, controller) ->
            SoftwareSecureProcessor.builder()
                .rootOfTrust(root.root())
                .asids(MAXIMUM_ASID, MINIMUM_SEV_ASID)
                .engines(EngineChoice.measured())
                .build(memory, controller);
    KernelSettings settings = KernelSettings.DEFAULT.with(kernel);
    SoftwareMachine machine =
        switch (kind) {
          case KVM ->
              SoftwareMachine.over(
                  LinuxSystemCalls.open(), LinuxThreadSignals.open(), processor, settings);
          case MODEL ->
              SoftwareMachine.model(
                  processor,
                  memory -> new XexMemoryController(memory, new SecureRandom().generateSeed(16)),
                  List.of(new PseudoRandomWriterProgram()),
                  settings);
          case AUTO -> throw new IllegalArgumentException("the kind of host is not resolved yet");
        };
    Host host = new Host(machine.calls(), machine.signals());
    return new HostMachine(host, SevPlatform.open(host), root);
  }

  public Host host() {
    return host;
  }

  public SevPlatform platform() {
    return platform;
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
          root.sign(SevCertificate.parse(Arrays.copyOfRange(chain, last, chain.length)));
      System.arraycopy(cek.bytes(), 0, chain, last, SevCertificate.SIZE);
      return PlatformChain.parse(exported.pdh(), chain, root.amdCertificates());
    } catch (MalformedCertificateException e) {
      throw new Failure("This platform's certificates cannot be used: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    platform.close();
  }
}
