package dev.sealift.cli.owner;

import dev.sealift.abi.Pages;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.crypto.launch.CpuSignature;
import dev.sealift.crypto.launch.FirmwareTable;
import dev.sealift.crypto.launch.MalformedLaunchException;
import dev.sealift.crypto.launch.ResetVmsa;
import dev.sealift.crypto.launch.ResetVmsa.FloatingPoint;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is said of the vCPUs of a guest with SEV-ES: files of their registers, or a CPU's model. */
final class VcpuOptions {
  private static final int MOST_VCPUS = 4096;

  @Option(
      names = {"-n", "--num-cpus"},
      paramLabel = "N",
      description = "How many vCPUs the guest has (SEV-ES).")
  private @Nullable Integer count;

  @Option(
      names = {"-0", "--vmsa-cpu0"},
      paramLabel = "FILE",
      description = "The first vCPU's registers, a VMSA of 4096 bytes.")
  private @Nullable Path first;

  @Option(
      names = {"-1", "--vmsa-cpu1"},
      paramLabel = "FILE",
      description = "The registers of each further vCPU.")
  private @Nullable Path others;

  @Option(
      names = "--cpu-family",
      paramLabel = "N",
      description = "Without files: the guest's CPU family, 25 for Milan.")
  private @Nullable Integer family;

  @Option(names = "--cpu-model", paramLabel = "N", description = "Its model.")
  private @Nullable Integer model;

  @Option(names = "--cpu-stepping", paramLabel = "N", description = "Its stepping.")
  private @Nullable Integer stepping;

  @Option(
      names = "--vmsa-fpu",
      description =
          "Linux 6.10 and later, VMs made by KVM_SEV_INIT2: VMSAs have floating-point control"
              + " words.")
  private boolean floatingPoint;

  /** Whether anything is said of vCPUs. */
  boolean given() {
    return count != null || first != null || others != null || signatureGiven() || floatingPoint;
  }

  private boolean signatureGiven() {
    return family != null || model != null || stepping != null;
  }

  /** The registers, as the options and the firmware say. */
  ExpectedVcpus read(byte[] firmware) throws BadInput {
    if (count == null || count < 1 || count > MOST_VCPUS) {
      throw new BadInput("A guest with SEV-ES needs --num-cpus, 1 to " + MOST_VCPUS + ".");
    }
    if (first != null || others != null) {
      if (signatureGiven() || floatingPoint) {
        throw new BadInput(
            "Registers are either in files (--vmsa-cpu0, --vmsa-cpu1) or built (--cpu-family,"
                + " --cpu-model, --cpu-stepping, --vmsa-fpu), not both.");
      }
      return fromFiles(count);
    }
    return built(firmware, count, floatingPoint ? FloatingPoint.RESET : FloatingPoint.ZERO)
        .orElseThrow(() ->
            new BadInput(
                "A guest with SEV-ES is measured with its vCPUs' registers: name them by"
                    + " --vmsa-cpu0 and --vmsa-cpu1, or have them built with --cpu-family,"
                    + " --cpu-model and --cpu-stepping."));
  }

  /** The registers as a kernel of the other kind makes them, where they are built. */
  Optional<ExpectedVcpus> ofOtherKernel(byte[] firmware) throws BadInput {
    return count == null
        ? Optional.empty()
        : built(firmware, count, floatingPoint ? FloatingPoint.ZERO : FloatingPoint.RESET);
  }

  private ExpectedVcpus fromFiles(int vcpus) throws BadInput {
    if (first == null) {
      throw new BadInput("--vmsa-cpu1 needs --vmsa-cpu0, the registers of the first vCPU.");
    }
    byte[] firstPage = InputFile.readExactly(first, "a VMSA", Pages.SIZE);
    if (others == null) {
      if (vcpus > 1) {
        throw new BadInput("A guest of " + vcpus + " vCPUs needs --vmsa-cpu1 for all but one.");
      }
      return new ExpectedVcpus(firstPage, firstPage, 1, first.toString());
    }
    byte[] otherPage = InputFile.readExactly(others, "a VMSA", Pages.SIZE);
    return new ExpectedVcpus(firstPage, otherPage, vcpus, first + ", " + others);
  }

  private Optional<ExpectedVcpus> built(byte[] firmware, int vcpus, FloatingPoint registers)
      throws BadInput {
    if (family == null || model == null || stepping == null) {
      return Optional.empty();
    }
    ResetVmsa reset;
    try {
      reset = new ResetVmsa(new CpuSignature(family, model, stepping), registers);
    } catch (IllegalArgumentException e) {
      throw new BadInput("There is no such CPU: " + e.getMessage() + ".", e);
    }
    String origin =
        "built for a CPU of family %d, model %d, stepping %d%s"
            .formatted(
                family,
                model,
                stepping,
                registers == FloatingPoint.RESET ? ", with floating-point control words" : "");
    byte[] boot = reset.boot();
    byte[] further = vcpus == 1 ? boot : reset.further(resetAddress(firmware));
    return Optional.of(new ExpectedVcpus(boot, further, vcpus, origin));
  }

  private static int resetAddress(byte[] firmware) throws BadInput {
    try {
      OptionalInt address = FirmwareTable.of(firmware).resetAddress();
      return address.orElseThrow(() ->
          new BadInput(
              "The firmware does not say where further vCPUs begin (it has no SEV-ES reset"
                  + " block); name their registers by --vmsa-cpu0 and --vmsa-cpu1."));
    } catch (MalformedLaunchException e) {
      throw new BadInput("The firmware file is damaged: " + e.getMessage() + ".", e);
    }
  }
}
