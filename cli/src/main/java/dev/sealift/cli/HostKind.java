package dev.sealift.cli;

import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxUnavailableException;
import java.util.Locale;

/** What a host stands on. */
public enum HostKind {
  /** kvm where /dev/kvm works, else model. */
  AUTO("whatever works here"),
  /**
   * The guest runs on a real vCPU; SEV is software, and this CPU cannot encrypt the guest's memory.
   */
  KVM(
      "a real vCPU under /dev/kvm with SEV in software: this CPU has no keys, so the guest's memory"
          + " is NOT encrypted at rest"),
  /**
   * Everything is software; the guest's memory is encrypted at rest by the model's memory
   * controller.
   */
  MODEL(
      "a vCPU and SEV in software: the guest's memory is encrypted at rest by the model's memory"
          + " controller");

  private static final int KVM_API = 12;

  private final String meaning;

  HostKind(String meaning) {
    this.meaning = meaning;
  }

  /** What it is, for people. */
  public String meaning() {
    return meaning;
  }

  /** The word on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind that is meant here; refuses kvm where there is none. */
  public HostKind resolve() throws Failure {
    return switch (this) {
      case AUTO -> kvmWorks() ? KVM : MODEL;
      case KVM -> {
        if (!kvmWorks()) {
          throw new Failure(
              "/dev/kvm cannot be used here: load the kvm module and allow this user to open it, or"
                  + " choose --host model.");
        }
        yield KVM;
      }
      case MODEL -> MODEL;
    };
  }

  private static boolean kvmWorks() {
    try {
      SystemCalls linux = LinuxSystemCalls.open();
      int fd = linux.open("/dev/kvm", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
      if (fd < 0) {
        return false;
      }
      boolean works = linux.ioctl(fd, KvmIoctl.GET_API_VERSION, 0) == KVM_API;
      linux.close(fd);
      return works;
    } catch (LinuxUnavailableException e) {
      return false;
    }
  }
}
