package dev.sealift.cli.platform;

import dev.sealift.abi.Errno;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.StateOptions;
import dev.sealift.firmware.StateDirectory;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxThreadSignals;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The platform that a command speaks to. What is above it does not know whether it is real, but for
 * the signature on its chip's certificate, which a platform in software has at hand.
 */
final class OpenPlatform implements AutoCloseable {
  private static final String DEVICE = "/dev/sev";
  private static final String IN_SOFTWARE =
      "name the directory of a platform in software with --state DIR";

  private final SevPlatform device;
  private final @Nullable StateDirectory state;
  private final @Nullable Path directory;

  private OpenPlatform(
      SevPlatform device, @Nullable StateDirectory state, @Nullable Path directory) {
    this.device = device;
    this.state = state;
    this.directory = directory;
  }

  /** The platform that the options name: in a directory, or this machine's own. */
  static OpenPlatform of(StateOptions options) throws BadInput, Failure {
    Path directory = options.directory();
    return directory == null ? ofThisMachine() : inSoftware(options.open(), directory);
  }

  private static OpenPlatform ofThisMachine() throws BadInput {
    try {
      return over(new Host(LinuxSystemCalls.open(), LinuxThreadSignals.open()));
    } catch (LinuxUnavailableException e) {
      throw new BadInput(
          "%s cannot be reached from here (%s): %s."
              .formatted(DEVICE, Failure.sentence(e), IN_SOFTWARE),
          e);
    }
  }

  /** The platform of a host. */
  static OpenPlatform over(Host host) throws BadInput {
    try {
      return new OpenPlatform(SevPlatform.open(host), null, null);
    } catch (VmmException e) {
      throw new BadInput(obstacle(e.errno()) + "; or " + IN_SOFTWARE + ".", e);
    }
  }

  private static String obstacle(@Nullable Errno errno) {
    if (Errno.ENOENT.equals(errno)) {
      return "There is no "
          + DEVICE
          + " on this machine: it takes an EPYC processor with SEV switched on and its driver loaded";
    }
    if (Errno.EACCES.equals(errno) || Errno.EPERM.equals(errno)) {
      return DEVICE + " may not be opened by this user: run as one who may read and write it";
    }
    return "%s cannot be opened (%s): look at the kernel's log".formatted(DEVICE, errno);
  }

  /** A platform in software, which this switches off when it is closed. */
  private static OpenPlatform inSoftware(StateDirectory state, Path directory)
      throws BadInput, Failure {
    OpenPlatform open;
    try {
      HostMachine machine = HostMachine.powerUp(HostKind.MODEL, KernelProfile.MAINLINE, state);
      open = new OpenPlatform(machine.platform(), state, directory);
    } catch (VmmException e) {
      switchOff(state);
      throw Refusals.explain(e, directory);
    } catch (LinuxUnavailableException e) {
      switchOff(state);
      throw new IllegalStateException("a machine in software asked for Linux", e);
    }
    try {
      open.insistOnInitialisation();
      return open;
    } catch (VmmException e) {
      open.close();
      throw Refusals.explain(e, directory);
    }
  }

  /** A platform that did not come up says why to the command that needs it. */
  private void insistOnInitialisation() throws VmmException {
    if (device.status().state() == PlatformState.UNINIT) {
      device.exportCertificates();
    }
  }

  SevPlatform device() {
    return device;
  }

  /** The directory of a platform in software; null for a real one. */
  @Nullable StateDirectory state() {
    return state;
  }

  /** Where that directory is; null for a real one. */
  @Nullable Path directory() {
    return directory;
  }

  /** Who speaks, for the first lines of every answer. */
  Speaker speaker() {
    return new Speaker(state != null, directory == null ? DEVICE : directory.toString());
  }

  @Override
  public void close() {
    device.close();
    if (state != null) {
      switchOff(state);
    }
  }

  private static void switchOff(StateDirectory state) {
    try {
      state.close();
    } catch (IOException e) {
      // The command is about to end, and the lock with it.
    }
  }
}
