package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Programs that the calling thread starts and waits for. What belongs to the thread, a filter or a
 * mount namespace, is the program's too: Java's own way of starting one would also pass it on to a
 * thread that waits for the program in this process.
 */
public final class LinuxPrograms {
  /** Room for posix_spawnattr_t and sigset_t; every libc's are smaller than this. */
  private static final int OPAQUE_SIZE = 1024;

  /** POSIX_SPAWN_SETSIGMASK (spawn.h). */
  private static final short SETSIGMASK = 8;

  private static final int SIGNAL_BITS = 0x7F;
  private static final int SIGNALLED = 128;

  private final Errnos errnos = new Errnos();
  private final MemorySegment environ;
  private final MethodHandle attrInit;
  private final MethodHandle attrSetFlags;
  private final MethodHandle attrSetMask;
  private final MethodHandle sigemptyset;
  private final MethodHandle spawn;
  private final MethodHandle waitpid;
  private final MethodHandle kill;
  private final MethodHandle setsid;

  private LinuxPrograms(LibC libc) throws LinuxUnavailableException {
    environ = libc.pointer("environ");
    attrInit = libc.function("posix_spawnattr_init", JAVA_INT, ADDRESS);
    attrSetFlags = libc.function("posix_spawnattr_setflags", JAVA_INT, ADDRESS, JAVA_SHORT);
    attrSetMask = libc.function("posix_spawnattr_setsigmask", JAVA_INT, ADDRESS, ADDRESS);
    sigemptyset = libc.function("sigemptyset", JAVA_INT, ADDRESS);
    spawn =
        libc.function(
            "posix_spawnp", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    waitpid = libc.failing("waitpid", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    kill = libc.failing("kill", JAVA_INT, JAVA_INT, JAVA_INT);
    setsid = libc.failing("setsid", JAVA_INT);
  }

  /**
   * The programs of this process.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxPrograms open() throws LinuxUnavailableException {
    return new LinuxPrograms(LibC.open());
  }

  /**
   * posix_spawnp(3): starts a program that is looked for in PATH, with this process's environment
   * and its descriptors that are not closed on exec. It blocks no signal: Java's threads do.
   *
   * @param command the program and its arguments
   * @return its process id or a negative errno
   */
  public int start(List<String> command) {
    if (command.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
      return Errno.EINVAL.negated();
    }
    // posix_spawnp(3) reads everything it is given before it returns; it writes the process id.
    try (Arena call = Arena.ofConfined()) {
      MemorySegment words = call.allocate(ADDRESS, command.size() + 1L);
      for (int i = 0; i < command.size(); i++) {
        words.setAtIndex(ADDRESS, i, call.allocateFrom(command.get(i)));
      }
      MemorySegment pid = call.allocate(JAVA_INT);
      int errno =
          (int)
              spawn.invokeExact(
                  pid,
                  words.getAtIndex(ADDRESS, 0),
                  MemorySegment.NULL,
                  unblocked(call),
                  words,
                  environ.get(ADDRESS, 0));
      return errno == 0 ? pid.get(JAVA_INT, 0) : -errno;
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /** A posix_spawnattr_t that says: no signal is blocked. */
  private MemorySegment unblocked(Arena call) throws Throwable {
    MemorySegment attributes = call.allocate(OPAQUE_SIZE, Long.BYTES);
    MemorySegment none = call.allocate(OPAQUE_SIZE, Long.BYTES);
    // Each writes the object that it is given, and none keeps it: there is nothing to destroy.
    int result = (int) attrInit.invokeExact(attributes);
    result |= (int) sigemptyset.invokeExact(none);
    result |= (int) attrSetFlags.invokeExact(attributes, SETSIGMASK);
    result |= (int) attrSetMask.invokeExact(attributes, none);
    if (result != 0) {
      throw new IllegalStateException("libc refuses the attributes of a program");
    }
    return attributes;
  }

  /**
   * waitpid(2): waits until a program that was started here has ended.
   *
   * @return its exit code, or 128 and the number of the signal that killed it, as a shell says; or
   *     a negative errno
   */
  public int await(int pid) {
    // waitpid(2) writes the status while it runs.
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      MemorySegment status = call.allocate(JAVA_INT);
      long result;
      do {
        result = Errnos.kernelResult((int) waitpid.invokeExact(errno, pid, status, 0), errno);
      } while (result == Errno.EINTR.negated());
      if (result < 0) {
        return (int) result;
      }
      int word = status.get(JAVA_INT, 0);
      int signal = word & SIGNAL_BITS;
      return signal == 0 ? word >>> 8 & 0xFF : SIGNALLED + signal;
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /** kill(2): sends a signal to a process. Returns 0 or a negative errno. */
  public int signal(int pid, int signal) {
    // kill(2) touches no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      return (int) Errnos.kernelResult((int) kill.invokeExact(errno, pid, signal), errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /**
   * setsid(2): from here on this process belongs to no terminal, and signals to the process group
   * that it was started in do not reach it.
   *
   * @return the new session's id or a negative errno: {@code -EPERM} for the leader of a group
   */
  public int leaveSession() {
    // setsid(2) touches no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      return (int) Errnos.kernelResult((int) setsid.invokeExact(errno), errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
