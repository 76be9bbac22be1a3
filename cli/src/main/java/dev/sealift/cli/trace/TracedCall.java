package dev.sealift.cli.trace;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A SEV ioctl: what was asked, and what was answered.
 *
 * @param number the first call is 1
 */
record TracedCall(int number, Asked asked, Answered answered) {

  /**
   * What was asked.
   *
   * @param micros when, in microseconds since the start
   * @param pid the process
   * @param vm which VM; 0 is /dev/sev
   * @param writable whether the descriptor was opened for writing
   * @param request the ioctl
   * @param argument where its argument is
   * @param issued the command in it; null if it could not be read
   * @param struct the command's parameters, without what the kernel only writes; null if there are
   *     none, or they could not be read
   * @param buffers those that the parameters name, in the order of the command's shape
   */
  @SuppressWarnings("ArrayRecordComponent") // as memory has it; nobody changes or compares it
  record Asked(
      long micros,
      int pid,
      int vm,
      boolean writable,
      int request,
      Span argument,
      @Nullable Issued issued,
      byte @Nullable [] struct,
      List<Buffer> buffers) {

    CommandShape shape() {
      return CommandShape.of(request, issued == null ? -1 : issued.command());
    }

    /** What it is called in the kernel's headers. */
    String name() {
      return issued == null && !CommandShape.isRegion(request)
          ? (vm == 0 ? "SEV_ISSUE_CMD" : "KVM_MEMORY_ENCRYPT_OP")
          : shape().name();
    }

    /** What it is issued on. */
    String on() {
      return vm == 0 ? "/dev/sev" : "vm" + vm;
    }
  }

  /**
   * A command.
   *
   * @param command its number
   * @param clear whether the field for the firmware's status was zero before
   * @param sevFd the descriptor of /dev/sev that it names; -1 on /dev/sev itself
   * @param sevOpen whether that is one
   * @param data where its parameters are; of no length where it has none that are known
   */
  record Issued(int command, boolean clear, int sevFd, boolean sevOpen, Span data) {}

  /** A buffer, and what is told of its bytes. */
  record Buffer(BufferShape shape, Span span, Content content) {}

  /**
   * What was answered.
   *
   * @param seen false where the real kernel answered and nobody saw what
   * @param result zero or more, or a negative errno
   * @param status the firmware's status; null if none was written
   * @param struct the parameters afterwards; null if there are none, or they could not be read
   * @param told the fields of the struct that the answer tells
   * @param buffers what was written into buffers
   * @param nanos how long it took
   */
  @SuppressWarnings("ArrayRecordComponent") // as memory has it; nobody changes or compares it
  record Answered(
      boolean seen,
      int result,
      @Nullable Integer status,
      byte @Nullable [] struct,
      Set<String> told,
      List<Buffer> buffers,
      long nanos) {}
}
