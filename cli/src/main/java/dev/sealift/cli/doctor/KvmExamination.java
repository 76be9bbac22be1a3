package dev.sealift.cli.doctor;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.cli.Failure;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxUnavailableException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether KVM can be used, and what it has of what Sealift needs.
 *
 * @param calls whose /dev/kvm; null for this machine's own
 */
record KvmExamination(@Nullable SystemCalls calls) implements Examination {
  private static final String NAME = "/dev/kvm";
  private static final String WITHOUT = " Guests are programs in Java (--host model).";
  private static final int API = 12;

  /** A capability, and what cannot be done without it. */
  private enum Needed {
    USER_SPACE_MSR(KvmCapability.X86_USER_SPACE_MSR, "a guest cannot say that it may be moved"),
    MSR_FILTER(KvmCapability.X86_MSR_FILTER, "a guest cannot say that it may be moved"),
    EXIT_HYPERCALL(KvmCapability.EXIT_HYPERCALL, "a guest cannot say which pages are shared");

    private final int number;
    private final String without;

    Needed(int number, String without) {
      this.number = number;
      this.without = without;
    }
  }

  @Override
  public Finding examine() {
    SystemCalls linux = calls;
    if (linux == null) {
      try {
        linux = LinuxSystemCalls.open();
      } catch (LinuxUnavailableException e) {
        return Finding.missing(NAME, Failure.sentence(e), "See docs/hardware.md.");
      }
    }
    int fd = linux.open(NAME, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    if (fd < 0) {
      return closed(Errno.of(fd));
    }
    try {
      return open(linux, fd);
    } finally {
      linux.close(fd);
    }
  }

  private static Finding open(SystemCalls linux, int fd) {
    int api = linux.ioctl(fd, KvmIoctl.GET_API_VERSION, 0);
    if (api != API) {
      return Finding.missing(
          NAME, "It speaks API " + api + ", and not 12." + WITHOUT, "Use a newer kernel.");
    }
    List<String> missing = new ArrayList<>();
    for (Needed capability : Needed.values()) {
      if (linux.ioctl(fd, KvmIoctl.CHECK_EXTENSION, capability.number) <= 0) {
        missing.add("%s (%s)".formatted(capability, capability.without));
      }
    }
    if (missing.isEmpty()) {
      return Finding.ok(
          NAME, "It is here, API 12, with all that moves need: guests run on real vCPUs.");
    }
    return Finding.limited(
        NAME,
        "It is here, API 12, without " + String.join(", ", missing) + ".",
        "Use a kernel of 5.14 or later on the host.");
  }

  private static Finding closed(Errno errno) {
    if (errno.equals(Errno.EACCES) || errno.equals(Errno.EPERM)) {
      return Finding.limited(
              NAME,
              "It is here, but this user may not open it." + WITHOUT,
              "Allow this user to read and write " + NAME + ".")
          .mendedBy("usermod -aG kvm $USER");
    }
    return Finding.missing(
            NAME,
            "It cannot be opened (" + errno + ")." + WITHOUT,
            "Switch virtualisation (SVM) on in the BIOS, and load the module: kvm_amd, or kvm_intel.")
        .mendedBy("modprobe kvm_amd");
  }
}
