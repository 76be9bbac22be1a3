package dev.sealift.interpose;

import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.linux.LinuxTracing;
import java.nio.file.Path;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The SEV ioctls of a program on a machine that has SEV: the real kernel answers, and this looks
 * on. A supervisor does not see what the kernel answers to a call that it lets continue, so the
 * calling thread is traced for the time of the one call: it stops when the call has returned, and
 * its result and memory are read then.
 */
final class WatchedCalls implements StoppedCall.Answerer {
  /** The real device. */
  static final Path DEVICE = Path.of("/dev/sev");

  private final Linux linux;
  private final ForeignFiles files;
  private final SevCallObserver observer;
  private final SupervisedVms vms;
  private @Nullable Watch watch;

  /** A call under way. */
  private record Watch(
      SupervisedProcess caller,
      boolean traced,
      boolean bury,
      SevCallObserver.Ending ending,
      long start) {}

  /** A VM whose SEV is the real kernel's. */
  private record RealVm() implements SupervisedVms.Vm {

    @Override
    public int ioctl(int request, long argument) {
      return PASS;
    }

    @Override
    public void close() {
      // The real kernel ends it.
    }
  }

  /** Begins to watch a VM's calls. */
  private final class WatchedVms implements SupervisedVms.Watch {

    @Override
    public int call(SupervisedProcess process, int vm, StoppedCall call, IntSupplier answer) {
      begin(process, vm, call);
      return PASS;
    }

    @Override
    public void ended(int vm) {
      observer.vmEnded(vm);
    }
  }

  WatchedCalls(Linux linux, SevCallObserver observer) {
    this.linux = linux;
    this.files = new ForeignFiles(linux);
    this.observer = observer;
    this.vms = new SupervisedVms(linux, _ -> new RealVm(), new WatchedVms());
  }

  @Override
  public int answer(StoppedCall call) {
    watch = null;
    String name = ForeignFiles.name(call.thread(), call.fd());
    boolean onDevice = call.request() == SevIoctl.ISSUE_CMD;
    int pid = files.process(call.thread());
    if (pid < 0 || !name.equals(onDevice ? DEVICE.toString() : SupervisedVms.NAME)) {
      return PASS;
    }
    SupervisedProcess caller = new SupervisedProcess(linux, pid, DEVICE.toString());
    if (onDevice) {
      begin(caller, SevCall.DEVICE, call);
    } else {
      vms.ioctl(caller, call);
    }
    return PASS;
  }

  private void begin(SupervisedProcess caller, int vm, StoppedCall call) {
    int flags = files.flags(call.thread(), call.fd());
    if (flags < 0) {
      return;
    }
    caller.calls(call);
    SevCallObserver.Ending ending =
        observer.begins(
            new SevCall(
                caller.pid(),
                vm,
                OpenFlags.isWritable(flags),
                call.request(),
                call.argument(),
                caller));
    boolean traced = linux.tracing().stopAfterCall(call.thread()) == 0;
    watch = new Watch(caller, traced, isBuried(call, caller), ending, System.nanoTime());
  }

  /** The end of the program itself is what this process waits for; others have the tracer's. */
  private boolean isBuried(StoppedCall call, SupervisedProcess caller) {
    return call.thread() != caller.pid()
        || files.parent(caller.pid()) != ProcessHandle.current().pid();
  }

  @Override
  public void passed(StoppedCall call) {
    Watch watched = watch;
    watch = null;
    if (watched == null) {
      return;
    }
    LinuxTracing.Stop stop =
        watched.traced() ? linux.tracing().await(call.thread(), watched.bury()) : null;
    long nanos = System.nanoTime() - watched.start();
    if (stop == null) {
      watched.ending().ends(new SevCallObserver.Outcome(0, false, nanos));
      return;
    }
    try {
      // It stands still: its memory is what the call has left.
      watched.caller().stands();
      int result = (int) linux.tracing().result(call.thread());
      watched.ending().ends(new SevCallObserver.Outcome(result, true, nanos));
    } finally {
      linux.tracing().release(call.thread(), stop, watched.bury());
    }
  }

  @Override
  public int patienceMillis() {
    return vms.isEmpty() ? -1 : ProgramCalls.LOOK_AGAIN_MILLIS;
  }

  @Override
  public void idle() {
    vms.endClosed();
  }

  @Override
  public void end() {
    vms.close();
  }
}
