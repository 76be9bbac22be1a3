package dev.sealift.interpose;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.interpose.SeccompStructs.Notif;
import dev.sealift.interpose.SeccompStructs.Response;
import dev.sealift.kernel.SevDevice;
import dev.sealift.kernel.UserMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Answers SEV_ISSUE_CMD for a thread, and for all that it starts, in the kernel's place: a filter
 * stops that one ioctl and a thread of this process gives its result. Everything else runs as fast
 * as ever, and any file that can be opened does for the device, since no other driver knows the
 * ioctl's number.
 *
 * <p>The calling program waits until it is answered or killed: a signal that it handles does not
 * make it ask the same again (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV).
 */
public final class SeccompSupervisor implements AutoCloseable {
  /** SECCOMP_FILTER_FLAG_NEW_LISTENER and SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV. */
  private static final int FLAGS = 1 << 3 | 1 << 5;

  private final Linux linux;
  private final ForeignCalls calls;
  private final ForeignFiles files;
  private final ServiceThread service;
  private final AtomicBoolean used = new AtomicBoolean();
  private final MemorySegment notif = Arena.ofAuto().allocate(Notif.LAYOUT.size(), Long.BYTES);
  private final MemorySegment response =
      Arena.ofAuto().allocate(Response.LAYOUT.size(), Long.BYTES);

  private SeccompSupervisor(Linux linux, SevDevice device, ServiceThread service) {
    this.linux = linux;
    this.calls = new ForeignCalls(device);
    this.files = new ForeignFiles(linux);
    this.service = service;
  }

  /**
   * A supervisor that has nobody to supervise yet. Its thread is started here, so this is not for a
   * thread that has a filter already.
   *
   * @param device who answers
   */
  public static SeccompSupervisor start(SevDevice device) throws InterposeException {
    return start(Linux.open(), device);
  }

  static SeccompSupervisor start(Linux linux, SevDevice device) throws InterposeException {
    return new SeccompSupervisor(linux, device, ServiceThread.start("sealift-seccomp", linux));
  }

  /**
   * Puts the calling thread, and every thread and process that it starts from now on, under this
   * supervisor, for the rest of their lives; it is also the end of gaining privileges by exec. Call
   * it once, on a platform thread made for this.
   *
   * @throws InterposeException if Linux refuses; then the thread has no filter
   */
  public void superviseThisThread() throws InterposeException {
    if (used.getAndSet(true)) {
      throw new IllegalStateException("a supervisor has one filter");
    }
    InterposeException.require(
        linux.seccomp().renouncePrivileges(), "let a thread renounce privileges");
    try (Arena call = Arena.ofConfined()) {
      MemorySegment filter = SeccompFilter.notifying(call, SevIoctl.ISSUE_CMD);
      int listener =
          InterposeException.require(
              linux.seccomp().filter(filter, FLAGS),
              "install a seccomp filter with user notification");
      service.serve(listener, this::answer);
    }
  }

  private void answer(int listener) {
    notif.fill((byte) 0);
    // Refused where the caller was killed before its call was taken up.
    if (linux.calls().ioctl(listener, SeccompStructs.NOTIF_RECV, notif.address()) < 0) {
      return;
    }
    int result = call(listener);
    response.fill((byte) 0);
    Response.ID.set(response, Notif.ID.get(notif));
    Response.VAL.set(response, Math.max(result, 0));
    Response.ERROR.set(response, Math.min(result, 0));
    linux.calls().ioctl(listener, SeccompStructs.NOTIF_SEND, response.address());
  }

  private int call(int listener) {
    int pid = Notif.PID.get(notif);
    int flags = files.flags(pid, (int) Notif.FD.get(notif));
    if (flags < 0) {
      return Errno.EBADF.negated();
    }
    // The id is the first field.
    UserMemory memory =
        new NotifierMemory(
            new ProcessMemory(linux.memory(), pid),
            () ->
                linux.calls().ioctl(listener, SeccompStructs.NOTIF_ID_VALID, notif.address()) == 0);
    return calls.ioctl(
        memory,
        OpenFlags.isWritable(flags),
        (int) Notif.REQUEST.get(notif),
        Notif.ARGUMENT.get(notif));
  }

  /** Ends the supervision: from here on the ioctl is ENOSYS for whoever has the filter. */
  @Override
  public void close() {
    service.close();
  }
}
