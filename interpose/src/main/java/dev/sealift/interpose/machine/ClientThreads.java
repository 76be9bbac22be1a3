package dev.sealift.interpose.machine;

import dev.sealift.abi.Errno;
import dev.sealift.linux.LinuxSockets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A program's connections to its machine: one for each of its threads, from its first call until it
 * ends, and the lifeline by which the machine learns that the program has ended.
 */
final class ClientThreads implements AutoCloseable {
  private static final int ECONNREFUSED = 111;

  /**
   * A thread's connection.
   *
   * @param number under which the kernel knows the thread; a negative errno where it does not
   */
  private record Joined(ClientConnection connection, int number) {}

  private final LinuxSockets sockets;
  private final Path socket;
  private final long high;
  private final long low;
  private final ClientConnection lifeline;
  private final Path memoryDirectory;

  @SuppressWarnings("ThreadLocalUsage") // one per program, so that programs share nothing
  private final ThreadLocal<Joined> ofThread = new ThreadLocal<>();

  /** The open connections, and for each the thread that waits to close it. */
  private final Map<ClientConnection, Thread> closers = new ConcurrentHashMap<>();

  private volatile boolean closed;

  private ClientThreads(LinuxSockets sockets, Path socket) throws MachineException {
    this.sockets = sockets;
    this.socket = socket.toAbsolutePath().normalize();
    SecureRandom random = new SecureRandom();
    this.high = random.nextLong();
    this.low = random.nextLong();
    this.lifeline = connect(new Frame());
    this.memoryDirectory = introduce();
  }

  static ClientThreads attach(LinuxSockets sockets, Path socket) throws MachineException {
    return new ClientThreads(sockets, socket);
  }

  /** Where the machine's memory is. */
  Path memoryDirectory() {
    return memoryDirectory;
  }

  private ClientConnection connect(Frame frame) {
    int fd = closed ? Errno.ENODEV.negated() : sockets.connect(socket);
    return new ClientConnection(sockets, fd, frame);
  }

  private Path introduce() throws MachineException {
    hello(lifeline, Request.ATTACH);
    long result = lifeline.call();
    if (result == 0) {
      try {
        return Path.of(lifeline.frame().getText());
      } catch (MalformedFrameException | InvalidPathException malformed) {
        result = Errno.EIO.negated();
      }
    }
    lifeline.close();
    throw new MachineException(refusal(result));
  }

  private void hello(ClientConnection connection, Request request) {
    connection.frame().begin(request).put(Request.MAGIC).put(Request.VERSION).put(high).put(low);
  }

  private String refusal(long result) {
    if (result == Errno.EBUSY.negated()) {
      return "The machine at %s serves another program already, which has to end first: stop that, or start a machine for this one."
          .formatted(socket);
    }
    if (result == Errno.ENOENT.negated() || result == -ECONNREFUSED) {
      return "No machine is at %s: start it (sealift machine --socket %s)."
          .formatted(socket, socket);
    }
    if (result == Errno.EACCES.negated() || result == Errno.EPERM.negated()) {
      return "The machine at %s is another user's: only its owner may use it.".formatted(socket);
    }
    Errno errno = Errno.of(result);
    return "What is at %s does not answer as a machine of this version of sealift, or of this user (%s, %s)."
        .formatted(socket, errno.name(), errno.meaning());
  }

  /** The calling thread's connection; where none can be had, one that answers why. */
  ClientConnection connection() {
    return joined().connection();
  }

  /** The number under which the kernel knows the calling thread, or a negative errno. */
  int number() {
    return joined().number();
  }

  private Joined joined() {
    Joined known = ofThread.get();
    if (known != null && !known.connection().isClosed()) {
      return known;
    }
    Joined fresh = join(known == null ? new Frame() : known.connection().frame());
    ofThread.set(fresh);
    return fresh;
  }

  private Joined join(Frame frame) {
    ClientConnection connection = connect(frame);
    hello(connection, Request.JOIN);
    int result = (int) connection.call();
    if (result == Errno.ENOENT.negated()
        || result == -ECONNREFUSED
        || result == Errno.ESRCH.negated()) {
      result = Errno.ENODEV.negated();
    }
    if (result < 0) {
      connection.close();
      return new Joined(new ClientConnection(sockets, result, frame), result);
    }
    closeWithThread(connection);
    return new Joined(connection, result);
  }

  @SuppressWarnings("ThreadJoinLoop") // an interrupt ends the wait, and is for nobody else
  private void closeWithThread(ClientConnection connection) {
    Thread owner = Thread.currentThread();
    Thread closer =
        Thread.ofVirtual()
            .name("sealift-machine-closer")
            .unstarted(() -> {
              try {
                owner.join();
              } catch (InterruptedException _) {
                // The program ends before the thread.
              }
              connection.close();
              closers.remove(connection);
            });
    closers.put(connection, closer);
    closer.start();
    if (closed) {
      closer.interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    lifeline.close();
    closers.values().forEach(Thread::interrupt);
    closers.keySet().forEach(ClientConnection::close);
  }
}
