package dev.sealift.cli.run;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.ModelRootDirectory;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.firmware.StateDirectory;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * A platform in software that is on.
 *
 * @param machine it, and the kernel over it
 * @param state what remembers it; null if nothing does
 */
public record PoweredPlatform(HostMachine machine, @Nullable StateDirectory state)
    implements AutoCloseable {

  /**
   * Switches a new platform on over this machine's kernel. Nothing remembers it.
   *
   * @param root the directory of its model root; null for a root of its own
   * @throws BadInput if there is no root in the directory
   * @throws Failure if this is no Linux on x86-64
   */
  public static PoweredPlatform fresh(@Nullable Path root) throws BadInput, Failure {
    ModelRoot maker =
        root == null ? ModelRoot.create(new SecureRandom()) : ModelRootDirectory.load(root);
    try {
      return new PoweredPlatform(
          HostMachine.powerUp(HostKind.KVM, KernelProfile.MAINLINE, maker), null);
    } catch (LinuxUnavailableException e) {
      throw new Failure(Failure.sentence(e), e);
    } catch (VmmException e) {
      throw unusable(e);
    }
  }

  static Failure unusable(VmmException e) {
    return new Failure("The software platform cannot be used: " + Failure.sentence(e), e);
  }

  @Override
  public void close() {
    machine.close();
    if (state != null) {
      switchOff(state);
    }
  }

  static void switchOff(StateDirectory state) {
    try {
      state.close();
    } catch (IOException e) {
      // The command is about to end, and the lock with it.
    }
  }
}
