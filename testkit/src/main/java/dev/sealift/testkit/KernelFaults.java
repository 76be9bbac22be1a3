package dev.sealift.testkit;

import dev.sealift.abi.Errno;
import dev.sealift.abi.sev.SevCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What goes wrong with a kernel. */
public final class KernelFaults {
  private final FaultPlan<Call, Errno> plan = new FaultPlan<>();
  private final Map<Call, Long> counts = new ConcurrentHashMap<>();

  KernelFaults() {}

  /** A kind of system call. */
  sealed interface Call {
    /** An ioctl by its number. */
    record Ioctl(int request) implements Call {}

    /** KVM_MEMORY_ENCRYPT_OP with parameters for this command. */
    record Sev(SevCommand command) implements Call {}

    /** open(2). */
    record Open() implements Call {}

    /** mmap(2). */
    record Mmap() implements Call {}
  }

  /**
   * One ioctl is not done, and is answered with an errno.
   *
   * @param request its number, such as {@link dev.sealift.abi.kvm.KvmIoctl#CREATE_VM}
   * @param n which of these calls, counted from here on: 1 is the next
   */
  public void failIoctl(int request, int n, Errno errno) {
    plan.order(
        new Call.Ioctl(request), n, errno, "ioctl 0x%x fails with %s".formatted(request, errno));
  }

  /**
   * One KVM_MEMORY_ENCRYPT_OP is not done, and is answered with an errno.
   *
   * @param n which of these calls, counted from here on: 1 is the next. A call without parameters,
   *     which only asks for a length, counts too
   */
  public void failSev(SevCommand command, int n, Errno errno) {
    plan.order(
        new Call.Sev(command), n, errno, "KVM_SEV_%s fails with %s".formatted(command, errno));
  }

  /**
   * One open(2) fails.
   *
   * @param n which one, counted from here on: 1 is the next
   */
  public void failOpen(int n, Errno errno) {
    plan.order(new Call.Open(), n, errno, "open fails with " + errno);
  }

  /**
   * One mmap(2) fails.
   *
   * @param n which one, counted from here on: 1 is the next
   */
  public void failMmap(int n, Errno errno) {
    plan.order(new Call.Mmap(), n, errno, "mmap fails with " + errno);
  }

  /** Takes back what has not struck yet. */
  public void clear() {
    plan.clear();
  }

  /** How often this ioctl was called so far. */
  public long count(int request) {
    return counts.getOrDefault(new Call.Ioctl(request), 0L);
  }

  /** How often KVM_MEMORY_ENCRYPT_OP was called with this command so far. */
  public long count(SevCommand command) {
    return counts.getOrDefault(new Call.Sev(command), 0L);
  }

  Optional<Errno> comes(Call call) {
    counts.merge(call, 1L, Long::sum);
    return plan.happens(call);
  }

  List<String> left() {
    return plan.left();
  }
}
