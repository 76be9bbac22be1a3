package dev.sealift.cli.machine;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.ModelRootDirectory;
import dev.sealift.cli.PaceOptions;
import dev.sealift.cli.StateOptions;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.firmware.StateDirectory;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.kernel.MemorySource;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say what a machine consists of. */
final class MachineOptions {
  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "The platform that this directory remembers. Without it, a new one, which is forgotten"
              + " when the machine ends.")
  private @Nullable Path state;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description =
          "The model root that signs the chip of a new platform (sealift root create); one that"
              + " --state remembers does not need it.")
  private @Nullable Path root;

  @Option(
      names = "--kernel",
      paramLabel = "KERNEL",
      description =
          "Which SEV commands its kernel serves: ${COMPLETION-CANDIDATES} (default: mainline).")
  private KernelProfile kernel = KernelProfile.MAINLINE;

  @Mixin private PaceOptions pace = new PaceOptions();

  /** What is done with a machine. */
  @FunctionalInterface
  interface Use {
    int of(HostMachine machine) throws Failure, VmmException;
  }

  KernelProfile kernel() {
    return kernel;
  }

  /**
   * Powers the machine up, uses it, and switches it off.
   *
   * @param memory where the memory of its programs comes from
   * @throws BadInput if there is no root, or the directory holds anything else or damage
   * @throws Failure if the platform is on in another process, or this is no Linux on x86-64
   */
  int use(MemorySource memory, Use use) throws BadInput, Failure {
    try {
      if (state != null) {
        return useState(state, memory, use);
      }
      if (root == null) {
        throw new BadInput(
            "Name the model root that makes the machine's chip with --root DIR (sealift root create makes one), or a platform with --state DIR: by that its programs know it.");
      }
      ModelRoot maker = ModelRootDirectory.load(root);
      try (HostMachine machine = HostMachine.powerUp(kernel, maker, pace.pace(), memory)) {
        return use.of(machine);
      }
    } catch (LinuxUnavailableException e) {
      throw new Failure(Failure.sentence(e), e);
    } catch (VmmException e) {
      throw new Failure("The software platform cannot be used: " + Failure.sentence(e), e);
    }
  }

  private int useState(Path directory, MemorySource memory, Use use)
      throws BadInput, Failure, VmmException, LinuxUnavailableException {
    try (StateDirectory opened = StateOptions.of(directory, root).open();
        HostMachine machine = HostMachine.powerUp(kernel, opened, pace.pace(), memory)) {
      return use.of(machine);
    } catch (IOException e) {
      throw new Failure(
          "The platform in %s cannot be switched off: %s."
              .formatted(directory, Failure.sentence(e)),
          e);
    }
  }
}
