package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What is mounted where, as the calling thread sees it. A mount namespace belongs to a thread, not
 * to the process, so these belong on a platform thread. Each returns 0 or a negative errno.
 */
public final class LinuxMounts {
  /** Flags of mount(2) (linux/mount.h). */
  public static final long MS_NOSUID = 1 << 1;

  public static final long MS_NODEV = 1 << 2;
  public static final long MS_NOEXEC = 1 << 3;
  public static final long MS_BIND = 1 << 12;
  public static final long MS_REC = 1 << 14;
  public static final long MS_PRIVATE = 1 << 18;

  /** MNT_DETACH of umount2(2) (linux/fs.h): out of sight now, gone with its last open file. */
  public static final int MNT_DETACH = 2;

  /** CLONE_NEWNS of unshare(2) (linux/sched.h). */
  private static final int CLONE_NEWNS = 0x20000;

  private final Errnos errnos = new Errnos();
  private final MethodHandle unshare;
  private final MethodHandle mount;
  private final MethodHandle umount2;

  private LinuxMounts(LibC libc) throws LinuxUnavailableException {
    unshare = libc.failing("unshare", JAVA_INT, JAVA_INT);
    mount = libc.failing("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    umount2 = libc.failing("umount2", JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * The mounts that this process sees.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxMounts open() throws LinuxUnavailableException {
    return new LinuxMounts(LibC.open());
  }

  /**
   * unshare(2) of the mount namespace: from here on this thread, and what it starts, has mounts of
   * its own, which begin as a copy. They still hear of the others' unless they are made private.
   */
  public int unshare() {
    // unshare(2) touches no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) unshare.invokeExact(errno, CLONE_NEWNS);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /**
   * mount(2).
   *
   * @param source a name for what is mounted
   * @param target the path that it covers
   * @param type the file system
   * @param flags the MS_ constants
   * @param data options of the file system
   */
  public int mount(String source, String target, String type, long flags, String data) {
    if ((source + target + type + data).indexOf('\0') >= 0) {
      return Errno.EINVAL.negated();
    }
    // mount(2) reads the four strings while it runs, and writes nothing.
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      int result =
          (int)
              mount.invokeExact(
                  errno,
                  call.allocateFrom(source),
                  call.allocateFrom(target),
                  call.allocateFrom(type),
                  flags,
                  call.allocateFrom(data));
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /** umount2(2). */
  public int unmount(String target, int flags) {
    if (target.indexOf('\0') >= 0) {
      return Errno.EINVAL.negated();
    }
    // umount2(2) reads the path while it runs, and writes nothing.
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      int result = (int) umount2.invokeExact(errno, call.allocateFrom(target), flags);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
