package dev.sealift.cli.owner;

import dev.sealift.cli.TestRoot;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.firmware.PlainMemoryController;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.Measured;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.guest.IdleGuest;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.PseudoRandomWriterProgram;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A whole machine in software that an owner deals with through files. Its memory controller keeps
 * guest memory plain, so that a test sees what a secret was opened to.
 */
final class OwnersPlatform implements AutoCloseable {
  static final long MEMORY = 16L << 20;
  static final long SECRET_ADDRESS = 12L << 20;

  /** Made once: a root's keys take seconds. */
  private static final ModelRoot ROOT = TestRoot.root();

  private final Host host;
  private final SevPlatform platform;
  private final Path directory;

  /** A platform that leaves its certificates in a directory. */
  OwnersPlatform(Path directory) throws Exception {
    this.directory = directory;
    SoftwareMachine machine =
        SoftwareMachine.model(
            (memory, controller) ->
                SoftwareSecureProcessor.builder()
                    .rootOfTrust(ROOT.root())
                    .asids(20, 10)
                    .build(memory, controller),
            PlainMemoryController::new,
            List.of(new PseudoRandomWriterProgram(), new IdleGuest()));
    host = new Host(machine.calls(), machine.signals());
    platform = SevPlatform.open(host);
    PlatformChain chain = chain();
    write("pdh.cert", chain.pdh().bytes());
    write(
        "platform.chain",
        chain.pdh().bytes(),
        chain.platformCertificates(),
        chain.amdCertificates());
    write("export.chain", chain.pdh().bytes(), chain.platformCertificates());
    write("ark.cert", chain.ark().bytes());
  }

  private PlatformChain chain() throws Exception {
    ExportedCertificates exported = platform.exportCertificates();
    byte[] chain = exported.chain();
    int last = chain.length - SevCertificate.SIZE;
    SevCertificate cek =
        ROOT.sign(SevCertificate.parse(Arrays.copyOfRange(chain, last, chain.length)));
    System.arraycopy(cek.bytes(), 0, chain, last, SevCertificate.SIZE);
    return PlatformChain.parse(exported.pdh(), chain, ROOT.amdCertificates());
  }

  String file(String name) {
    return directory.resolve(name).toString();
  }

  private void write(String name, byte[]... parts) throws Exception {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.write(part);
    }
    Files.write(directory.resolve(name), joined.toByteArray());
  }

  /** The options that say which firmware this platform runs. */
  String[] version() throws Exception {
    PlatformStatus status = platform.status();
    return new String[] {
      "--api-major", String.valueOf(status.apiMajor()),
      "--api-minor", String.valueOf(status.apiMinor()),
      "--build-id", String.valueOf(status.build())
    };
  }

  /** A guest that was launched and measured. */
  record Launched(Guest guest, Measured measured) implements AutoCloseable {

    /** What a guest finds where its secret was put. */
    byte[] secret(int length) {
      MemorySegment memory = guest.memory().segment().asSlice(SECRET_ADDRESS, length);
      return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
      guest.close();
    }
  }

  /**
   * Launches a guest as a VMM does: with the owner's files, from an image at address 0.
   *
   * @param name the name of the session
   */
  Launched launch(String name, GuestPolicy policy, byte[] image) throws Exception {
    Guest guest =
        Guest.create(
            host, platform, new GuestConfiguration("owned", MEMORY, policy.word(), "none"));
    if (guest.configuration().mode() == SevMode.SEV_ES) {
      PseudoRandomWriter.prepare(guest.vcpu(), writer());
    }
    MemorySegment.copy(image, 0, guest.memory().segment(), ValueLayout.JAVA_BYTE, 0, image.length);
    Launch launch =
        guest
            .sev()
            .launchStart(
                policy.word(),
                Files.readAllBytes(directory.resolve(name + "_godh.bin")),
                Files.readAllBytes(directory.resolve(name + "_session.bin")));
    launch.updateData(0, image.length);
    if (guest.configuration().mode() == SevMode.SEV_ES) {
      launch.updateVmsa();
    }
    return new Launched(guest, launch.measure());
  }

  /** The program whose first registers a guest with SEV-ES has. */
  static PseudoRandomWriter.Plan writer() {
    return new PseudoRandomWriter.Plan(MEMORY, 256);
  }

  @Override
  public void close() {
    platform.close();
  }
}
