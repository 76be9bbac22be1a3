package dev.sealift.cli.run;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.StateOptions;
import dev.sealift.firmware.StateDirectory;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.VmmException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which platform in software other programs get. */
public final class PlatformOptions {
  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "The platform that this directory remembers: what was made for it by sealift platform"
              + " and sealift session is good here. Without it, a new one under a model root of its"
              + " own, which is forgotten at the end.")
  private @Nullable Path state;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description =
          "The model root that signs the chip of a new platform in --state (sealift root create);"
              + " later it is not needed.")
  private @Nullable Path root;

  /** What picocli fills in. */
  public PlatformOptions() {}

  /** Where the root of trust comes from, in words. */
  public String root() {
    return state == null
        ? "a model root that was made for this run"
        : "the model root that made the chip in " + state;
  }

  /**
   * Switches the platform on, over this machine's kernel.
   *
   * @throws BadInput if the directory holds anything else or damage
   * @throws Failure if the platform is on in another process, or this is no Linux on x86-64
   */
  public PoweredPlatform powerUp() throws BadInput, Failure {
    if (state != null) {
      return powerUp(StateOptions.of(state, root).open(), state);
    }
    if (root != null) {
      throw new BadInput("--root is for the platform in --state DIR: name that directory, too.");
    }
    return PoweredPlatform.fresh(null);
  }

  private static PoweredPlatform powerUp(StateDirectory state, Path directory)
      throws BadInput, Failure {
    boolean up = false;
    try {
      HostMachine machine = HostMachine.powerUp(HostKind.KVM, KernelProfile.MAINLINE, state);
      PoweredPlatform platform = new PoweredPlatform(machine, state);
      // The driver is there for a damaged platform, too: whoever asks for certificates is told.
      machine.platform().exportCertificates();
      up = true;
      return platform;
    } catch (LinuxUnavailableException e) {
      throw new Failure(Failure.sentence(e), e);
    } catch (VmmException e) {
      if (e.status() == FirmwareStatus.SECURE_DATA_INVALID) {
        throw StateOptions.damaged(directory, "INIT has refused what it holds", e);
      }
      throw PoweredPlatform.unusable(e);
    } finally {
      if (!up) {
        PoweredPlatform.switchOff(state);
      }
    }
  }
}
