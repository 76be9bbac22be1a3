package dev.sealift.interpose;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.kernel.SevDevice;

/** SEV_ISSUE_CMD of supervised threads, whatever file they have open. */
final class DeviceCalls implements StoppedCall.Answerer {
  private final Linux linux;
  private final ForeignFiles files;
  private final ForeignCalls calls;

  DeviceCalls(Linux linux, SevDevice device) {
    this.linux = linux;
    this.files = new ForeignFiles(linux);
    this.calls = new ForeignCalls(device);
  }

  @Override
  public int answer(StoppedCall call) {
    int flags = files.flags(call.thread(), call.fd());
    if (flags < 0) {
      return Errno.EBADF.negated();
    }
    return calls.ioctl(
        new NotifierMemory(new ProcessMemory(linux.memory(), call.thread()), call.waits()),
        OpenFlags.isWritable(flags),
        call.request(),
        call.argument());
  }
}
