package dev.sealift.interpose;

import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.kernel.SoftwareMachine;
import java.util.concurrent.TimeUnit;

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
  private static final int LOOK_AGAIN_MILLIS = 200;

  private final Linux linux;
  private final ForeignFiles files;
  private final ForeignCalls device;
  private final String deviceName;
  private final SupervisedVms vms;
  private long lookedAt;

  /**
   * @param machine who answers
   * @param deviceName the name of /dev/sev where the program sees it
   */
  ProgramCalls(Linux linux, SoftwareMachine machine, String deviceName) {
    this.linux = linux;
    this.files = new ForeignFiles(linux);
    this.device = new ForeignCalls(machine.device());
    this.deviceName = deviceName;
    this.vms = new SupervisedVms(linux, machine::foreignVm);
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
    return device.ioctl(
        new NotifierMemory(new ProcessMemory(linux.memory(), call.thread()), call.waits()),
        OpenFlags.isWritable(flags),
        call.request(),
        call.argument());
  }

  private int onVm(StoppedCall call) {
    int pid = files.process(call.thread());
    if (pid < 0) {
      return PASS;
    }
    return vms.ioctl(new SupervisedProcess(linux, pid, deviceName), call);
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
