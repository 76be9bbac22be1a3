package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.launch.FirmwareTable;
import dev.sealift.crypto.launch.KernelHashes;
import dev.sealift.crypto.launch.MalformedLaunchException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the guest is launched from. */
final class LaunchOptions {
  private static final int LONGEST_FIRMWARE = 32 << 20;

  @Option(
      names = {"-f", "--firmware"},
      paramLabel = "FILE",
      required = true,
      description = "The firmware, for example OVMF_CODE.fd.")
  private Path firmware = Path.of("");

  @Option(
      names = {"-k", "--kernel"},
      paramLabel = "FILE",
      description = "The kernel that QEMU boots, with kernel-hashes=on.")
  private @Nullable Path kernel;

  @Option(
      names = {"-r", "--initrd"},
      paramLabel = "FILE",
      description = "Its initrd.")
  private @Nullable Path initrd;

  @Option(
      names = {"-e", "--cmdline"},
      paramLabel = "TEXT",
      description = "Its command line.")
  private @Nullable String commandLine;

  @Mixin private VcpuOptions vcpus = new VcpuOptions();

  /**
   * What is expected.
   *
   * @param policy decides whether registers are measured; without one, what is said of vCPUs does
   */
  ExpectedLaunch read(@Nullable GuestPolicy policy) throws BadInput {
    byte[] image = InputFile.read(firmware, "a firmware", LONGEST_FIRMWARE);
    if (policy != null && !policy.es() && vcpus.given()) {
      throw new BadInput(
          "The policy has no ES bit, so no vCPU's registers are measured: leave out the options of"
              + " vCPUs, or set the bit.");
    }
    boolean es = policy == null ? vcpus.given() : policy.es();
    return new ExpectedLaunch(image, hashes(), es ? vcpus.read(image) : null);
  }

  private @Nullable KernelHashes hashes() throws BadInput {
    if (kernel == null) {
      if (initrd != null || commandLine != null) {
        throw new BadInput("--initrd and --cmdline need --kernel: without it none is measured.");
      }
      return null;
    }
    return new KernelHashes(
        InputFile.sha256(kernel, "a kernel"),
        initrd == null ? KernelHashes.hashOfNothing() : InputFile.sha256(initrd, "an initrd"),
        KernelHashes.hashOfCommandLine(commandLine == null ? "" : commandLine));
  }

  /** What a VMM would object to. */
  List<String> notes(ExpectedLaunch launch) {
    List<String> notes = new ArrayList<>();
    try {
      FirmwareTable table = FirmwareTable.of(launch.firmware());
      if (launch.kernel() != null && table.kernelHashes().isEmpty()) {
        notes.add(
            "This firmware has no room for kernel hashes, so QEMU starts no guest from it with"
                + " kernel-hashes=on; OVMF's AmdSev build has.");
      }
    } catch (MalformedLaunchException e) {
      notes.add("The firmware file is damaged: " + e.getMessage() + ".");
    }
    return notes;
  }

  /** The same launch with one thing otherwise, for a measurement that does not match. */
  List<NearMiss.Launch> variants(ExpectedLaunch launch) throws BadInput {
    List<NearMiss.Launch> variants = new ArrayList<>();
    KernelHashes hashes = launch.kernel();
    if (hashes != null) {
      variants.add(
          new NearMiss.Launch(
              "without the kernel hashes: QEMU was started without kernel-hashes=on",
              launch.with((KernelHashes) null).digest()));
      if (initrd != null) {
        variants.add(
            new NearMiss.Launch(
                "without the initrd",
                launch
                    .with(
                        new KernelHashes(
                            hashes.kernel(), KernelHashes.hashOfNothing(), hashes.commandLine()))
                    .digest()));
      }
      variants.add(
          new NearMiss.Launch(
              "with an empty command line",
              launch
                  .with(
                      new KernelHashes(
                          hashes.kernel(), hashes.initrd(), KernelHashes.hashOfCommandLine("")))
                  .digest()));
    }
    if (launch.vcpus() != null) {
      variants.addAll(vcpuVariants(launch, launch.vcpus()));
    }
    return variants;
  }

  private List<NearMiss.Launch> vcpuVariants(ExpectedLaunch launch, ExpectedVcpus expected)
      throws BadInput {
    List<NearMiss.Launch> variants = new ArrayList<>();
    variants.add(
        new NearMiss.Launch(
            "without registers: the guest was launched as one without SEV-ES",
            launch.with((ExpectedVcpus) null).digest()));
    for (int count = 1; count <= NearMiss.MOST_VCPUS; count++) {
      // Without a page for further vCPUs, their number says nothing.
      if (count != expected.count() && (count == 1 || expected.count() > 1)) {
        variants.add(
            new NearMiss.Launch(
                "with %d vCPU%s".formatted(count, count == 1 ? "" : "s"),
                launch.with(expected.withCount(count)).digest()));
      }
    }
    Optional<ExpectedVcpus> other = vcpus.ofOtherKernel(launch.firmware());
    if (other.isPresent()) {
      variants.add(
          new NearMiss.Launch(
              "with registers " + other.get().origin() + ", as another kernel makes them",
              launch.with(other.get()).digest()));
    }
    return variants;
  }
}
