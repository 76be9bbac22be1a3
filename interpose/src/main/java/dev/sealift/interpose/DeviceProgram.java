package dev.sealift.interpose;

import dev.sealift.kernel.SevDevice;
import java.nio.file.Path;
import java.util.List;

/**
 * A program, and all that it starts, that sees a /dev/sev which FUSE serves. Nobody else on the
 * machine sees it. It begins without a program: first the device is made, then the program is
 * started.
 */
public final class DeviceProgram implements ClientProgram {
  private final OwnThread thread;
  private final FuseDevice device;
  private final ChildProgram child;
  private boolean closed;

  private DeviceProgram(OwnThread thread, FuseDevice device, ChildProgram child) {
    this.thread = thread;
    this.device = device;
    this.child = child;
  }

  /**
   * Makes everything ready for a program.
   *
   * @param device who answers
   * @throws InterposeException if this machine or its permissions do not have a mount namespace or
   *     FUSE; then nothing is left behind
   */
  public static DeviceProgram prepare(SevDevice device) throws InterposeException {
    Linux linux = Linux.open();
    OwnThread thread = OwnThread.start("sealift-program");
    boolean ready = false;
    try {
      FuseDevice mounted =
          thread.run(() -> FuseDevice.mount(linux, PrivateDevices.mount(linux), device));
      ready = true;
      return new DeviceProgram(thread, mounted, new ChildProgram(linux, thread));
    } finally {
      if (!ready) {
        thread.close();
      }
    }
  }

  /** What the program opens. */
  public Path device() {
    return device.file();
  }

  /**
   * Starts the program, once, with this process's input, output, errors and environment.
   *
   * @param command the program, which is looked for in PATH, and its arguments
   * @throws InterposeException if it cannot be started
   */
  @Override
  public synchronized void start(List<String> command) throws InterposeException {
    if (closed) {
      throw new InterposeException("The device has gone before the program began.");
    }
    child.start(command);
  }

  /** The program's process id. */
  public int pid() {
    return child.pid();
  }

  /**
   * Sends the program a signal, if it runs; one that is being started gets it afterwards.
   *
   * @param number of the signal
   * @return false if it does not run
   */
  @Override
  public boolean signal(int number) {
    return child.signal(number);
  }

  /**
   * Waits until the program has ended.
   *
   * @return its exit code, or 128 and the number of the signal that killed it
   */
  @Override
  public int await() throws InterposeException {
    return child.await();
  }

  /** Takes the device away: what still runs finds it gone. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    thread.run(device::unmount);
    thread.close();
    device.stop();
  }
}
