package dev.sealift.interpose;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.kernel.SevDevice;
import dev.sealift.linux.LinuxMounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that answers as /dev/sev does, for any program that opens it. The file is a FUSE file
 * system of its own, mounted on an ordinary file: the kernel brings each ioctl to a thread of this
 * process, and the parameters that a command points to are read and written in the memory of the
 * program that asks.
 *
 * <p>It is for other processes. A thread of this one that waits for an answer when the process is
 * killed keeps it from ending, unless the thread has a table of descriptors of its own; and the
 * thread that serves the file must never touch it.
 */
public final class FuseDevice implements AutoCloseable {
  private static final String TYPE = "fuse";
  private static final String SOURCE = "sealift";

  private static final long MOUNT_FLAGS =
      LinuxMounts.MS_NOSUID | LinuxMounts.MS_NODEV | LinuxMounts.MS_NOEXEC;

  /** What Linux answers for a FUSE file system without a server (asm-generic/errno.h). */
  private static final Errno ENOTCONN = new Errno(107);

  /** The same for a question that was asked while there was one. */
  private static final Errno ECONNABORTED = new Errno(103);

  private final Linux linux;
  private final Path file;
  private final boolean created;
  private final ServiceThread service;

  private FuseDevice(Linux linux, Path file, boolean created, ServiceThread service) {
    this.linux = linux;
    this.file = file;
    this.created = created;
    this.service = service;
  }

  /**
   * Mounts the device, where the calling thread sees mounts.
   *
   * @param file what it covers: an ordinary file, which is made if there is none and then removed
   *     at the end
   * @param device who answers
   * @throws InterposeException if it cannot be mounted; then nothing is left behind
   */
  public static FuseDevice mount(Path file, SevDevice device) throws InterposeException {
    return mount(Linux.open(), file, device);
  }

  static FuseDevice mount(Linux linux, Path file, SevDevice device) throws InterposeException {
    boolean created = touch(file);
    boolean mounted = false;
    ServiceThread service = null;
    try {
      service = ServiceThread.start("sealift-fuse", linux);
      FuseConversation conversation = new FuseConversation(linux, new ForeignCalls(device));
      service.serve(connect(linux, file), conversation);
      mounted = true;
      return new FuseDevice(linux, file, created, service);
    } finally {
      if (!mounted) {
        if (service != null) {
          service.close();
        }
        if (created) {
          remove(file);
        }
      }
    }
  }

  /** Mounts; the descriptor by which the kernel asks. */
  private static int connect(Linux linux, Path file) throws InterposeException {
    int flags = OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC;
    int fd = InterposeException.require(linux.calls().open("/dev/fuse", flags), "open /dev/fuse");
    boolean mounted = false;
    try {
      // The root of the file system is itself a regular file. Its mode is checked by the kernel.
      String options =
          "fd=%d,rootmode=100000,user_id=0,group_id=0,allow_other,default_permissions"
              .formatted(fd);
      InterposeException.require(
          linux.mounts().mount(SOURCE, file.toString(), TYPE, MOUNT_FLAGS, options),
          "mount FUSE on " + file);
      mounted = true;
      return fd;
    } finally {
      if (!mounted) {
        linux.calls().close(fd);
      }
    }
  }

  /** False if the file was there. */
  private static boolean touch(Path file) throws InterposeException {
    try {
      Files.createFile(file);
      return true;
    } catch (FileAlreadyExistsException there) {
      return false;
    } catch (IOException refused) {
      throw new InterposeException("The file " + file + " cannot be made.", refused);
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  /**
   * Takes away what is left of a device whose process was killed: the mount that nobody serves, and
   * the file that was made for it. A device that is served stays.
   *
   * @param file what it covers, without links in its path
   * @param created whether the file was made for it
   */
  public static void removeDead(Path file, boolean created) throws InterposeException {
    Linux linux = Linux.open();
    while (isOurs(file) && isDead(linux, file)) {
      InterposeException.require(
          linux.mounts().unmount(file.toString(), LinuxMounts.MNT_DETACH), "unmount " + file);
    }
    if (created && !MountTable.isMounted(file) && isEmpty(file)) {
      remove(file);
    }
  }

  private static boolean isEmpty(Path file) {
    try {
      return Files.isRegularFile(file) && Files.size(file) == 0;
    } catch (IOException gone) {
      return false;
    }
  }

  private static boolean isOurs(Path file) {
    return MountTable.top(file)
        .filter(top -> top.type().equals(TYPE) && top.source().equals(SOURCE))
        .isPresent();
  }

  private static boolean isDead(Linux linux, Path file) {
    int fd = linux.calls().open(file.toString(), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC);
    if (fd >= 0) {
      linux.calls().close(fd);
    }
    return fd == ENOTCONN.negated() || fd == ECONNABORTED.negated();
  }

  /** Where the device is. */
  public Path file() {
    return file;
  }

  /**
   * Unmounts, on a thread that sees the mount. Programs that have the file open get ENOTCONN from
   * here on, those inside a call get its answer or ECONNABORTED.
   */
  @Override
  public void close() {
    unmount();
    stop();
  }

  /** Waits until somebody else has unmounted it and nobody has it open, or this is closed. */
  public void awaitEnd() {
    service.awaitEnd();
  }

  /** The first half of {@link #close}, on a thread that sees the mount. */
  void unmount() {
    // Somebody else may have done it before.
    if (isOurs(file)) {
      linux.mounts().unmount(file.toString(), LinuxMounts.MNT_DETACH);
    }
  }

  /** The second half, on any thread that has the process's descriptors. */
  void stop() {
    service.close();
    if (created) {
      remove(file);
    }
  }
}
