package dev.sealift.vmm;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxThreadSignals;
import dev.sealift.linux.LinuxUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This machine's own KVM, for tests that run a guest for real. */
public final class KvmHost {

  private KvmHost() {}

  /** The host; skips the test where there is no KVM. */
  public static Host orSkip() {
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "this machine has no /dev/kvm to write to");
    try {
      return new Host(LinuxSystemCalls.open(), LinuxThreadSignals.open());
    } catch (LinuxUnavailableException unavailable) {
      return abort(unavailable.getMessage());
    }
  }
}
