package dev.sealift.interpose;

import static dev.sealift.linux.LinuxDescriptors.POLLFD_SIZE;
import static dev.sealift.linux.LinuxDescriptors.POLLIN;

import dev.sealift.abi.Errno;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;

/**
 * A thread that answers what the kernel asks on one descriptor, until there is nothing more to ask
 * or it is closed. The descriptor belongs to the thread and is closed when the thread ends, however
 * it ends: so nobody waits for an answer that will not come.
 */
final class ServiceThread implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.sealift.interpose");

  /** Offsets in struct pollfd (asm-generic/poll.h). */
  private static final int EVENTS = 4;

  private static final int REVENTS = 6;

  /** Answers one question after the other. */
  @FunctionalInterface
  interface Service {

    /** Takes the question that waits, if there still is one, and answers it. */
    void answer(int fd);

    /** How long to wait for a question before {@link #idle}, in milliseconds; -1 is for ever. */
    default int patienceMillis() {
      return -1;
    }

    /** There was no question for so long. */
    default void idle() {}

    /** There are no more questions. */
    default void end() {}
  }

  private record Task(int fd, Service service) {}

  private final Linux linux;
  private final int wakeUp;
  private final CompletableFuture<Task> task = new CompletableFuture<>();
  private final Thread thread;

  private ServiceThread(String name, Linux linux, int wakeUp) {
    this.linux = linux;
    this.wakeUp = wakeUp;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  /**
   * A thread that waits for its descriptor. It inherits the filters and mounts of the thread that
   * calls this, so it exists before there is a descriptor to serve.
   */
  static ServiceThread start(String name, Linux linux) throws InterposeException {
    int wakeUp = InterposeException.require(linux.descriptors().eventfd(), "give an eventfd");
    ServiceThread service = new ServiceThread(name, linux, wakeUp);
    boolean started = false;
    try {
      service.thread.start();
      started = true;
    } finally {
      if (!started) {
        linux.calls().close(wakeUp);
      }
    }
    return service;
  }

  /**
   * Begins to serve, once in a thread's life. The descriptor is the thread's from here on.
   *
   * @param fd readable when there is a question
   */
  void serve(int fd, Service service) {
    if (!task.complete(new Task(fd, service))) {
      linux.calls().close(fd);
    }
  }

  private void run() {
    Task given = task.join();
    try (Arena life = Arena.ofConfined()) {
      MemorySegment pollfds = life.allocate(2 * POLLFD_SIZE, Integer.BYTES);
      want(pollfds, given.fd());
      want(pollfds.asSlice(POLLFD_SIZE), wakeUp);
      while (given.fd() >= 0 && awaitQuestion(pollfds, given.service())) {
        given.service().answer(given.fd());
      }
    } catch (RuntimeException slip) {
      LOG.log(Level.ERROR, thread.getName() + " ended", slip);
    } finally {
      linux.calls().close(given.fd());
      given.service().end();
    }
  }

  /** False once there will be none. */
  private boolean awaitQuestion(MemorySegment pollfds, Service service) {
    int ready;
    do {
      ready = linux.descriptors().poll(pollfds, service.patienceMillis());
      if (ready == 0) {
        service.idle();
      }
    } while (ready == 0 || ready == Errno.EINTR.negated());
    return ready > 0
        && events(pollfds.asSlice(POLLFD_SIZE)) == 0
        && (events(pollfds) & POLLIN) != 0;
  }

  private static void want(MemorySegment pollfd, int fd) {
    pollfd.set(ValueLayout.JAVA_INT, 0, fd);
    pollfd.set(ValueLayout.JAVA_SHORT, EVENTS, (short) POLLIN);
  }

  private static int events(MemorySegment pollfd) {
    return pollfd.get(ValueLayout.JAVA_SHORT, REVENTS);
  }

  /** Ends the thread after the answer that it is at, and waits for that. */
  @Override
  public void close() {
    task.complete(new Task(-1, fd -> {}));
    try (Arena call = Arena.ofConfined()) {
      linux.descriptors().write(wakeUp, call.allocateFrom(ValueLayout.JAVA_LONG, 1));
    }
    awaitEnd();
    linux.calls().close(wakeUp);
  }

  /** Waits until there are no more questions, or another thread closes this. */
  void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
