package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.svm.SaveArea;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A guest with SEV-ES")
class SevEsGuestTest {
  private static final int POLICY = 0x0017_0025;

  private final PaperKernel kernel = new PaperKernel();
  private SevPlatform platform;
  private VirtualMachine machine;

  @BeforeEach
  void create() throws Exception {
    platform = SevPlatform.open(kernel.host());
    machine = VirtualMachine.createEncrypted(kernel.host(), platform, SevMode.of(POLICY), 1 << 20);
    kernel.guestIs(GuestState.RUNNING, POLICY);
  }

  @AfterEach
  void close() {
    machine.close();
    platform.close();
    assertThat(kernel.open).isEmpty();
    assertThat(kernel.mapped).isEmpty();
  }

  private static byte[] bytes(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private SendSession sendSession() throws VmmException {
    kernel.guestCommands.put(
        SevCommand.SEND_START,
        params -> {
          KvmSevSendStart start = KvmSevSendStart.read(params);
          if (start.sessionLen() == 128) {
            return FirmwareStatus.SUCCESS;
          }
          params.set(ValueLayout.JAVA_INT, 64, 128);
          return FirmwareStatus.INVALID_LEN;
        });
    return machine.sev().sendStart(bytes(2084, 1), bytes(6252, 2), bytes(3200, 3));
  }

  @Test
  void isMadeByAnInitOfItsOwnBecauseItsPolicySaysSo() {
    assertThat(SevMode.of(POLICY)).isEqualTo(SevMode.SEV_ES);
    assertThat(SevMode.of(POLICY & ~4)).isEqualTo(SevMode.SEV);
    assertThat(kernel.calls).contains("KVM_SEV_ES_INIT").doesNotContain("KVM_SEV_INIT");
  }

  @Test
  void isRefusedInASentenceWhereRegistersCannotBeHidden() {
    int before = kernel.calls.indexOf("KVM_SEV_ES_INIT") - firstCallOfTheMachine();
    kernel.failingCall = kernel.calls.size() + before;
    kernel.failure = Errno.ENOTTY;

    assertThatThrownBy(
            () -> VirtualMachine.createEncrypted(kernel.host(), platform, SevMode.SEV_ES, 1 << 20))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("KVM_SEV_ES_INIT")
        .hasMessageContaining("launch the guest without ES or use a host with SEV-ES");
  }

  /** Before it only the platform was opened. */
  private int firstCallOfTheMachine() {
    return kernel.calls.indexOf("open /dev/sev") + 1;
  }

  @Test
  void hasItsRegistersMeasured() throws Exception {
    Launch launch = machine.sev().launchStart(POLICY, null, null);
    launch.updateData(0, 4096);
    launch.updateVmsa();
    launch.measure();

    assertThat(kernel.calls)
        .containsSubsequence(
            "KVM_SEV_LAUNCH_UPDATE_DATA", "KVM_SEV_LAUNCH_UPDATE_VMSA", "KVM_SEV_LAUNCH_MEASURE");
  }

  @Test
  void sendsItsRegistersAsAPacket() throws Exception {
    kernel.guestCommands.put(
        SevCommand.SEND_UPDATE_VMSA,
        params -> {
          KvmSevUpdateVmsa update = KvmSevUpdateVmsa.read(params);
          assertThat(update.vcpuId()).isZero();
          assertThat(update.hdrLen()).isEqualTo(52);
          assertThat(update.transLen()).isEqualTo(4096);
          kernel.memoryAt(update.hdrUaddr()).asSlice(0, 52).fill((byte) 5);
          kernel.memoryAt(update.transUaddr()).asSlice(0, 4096).fill((byte) 6);
          return FirmwareStatus.SUCCESS;
        });

    VmsaPacket packet = sendSession().updateVmsa(0);

    assertThat(packet.header()).isEqualTo(bytes(52, 5));
    assertThat(packet.ciphertext()).isEqualTo(bytes(4096, 6));
  }

  @Test
  void receivesItsRegistersAsAPacket() throws Exception {
    kernel.guestCommands.put(
        SevCommand.RECEIVE_UPDATE_VMSA,
        params -> {
          KvmSevUpdateVmsa update = KvmSevUpdateVmsa.read(params);
          assertThat(
                  kernel
                      .memoryAt(update.hdrUaddr())
                      .asSlice(0, update.hdrLen())
                      .toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(bytes(52, 5));
          assertThat(
                  kernel
                      .memoryAt(update.transUaddr())
                      .asSlice(0, update.transLen())
                      .toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(bytes(4096, 6));
          return FirmwareStatus.BAD_MEASUREMENT;
        });
    ReceiveSession session = machine.sev().receiveStart(POLICY, bytes(2084, 1), bytes(128, 2));

    assertThatThrownBy(() -> session.updateVmsa(0, new VmsaPacket(bytes(52, 5), bytes(4096, 6))))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("the registers of vCPU 0")
        .extracting(refused -> ((VmmException) refused).status())
        .isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
  }

  @Test
  void asksTheKernelWhetherItSealsRegisters() throws Exception {
    assertThat(machine.sev().offersVmsaPackets()).as("mainline").isFalse();
    kernel.guestCommands.put(SevCommand.SEND_UPDATE_VMSA, params -> FirmwareStatus.SUCCESS);
    assertThat(machine.sev().offersVmsaPackets()).as("half of it").isFalse();
    kernel.guestCommands.put(SevCommand.RECEIVE_UPDATE_VMSA, params -> FirmwareStatus.SUCCESS);
    assertThat(machine.sev().offersVmsaPackets()).as("extended").isTrue();
  }

  @Test
  void hasAPacketOfOneSizeOnly() {
    assertThatThrownBy(() -> new VmsaPacket(new byte[51], new byte[4096]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("51");
    assertThatThrownBy(() -> new VmsaPacket(new byte[52], new byte[4095]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4095");
  }

  @Test
  void leavesToTheVmmOnlyWhatIsBesideItsRegisters() throws Exception {
    kernel.calls.clear();

    VcpuState state = machine.vcpu().saveBesideRegisters();
    machine.vcpu().restore(state);

    assertThat(state.hasRegisters()).isFalse();
    assertThat(kernel.calls)
        .contains(
            "ioctl 0x%x".formatted(KvmIoctl.GET_VCPU_EVENTS),
            "ioctl 0x%x".formatted(KvmIoctl.SET_MP_STATE))
        .doesNotContain(
            "ioctl 0x%x".formatted(KvmIoctl.GET_SREGS),
            "ioctl 0x%x".formatted(KvmIoctl.GET_XSAVE),
            "ioctl 0x%x".formatted(KvmIoctl.SET_SREGS));
  }

  @Test
  void hasFirstRegistersThatItsOwnerKnows() {
    Plan plan = new Plan(8 << 20, 64);

    MemorySegment vmsa = MemorySegment.ofArray(PseudoRandomWriter.vmsa(plan));

    assertThat(vmsa.byteSize()).isEqualTo(4096);
    assertThat(SaveArea.R14.get(vmsa)).isEqualTo(plan.memoryBytes());
    assertThat(SaveArea.CR3.get(vmsa)).as("page tables").isNotZero();
    assertThat(SaveArea.EFER.get(vmsa) & 0x500).as("long mode").isEqualTo(0x500);
  }
}
