package dev.sealift.interpose;

import dev.sealift.abi.Errno;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.interpose.SeccompStructs.Notif;
import dev.sealift.interpose.SeccompStructs.Response;
import dev.sealift.kernel.SevDevice;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Answers certain ioctls for a thread, and for all that it starts, in the kernel's place: a filter
 * stops them and a thread of this process gives their results. Everything else runs as fast as
 * ever. For SEV_ISSUE_CMD any file that can be opened does for the device, since no other driver
 * knows the ioctl's number.
 *
 * <p>The calling program waits until it is answered or killed: a signal that it handles does not
 * make it ask the same again (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV).
 */
public final class SeccompSupervisor implements AutoCloseable {
  /** SECCOMP_FILTER_FLAG_NEW_LISTENER and SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV. */
  private static final int FLAGS = 1 << 3 | 1 << 5;

  private static final System.Logger LOG = System.getLogger("dev.sealift.interpose");

  private final Linux linux;
  private final StoppedCall.Answerer answerer;
  private final int[] requests;
  private final ServiceThread service;
  private final AtomicBoolean used = new AtomicBoolean();
  private final MemorySegment notif = Arena.ofAuto().allocate(Notif.LAYOUT.size(), Long.BYTES);
  private final MemorySegment response =
      Arena.ofAuto().allocate(Response.LAYOUT.size(), Long.BYTES);

  private SeccompSupervisor(
      Linux linux, StoppedCall.Answerer answerer, int[] requests, ServiceThread service) {
    this.linux = linux;
    this.answerer = answerer;
    this.requests = requests;
    this.service = service;
  }

  /**
   * A supervisor of SEV_ISSUE_CMD that has nobody to supervise yet. Its thread is started here, so
   * this is not for a thread that has a filter already.
   *
   * @param device who answers
   */
  public static SeccompSupervisor start(SevDevice device) throws InterposeException {
    return start(Linux.open(), device);
  }

  static SeccompSupervisor start(Linux linux, SevDevice device) throws InterposeException {
    return start(linux, new DeviceCalls(linux, device), SevIoctl.ISSUE_CMD);
  }

  /**
   * The same for other ioctls.
   *
   * @param answerer used by one thread
   * @param requests the numbers of the ioctls that are stopped
   */
  static SeccompSupervisor start(Linux linux, StoppedCall.Answerer answerer, int... requests)
      throws InterposeException {
    ServiceThread service = ServiceThread.start("sealift-seccomp", linux);
    return new SeccompSupervisor(linux, answerer, requests, service);
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
      MemorySegment filter = SeccompFilter.notifying(call, requests);
      int listener =
          InterposeException.require(
              linux.seccomp().filter(filter, FLAGS),
              "install a seccomp filter with user notification");
      service.serve(listener, new Conversation());
    }
  }

  /** What the listener asks and is told. */
  private final class Conversation implements ServiceThread.Service {

    @Override
    public void answer(int listener) {
      notif.fill((byte) 0);
      // Refused where the caller was killed before its call was taken up.
      if (linux.calls().ioctl(listener, SeccompStructs.NOTIF_RECV, notif.address()) < 0) {
        return;
      }
      StoppedCall call = call(listener);
      int result = result(call);
      boolean pass = result == StoppedCall.Answerer.PASS;
      response.fill((byte) 0);
      Response.ID.set(response, Notif.ID.get(notif));
      Response.VAL.set(response, Math.max(result, 0));
      Response.ERROR.set(response, pass ? 0 : Math.min(result, 0));
      Response.FLAGS.set(response, pass ? SeccompStructs.CONTINUE : 0);
      linux.calls().ioctl(listener, SeccompStructs.NOTIF_SEND, response.address());
      if (pass) {
        answerer.passed(call);
      }
    }

    private StoppedCall call(int listener) {
      // The id is the first field.
      BooleanSupplier waits =
          () -> linux.calls().ioctl(listener, SeccompStructs.NOTIF_ID_VALID, notif.address()) == 0;
      return new StoppedCall(
          Notif.PID.get(notif),
          (int) Notif.FD.get(notif),
          (int) Notif.REQUEST.get(notif),
          Notif.ARGUMENT.get(notif),
          waits);
    }

    private int result(StoppedCall call) {
      try {
        return answerer.answer(call);
      } catch (RuntimeException slip) {
        LOG.log(Level.ERROR, "an ioctl of another program failed", slip);
        return Errno.EIO.negated();
      }
    }

    @Override
    public int patienceMillis() {
      return answerer.patienceMillis();
    }

    @Override
    public void idle() {
      answerer.idle();
    }

    @Override
    public void end() {
      answerer.end();
    }
  }

  /** Waits until nobody is left to supervise, or this is closed. */
  void awaitEnd() {
    service.awaitEnd();
  }

  /** Ends the supervision: from here on the ioctls are ENOSYS for whoever has the filter. */
  @Override
  public void close() {
    service.close();
  }
}
