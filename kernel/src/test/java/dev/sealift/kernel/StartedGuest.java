package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.SevCommand;
import java.lang.foreign.MemorySegment;

/**
 * A guest of a {@link TestHost} that the firmware knows, and the descriptor it was started with.
 */
record StartedGuest(TestHost host, int vm, int sevFd) {

  static StartedGuest launched(TestHost host) {
    int vm = host.sevVm();
    int sevFd = host.openSev(OpenFlags.O_RDWR);
    MemorySegment start = host.struct(40, new KvmSevLaunchStart(0, 1, 0, 0, 0, 0)::write);
    assertThat(host.op(vm, SevCommand.LAUNCH_START, start, sevFd).result()).isZero();
    return new StartedGuest(host, vm, sevFd);
  }
}
