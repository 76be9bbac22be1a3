package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Connections to Unix domain sockets. Unlike Java's own channels, these stay open when a thread
 * that uses one is interrupted: the call goes on, as a system call of Linux does.
 *
 * <p>Results are zero or more, or a negative errno.
 */
public final class LinuxSockets {
  /** x86-64 (bits/socket.h, bits/socket_type.h): a stream that is closed on exec. */
  private static final int AF_UNIX = 1;

  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;

  /** A lost peer is an answer, not a signal. */
  private static final int MSG_NOSIGNAL = 0x4000;

  private static final int SHUT_RDWR = 2;

  /** struct sockaddr_un (sys/un.h): the family (2), then the path with its zero (108). */
  private static final int ADDRESS_SIZE = 110;

  private static final int PATH_OFFSET = 2;

  /** Bytes of a socket's path, at most. */
  public static final int MOST_PATH = ADDRESS_SIZE - PATH_OFFSET - 1;

  private static final int ENAMETOOLONG = 36;

  private final Errnos errnos = new Errnos();
  private final MethodHandle socket;
  private final MethodHandle connect;
  private final MethodHandle send;
  private final MethodHandle receive;
  private final MethodHandle shutdown;
  private final MethodHandle close;

  private LinuxSockets(LibC libc) throws LinuxUnavailableException {
    socket = libc.failing("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    connect = libc.failing("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    send = libc.failing("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    receive = libc.failing("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    shutdown = libc.failing("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    close = libc.failing("close", JAVA_INT, JAVA_INT);
  }

  /**
   * The sockets of this process.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxSockets open() throws LinuxUnavailableException {
    return new LinuxSockets(LibC.open());
  }

  /**
   * socket(2) and connect(2) to a listening socket.
   *
   * @param path {@link #MOST_PATH} bytes in UTF-8 at most, else {@code -ENAMETOOLONG}
   * @return a descriptor that is closed on exec, or a negative errno
   */
  public int connect(Path path) {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length > MOST_PATH) {
      return -ENAMETOOLONG;
    }
    // connect(2) reads the address while it runs.
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      int fd =
          (int)
              Errnos.kernelResult(
                  (int) socket.invokeExact(errno, AF_UNIX, SOCK_STREAM_CLOEXEC, 0), errno);
      if (fd < 0) {
        return fd;
      }
      MemorySegment address = call.allocate(ADDRESS_SIZE, Short.BYTES);
      address.set(JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(name, 0, address, JAVA_BYTE, PATH_OFFSET, name.length);
      long connected =
          Errnos.kernelResult((int) connect.invokeExact(errno, fd, address, ADDRESS_SIZE), errno);
      if (connected < 0) {
        close(fd);
        return (int) connected;
      }
      return fd;
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /** Sends a whole segment. Returns 0 or a negative errno, after which the stream is of no use. */
  public int sendAll(int fd, MemorySegment from) {
    // send(2) reads the segment while it runs.
    try {
      MemorySegment errno = errnos.state();
      MemorySegment rest = from;
      while (rest.byteSize() > 0) {
        long sent =
            Errnos.kernelResult(
                (long) send.invokeExact(errno, fd, rest, rest.byteSize(), MSG_NOSIGNAL), errno);
        if (sent < 0 && sent != Errno.EINTR.negated()) {
          return (int) sent;
        }
        rest = rest.asSlice(Math.max(sent, 0));
      }
      return 0;
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /** recv(2): waits for bytes, at most a segment full. Returns how many came; 0 at the end. */
  public long receive(int fd, MemorySegment into) {
    // recv(2) writes into the segment while it runs, never beyond its size.
    try {
      MemorySegment errno = errnos.state();
      long result;
      do {
        result =
            Errnos.kernelResult(
                (long) receive.invokeExact(errno, fd, into, into.byteSize(), 0), errno);
      } while (result == Errno.EINTR.negated());
      return result;
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /** shutdown(2) of both directions: whoever waits in {@link #receive} meets the end. */
  public int shutdown(int fd) {
    return onDescriptor(() -> (int) shutdown.invokeExact(errnos.state(), fd, SHUT_RDWR));
  }

  /** close(2). */
  public int close(int fd) {
    return onDescriptor(() -> (int) close.invokeExact(errnos.state(), fd));
  }

  /** A call that touches no memory of ours. */
  @FunctionalInterface
  private interface Call {
    int make() throws Throwable;
  }

  private int onDescriptor(Call call) {
    try {
      return (int) Errnos.kernelResult(call.make(), errnos.state());
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
