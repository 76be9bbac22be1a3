package dev.sealift.cli.host;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.ChipCertificates;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.ModelRootDirectory;
import dev.sealift.cli.RootFile;
import dev.sealift.cli.StateOptions;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.StateDirectory;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A host's machine with its platform, powered up.
 *
 * @param machine in this process or in one of its own
 * @param state where the platform is kept; null where another process has it
 * @param roots whose chips the host believes in, its own chip's maker first
 */
record HostPlatform(HostMachine machine, @Nullable StateDirectory state, List<RootOfTrust> roots)
    implements AutoCloseable {

  HostPlatform {
    roots = List.copyOf(roots);
  }

  /**
   * Powers a host's machine up, and makes its platform before if it is new.
   *
   * @throws BadInput if a root cannot be read, or if the platform's directory holds anything else
   * @throws Failure if the platform is on elsewhere, or no machine is where it should be
   */
  static HostPlatform powerUp(HostSettings settings, HostDirectory directory, HostLog log)
      throws BadInput, Failure, VmmException {
    List<RootOfTrust> named = new ArrayList<>();
    for (Path root : settings.roots()) {
      named.add(RootFile.read(root));
    }
    try {
      StateDirectory state = settings.machine() == null ? open(settings, directory, log) : null;
      HostMachine machine =
          state == null
              ? attach(settings, directory)
              : HostMachine.powerUp(settings.kind(), settings.kernel(), state, settings.pace());
      List<RootOfTrust> roots = new ArrayList<>(List.of(machine.root()));
      named.stream().filter(root -> !isIn(roots, root)).forEach(roots::add);
      return new HostPlatform(machine, state, roots);
    } catch (LinuxUnavailableException e) {
      throw new Failure(Failure.sentence(e), e);
    }
  }

  private static boolean isIn(List<RootOfTrust> roots, RootOfTrust root) {
    return roots.stream().anyMatch(known -> Arrays.equals(known.arkHash(), root.arkHash()));
  }

  private static StateDirectory open(HostSettings settings, HostDirectory directory, HostLog log)
      throws BadInput, Failure {
    Path platform = directory.platform();
    try {
      Path maker = StateDirectory.isNew(platform) ? maker(settings, directory, log) : null;
      return StateOptions.of(platform, maker).open();
    } catch (IOException e) {
      throw new BadInput(
          "%s cannot hold a platform: %s.".formatted(platform, Failure.sentence(e)), e);
    }
  }

  /** Who makes the chip of a new platform: the first root whose key is there, or one of its own. */
  private static Path maker(HostSettings settings, HostDirectory directory, HostLog log)
      throws Failure {
    for (Path root : settings.roots()) {
      if (Files.exists(root.resolve(ModelRoot.KEY_FILE))) {
        return root;
      }
    }
    Path own = directory.root();
    if (!Files.exists(own.resolve(ModelRoot.KEY_FILE))) {
      log.tell(
          Event.info("root"),
          "makes a model root of its own in %s: hosts under another one must be told to believe in it (--root)."
              .formatted(own));
      try {
        Files.createDirectories(own);
        ModelRoot.create(new SecureRandom()).save(own);
      } catch (IOException e) {
        throw new Failure(
            "%s cannot hold a model root: %s.".formatted(own, Failure.sentence(e)), e);
      }
    }
    return own;
  }

  private static HostMachine attach(HostSettings settings, HostDirectory directory)
      throws BadInput, Failure, VmmException {
    Path socket = settings.machine();
    if (socket == null) {
      throw new IllegalArgumentException("there is no machine elsewhere");
    }
    if (Files.exists(directory.platform())) {
      return HostMachine.attach(socket, ChipCertificates.of(directory.platform()));
    }
    for (Path root : settings.roots()) {
      if (Files.exists(root.resolve(ModelRoot.KEY_FILE))) {
        return HostMachine.attach(socket, ModelRootDirectory.load(root));
      }
    }
    throw new BadInput(
        "The machine at %s has a chip, and its maker is not known here: start it with sealift machine --state %s --root DIR, or name the model root that it was started with by --root."
            .formatted(socket, directory.platform()));
  }

  /** Switches the platform off. */
  @Override
  public void close() {
    machine.close();
    if (state != null) {
      try {
        state.close();
      } catch (IOException gone) {
        // The system lets go of it with the process.
      }
    }
  }
}
