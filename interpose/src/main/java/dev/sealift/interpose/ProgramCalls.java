package dev.sealift.interpose;

import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.kernel.ForeignVirtualMachine;
import dev.sealift.kernel.SoftwareMachine;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * The SEV ioctls of a program and of all that it starts: SEV_ISSUE_CMD on /dev/sev, and the three
 * of a VM's descriptor. What has the same number on another file is not meant, and the kernel
 * answers.
 */
final class ProgramCalls implements StoppedCall.Answerer {
  /** The ioctls that are stopped. */
  static final int[] REQUESTS = {
    SevIoctl.ISSUE_CMD,
    KvmIoctl.MEMORY_ENCRYPT_OP,
    KvmIoctl.MEMORY_ENCRYPT_REG_REGION,
    KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION
  };

  /** How soon a VM ends that was closed: nothing tells of it, so it is looked for. */
  static final int LOOK_AGAIN_MILLIS = 200;

  private final Linux linux;
  private final ForeignFiles files;
  private final ForeignCalls device;
  private final String deviceName;
  private final SevCallObserver observer;
  private final boolean observed;
  private final SupervisedVms vms;
  private long lookedAt;

  /** A VM whose SEV is the machine's. */
  private record SoftwareVm(ForeignVirtualMachine vm) implements SupervisedVms.Vm {

    @Override
    public int ioctl(int request, long argument) {
      return vm.ioctl(request, argument);
    }

    @Override
    public void close() {
      vm.close();
    }
  }

  /** Tells the observer of a VM's calls. */
  private final class ObservedVms implements SupervisedVms.Watch {

    @Override
    public int call(SupervisedProcess process, int vm, StoppedCall call, IntSupplier answer) {
      return observed(process.pid(), vm, true, call, answer);
    }

    @Override
    public void ended(int vm) {
      observer.vmEnded(vm);
    }
  }

  /**
   * @param machine who answers
   * @param deviceName the name of /dev/sev where the program sees it
   * @param observer is told of every call that is meant
   */
  ProgramCalls(Linux linux, SoftwareMachine machine, String deviceName, SevCallObserver observer) {
    this.linux = linux;
    this.files = new ForeignFiles(linux);
    this.device = new ForeignCalls(machine.device());
    this.deviceName = deviceName;
    this.observer = observer;
    this.observed = !observer.equals(SevCallObserver.NONE);
    this.vms =
        new SupervisedVms(
            linux, process -> new SoftwareVm(machine.foreignVm(process)), new ObservedVms());
  }

  @Override
  public int answer(StoppedCall call) {
    if (System.nanoTime() - lookedAt > TimeUnit.MILLISECONDS.toNanos(LOOK_AGAIN_MILLIS)) {
      idle();
    }
    String name = ForeignFiles.name(call.thread(), call.fd());
    if (call.request() == SevIoctl.ISSUE_CMD) {
      return name.equals(deviceName) ? onDevice(call) : PASS;
    }
    return name.equals(SupervisedVms.NAME) ? onVm(call) : PASS;
  }

  private int onDevice(StoppedCall call) {
    int flags = files.flags(call.thread(), call.fd());
    if (flags < 0) {
      return PASS;
    }
    boolean writable = OpenFlags.isWritable(flags);
    int pid = observed ? files.process(call.thread()) : 0;
    return observed(
        pid,
        SevCall.DEVICE,
        writable,
        call,
        () ->
            device.ioctl(
                new NotifierMemory(new ProcessMemory(linux.memory(), call.thread()), call.waits()),
                writable,
                call.request(),
                call.argument()));
  }

  private int onVm(StoppedCall call) {
    int pid = files.process(call.thread());
    if (pid < 0) {
      return PASS;
    }
    return vms.ioctl(new SupervisedProcess(linux, pid, deviceName), call);
  }

  private int observed(int pid, int vm, boolean writable, StoppedCall call, IntSupplier answer) {
    if (!observed || pid <= 0) {
      return answer.getAsInt();
    }
    SupervisedProcess caller = new SupervisedProcess(linux, pid, deviceName);
    caller.calls(call);
    SevCallObserver.Ending ending =
        observer.begins(new SevCall(pid, vm, writable, call.request(), call.argument(), caller));
    long start = System.nanoTime();
    int result = answer.getAsInt();
    ending.ends(new SevCallObserver.Outcome(result, true, System.nanoTime() - start));
    return result;
  }

  @Override
  public int patienceMillis() {
    return vms.isEmpty() ? -1 : LOOK_AGAIN_MILLIS;
  }

  @Override
  public void idle() {
    vms.endClosed();
    lookedAt = System.nanoTime();
  }

  @Override
  public void end() {
    vms.close();
  }
}
