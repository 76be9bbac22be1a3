package dev.sealift.interpose;

import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.kernel.SevDevice;
import dev.sealift.linux.LinuxMounts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A thread of this process that has /dev/sev as another program would: its system calls go to Linux
 * and come back through one of Linux's own paths. Neither the rest of the process nor of the
 * machine sees anything of it.
 */
public final class ClientThread implements AutoCloseable {

  /**
   * What the thread has.
   *
   * @param path what it opens
   * @param leave what the thread does last
   * @param end what is done after it
   */
  private record Device(String path, Runnable leave, Runnable end) {}

  private static final String NULL_DEVICE = "/dev/null";

  /** A file that every Java has: what this thread mounts on it, nobody else sees. */
  private static final Path SOME_FILE = Path.of(System.getProperty("java.home"), "release");

  /** Input, output and errors. */
  private static final int STANDARD_DESCRIPTORS = 3;

  private final Linux linux;
  private final OwnThread thread;
  private final Device device;

  private ClientThread(Linux linux, OwnThread thread, Device device) {
    this.linux = linux;
    this.thread = thread;
    this.device = device;
  }

  /**
   * A client of a file that FUSE serves, which is mounted where only this thread sees it.
   *
   * <p>The thread gives up most of the process's descriptors. Otherwise a process that is killed
   * while the thread waits for an answer would stay for ever: the thread keeps open the descriptor
   * by which FUSE would learn that nobody is left to answer.
   *
   * @param device who answers
   * @throws InterposeException if this machine or its permissions do not have it
   */
  public static ClientThread throughFuse(SevDevice device) throws InterposeException {
    Linux linux = Linux.open();
    return start(linux, () -> mountInPrivate(linux, device));
  }

  /**
   * A client whose ioctl is stopped by a filter and answered by a supervisor.
   *
   * @param device who answers
   * @throws InterposeException if this machine or its permissions do not have it
   */
  public static ClientThread throughSeccomp(SevDevice device) throws InterposeException {
    Linux linux = Linux.open();
    SeccompSupervisor supervisor = SeccompSupervisor.start(linux, device);
    boolean supervised = false;
    try {
      ClientThread client = start(linux, () -> supervise(supervisor));
      supervised = true;
      return client;
    } finally {
      if (!supervised) {
        supervisor.close();
      }
    }
  }

  private static ClientThread start(Linux linux, OwnThread.Task<Device> device)
      throws InterposeException {
    OwnThread thread = OwnThread.start("sealift-client");
    boolean started = false;
    try {
      ClientThread client = new ClientThread(linux, thread, thread.run(device));
      started = true;
      return client;
    } finally {
      if (!started) {
        thread.close();
      }
    }
  }

  private static Device mountInPrivate(Linux linux, SevDevice device) throws InterposeException {
    hideMounts(linux);
    FuseDevice fuse = FuseDevice.mount(linux, SOME_FILE, device);
    boolean alone = false;
    try {
      rehearse(linux);
      shareNoDescriptors(linux);
      alone = true;
      return new Device(fuse.file().toString(), fuse::unmount, fuse::stop);
    } finally {
      if (!alone) {
        fuse.close();
      }
    }
  }

  /**
   * Gives the calling thread descriptors of its own: the standard ones, and the regular files from
   * which Java loads classes. Of pipes and sockets it must keep no copy, for then their other ends
   * would not see them closed; nor of FUSE's descriptor, which is a device.
   */
  private static void shareNoDescriptors(Linux linux) throws InterposeException {
    InterposeException.require(
        linux.descriptors().unshare(), "give a thread descriptors of its own");
    for (Path descriptor : descriptors()) {
      int fd = Integer.parseInt(String.valueOf(descriptor.getFileName()));
      if (fd >= STANDARD_DESCRIPTORS && !Files.isRegularFile(descriptor)) {
        linux.calls().close(fd);
      }
    }
  }

  /** Those of the calling thread, each a link to what is open there. */
  private static List<Path> descriptors() throws InterposeException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/thread-self/fd"))) {
      return descriptors.toList();
    } catch (IOException noProc) {
      throw new InterposeException("There is no /proc to list a thread's descriptors.", noProc);
    }
  }

  /** Makes Java load now what lies in files that it may open later. */
  private static void rehearse(Linux linux) {
    try {
      measure(linux, NULL_DEVICE, 1);
    } catch (InterposeException notTheDevice) {
      // As it must be: that path is loaded too.
    }
  }

  /** From here on what the calling thread mounts is seen by it alone, and by what it starts. */
  static void hideMounts(Linux linux) throws InterposeException {
    LinuxMounts mounts = linux.mounts();
    InterposeException.require(mounts.unshare(), "give a thread a mount namespace of its own");
    InterposeException.require(
        mounts.mount("none", "/", "none", LinuxMounts.MS_REC | LinuxMounts.MS_PRIVATE, ""),
        "keep the mounts of a thread private");
  }

  private static Device supervise(SeccompSupervisor supervisor) throws InterposeException {
    supervisor.superviseThisThread();
    return new Device(NULL_DEVICE, () -> {}, supervisor::close);
  }

  /** open(2) of the device. */
  public int open(int flags) throws InterposeException {
    return thread.run(() -> linux.calls().open(device.path(), flags));
  }

  /** close(2). */
  public int close(int fd) throws InterposeException {
    return thread.run(() -> linux.calls().close(fd));
  }

  /** ioctl(2); the argument is an address in this process. */
  public int ioctl(int fd, int request, long argument) throws InterposeException {
    return thread.run(() -> linux.calls().ioctl(fd, request, argument));
  }

  /**
   * What one PLATFORM_STATUS takes: nothing is cheaper, so this is the way there and back.
   *
   * @param calls how many are made, one after the other
   * @return microseconds a call
   */
  public double microsPerCall(int calls) throws InterposeException {
    return thread.run(() -> measure(linux, device.path(), calls));
  }

  private static double measure(Linux linux, String path, int calls) throws InterposeException {
    int fd =
        InterposeException.require(
            linux.calls().open(path, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC), "open " + path);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(PlatformStatusBuffer.LAYOUT.size(), Long.BYTES);
      MemorySegment command = arena.allocate(SevIssueCmd.LAYOUT.size(), Long.BYTES);
      new SevIssueCmd(SevDeviceCommand.PLATFORM_STATUS.id(), status.address(), 0).write(command);
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        InterposeException.require(
            linux.calls().ioctl(fd, SevIoctl.ISSUE_CMD, command.address()),
            "let PLATFORM_STATUS pass");
      }
      return (double) (System.nanoTime() - start) / TimeUnit.MICROSECONDS.toNanos(1) / calls;
    } finally {
      linux.calls().close(fd);
    }
  }

  /** Takes the device down; nothing of it is left. */
  @Override
  public void close() {
    try {
      thread.run(device.leave());
    } finally {
      thread.close();
      device.end().run();
    }
  }
}
