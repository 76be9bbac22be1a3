package dev.sealift.cli.doctor;

import dev.sealift.abi.Errno;
import dev.sealift.cli.Failure;
import dev.sealift.cli.explain.More;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxThreadSignals;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the Secure Processor answers, and what it is.
 *
 * @param host whose /dev/sev; null for this machine's own
 */
record SevDeviceExamination(@Nullable Host host) implements Examination {
  static final String NAME = "/dev/sev";
  private static final String WITHOUT = " A Secure Processor in software takes its place.";

  @Override
  public Finding examine() {
    Host asked = host;
    try {
      if (asked == null) {
        asked = ofThisMachine();
      }
      try (SevPlatform platform = SevPlatform.open(asked)) {
        return found(platform.status());
      }
    } catch (LinuxUnavailableException e) {
      return Finding.missing(NAME, Failure.sentence(e), "See docs/hardware.md.");
    } catch (VmmException refused) {
      return refused(refused);
    }
  }

  static Host ofThisMachine() throws LinuxUnavailableException {
    return new Host(LinuxSystemCalls.open(), LinuxThreadSignals.open());
  }

  private static Finding found(PlatformStatus status) {
    return Finding.ok(
        NAME,
        "It answers: API %d.%d build %d, state %s, %s, %s, %d guests."
            .formatted(
                status.apiMajor(),
                status.apiMinor(),
                status.build(),
                status.state(),
                status.externallyOwned() ? "an external owner" : "its own owner",
                status.es() ? "with SEV-ES" : "without SEV-ES",
                status.guests()));
  }

  private static Finding refused(VmmException refused) {
    Errno errno = refused.errno();
    if (Errno.ENOENT.equals(errno)) {
      return Finding.missing(
              NAME,
              "It is not here (ENOENT)." + WITHOUT,
              "Only EPYC processors have one, with SEV switched on in the BIOS; the ccp driver shows"
                  + " it.")
          .mendedBy("modprobe ccp");
    }
    if (Errno.EACCES.equals(errno) || Errno.EPERM.equals(errno)) {
      return Finding.limited(
              NAME,
              "It is here, but this user may not open it (" + errno + ")." + WITHOUT,
              "Let a group have it, and join that group.")
          .mendedBy("chgrp kvm /dev/sev && chmod 660 /dev/sev");
    }
    return Finding.missing(
        NAME,
        Failure.sentence(refused),
        More.line(refused).orElse("Look at the kernel's log for ccp."));
  }
}
