package dev.sealift.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.TestRoot;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.vmm.Host;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The trial of a Secure Processor")
class ProcessorTrialTest {

  private static HostMachine machine() throws Exception {
    return HostMachine.powerUp(HostKind.MODEL, KernelProfile.MAINLINE, TestRoot.root());
  }

  @Test
  @DisplayName("sends a guest to itself and receives it, and tells every answer of that")
  void wholeLoop() throws Exception {
    try (HostMachine machine = machine();
        HostMachine other = machine()) {
      List<TrialStep> steps = ProcessorTrial.on(machine.host());

      assertThat(steps)
          .contains(
              new TrialStep("LAUNCH_UPDATE_DATA too early", "EBADF"),
              new TrialStep("a page in memory", "other content"),
              new TrialStep("SEND_START too early", "EIO, INVALID_GUEST_STATE (0x2)"),
              new TrialStep(
                  "SEND_START, asked for its length", "EIO, INVALID_LEN (0x4); session_len 128"),
              new TrialStep("SEND_UPDATE_DATA of 104 bytes", "EIO, INVALID_LEN (0x4)"),
              new TrialStep("the packet's header", "flags 0, IV 16 bytes, MAC 32 bytes"),
              new TrialStep("the packet's data", "other content"),
              new TrialStep("two packets' IVs", "different"),
              new TrialStep("RECEIVE_START of a changed session", "EIO, BAD_MEASUREMENT (0xb)"),
              new TrialStep(
                  "RECEIVE_UPDATE_DATA of a changed packet", "EIO, BAD_MEASUREMENT (0xb)"),
              new TrialStep("DBG_DECRYPT", "done; the content as it was"),
              new TrialStep("RECEIVE_FINISH", "done"),
              new TrialStep("GUEST_STATUS", "done; state SENT, policy 0x0"),
              new TrialStep("SEND_UPDATE_DATA too late", "EIO, INVALID_GUEST_STATE (0x2)"));
      TrialReport report = TrialReport.of(steps, ProcessorTrial.on(other.host()));
      assertThat(report.same()).isTrue();
      assertThat(report.page()).contains("THE SAME: all " + steps.size() + " answers");
    }
  }

  /** A machine whose kernel never pins memory. */
  private record Unpinning(SystemCalls below) implements SystemCalls {
    @Override
    public int open(String path, int flags) {
      return below.open(path, flags);
    }

    @Override
    public int close(int fd) {
      return below.close(fd);
    }

    @Override
    public int ioctl(int fd, int request, long argument) {
      int result = below.ioctl(fd, request, argument);
      return request == KvmIoctl.MEMORY_ENCRYPT_REG_REGION ? Errno.ENOMEM.negated() : result;
    }

    @Override
    public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
      return below.mmap(length, protection, flags, fd, offset);
    }

    @Override
    public int munmap(MemorySegment mapping) {
      return below.munmap(mapping);
    }
  }

  @Test
  @DisplayName("reports an answer that is not the software's")
  void otherAnswer() throws Exception {
    try (HostMachine machine = machine();
        HostMachine other = machine()) {
      Host strange = new Host(new Unpinning(machine.host().calls()), machine.host().signals());

      TrialReport report =
          TrialReport.of(ProcessorTrial.on(strange), ProcessorTrial.on(other.host()));

      assertThat(report.same()).isFalse();
      assertThat(report.steps())
          .filteredOn(step -> step.software() != null)
          .allSatisfy(step -> assertThat(step.step()).isEqualTo("KVM_MEMORY_ENCRYPT_REG_REGION"))
          .allSatisfy(step -> assertThat(step.answer()).isEqualTo("ENOMEM"))
          .allSatisfy(step -> assertThat(step.software()).isEqualTo("done"))
          .hasSize(2);
      assertThat(report.page()).contains("DIFFERENT: 2 of");
    }
  }
}
