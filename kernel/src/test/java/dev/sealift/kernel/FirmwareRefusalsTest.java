package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.AttestationBuffer;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.KvmSevDbg;
import dev.sealift.abi.sev.KvmSevInit;
import dev.sealift.abi.sev.KvmSevLaunchSecret;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What the firmware refuses")
class FirmwareRefusalsTest {
  private static final Outcome REFUSED =
      new Outcome(Errno.EIO.negated(), FirmwareStatus.POLICY_FAILURE.code());

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host;
  private final StartedGuest guest;
  private final MemorySegment page;

  FirmwareRefusalsTest() {
    processor.minimumSevAsid = 4;
    host = TestHost.of(processor, KernelSettings.DEFAULT.with(KernelProfile.EXTENDED));
    guest = StartedGuest.launched(host);
    page = host.map(4096);
  }

  private void refuse(PspCommand command) {
    processor.refuse(command, FirmwareStatus.POLICY_FAILURE);
  }

  @ParameterizedTest
  @EnumSource(names = {"LAUNCH_FINISH", "SEND_FINISH", "SEND_CANCEL", "RECEIVE_FINISH"})
  void aStepIsAnErrorWithTheFirmwaresStatus(SevCommand command) {
    refuse(PspCommand.valueOf(command.name()));

    assertThat(host.op(guest.vm(), command)).isEqualTo(REFUSED);
  }

  @Test
  void aSecretIsAnErrorWithTheFirmwaresStatus() {
    refuse(PspCommand.LAUNCH_SECRET);
    long address = page.address();
    MemorySegment struct =
        host.struct(48, new KvmSevLaunchSecret(address, 52, address, 16, address, 16)::write);

    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_SECRET, struct)).isEqualTo(REFUSED);
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA"})
  void aVmsaIsAnErrorWithTheFirmwaresStatus(SevCommand command) {
    int vm = host.createVm();
    assertThat(host.op(vm, SevCommand.ES_INIT).result()).isZero();
    assertThat(host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0)).isNotNegative();
    MemorySegment start = host.struct(40, new KvmSevLaunchStart(0, 5, 0, 0, 0, 0)::write);
    host.op(vm, SevCommand.LAUNCH_START, start, guest.sevFd());
    if (command == SevCommand.SEND_UPDATE_VMSA) {
      assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA).result()).isZero();
    }
    refuse(PspCommand.valueOf(command.name()));
    long parts = page.address();
    MemorySegment struct = host.struct(40, new KvmSevUpdateVmsa(0, parts, 52, parts, 4096)::write);

    assertThat(host.op(vm, command, struct)).isEqualTo(REFUSED);
  }

  @ParameterizedTest
  @ValueSource(longs = {16, 15})
  void aDebuggersWriteIsAnErrorWithTheFirmwaresStatus(long length) {
    refuse(PspCommand.DBG_ENCRYPT);
    MemorySegment struct =
        host.struct(24, new KvmSevDbg(page.address(), page.address() + 16, length)::write);

    assertThat(host.op(guest.vm(), SevCommand.DBG_ENCRYPT, struct)).isEqualTo(REFUSED);
  }

  @Test
  void aDebuggersWriteOfPartOfABlockAlreadyFailsWhereItCannotBeRead() {
    refuse(PspCommand.DBG_DECRYPT);
    MemorySegment struct =
        host.struct(24, new KvmSevDbg(page.address(), page.address() + 17, 4)::write);
    processor.forget();

    assertThat(host.op(guest.vm(), SevCommand.DBG_ENCRYPT, struct)).isEqualTo(REFUSED);
    assertThat(processor.log).containsExactly("DBG_DECRYPT");
  }

  @ParameterizedTest
  @EnumSource(names = {"INIT", "DF_FLUSH"})
  void aPlatformThatDoesNotComeUpMakesNoSevGuest(PspCommand command) {
    ScriptedProcessor broken = new ScriptedProcessor();
    broken.minimumSevAsid = 4;
    broken.refuse(command, FirmwareStatus.POLICY_FAILURE);

    TestHost first = TestHost.of(broken);
    assertThat(first.op(first.createVm(), SevCommand.INIT)).isEqualTo(REFUSED);
    TestHost second = TestHost.of(broken);
    assertThat(second.op(second.createVm(), SevCommand.ES_INIT)).isEqualTo(REFUSED);
    TestHost third = TestHost.of(broken);
    int vm = third.createVm(SevVirtualMachine.TYPE_SEV_ES);
    MemorySegment parameters = third.struct(48, new KvmSevInit(0, 0, 0)::write);
    assertThat(third.op(vm, SevCommand.INIT2, parameters)).isEqualTo(REFUSED);
    assertThat(third.vms.at(vm).isSevGuest()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"PLATFORM_STATUS", "SHUTDOWN", "PLATFORM_RESET"})
  void aFactoryResetEndsAtTheFirstStepThatFails(PspCommand step) {
    processor.platformState = 1;
    TestHost up = TestHost.of(processor);
    int device = up.openSev(OpenFlags.O_RDWR);
    refuse(step);
    processor.forget();

    assertThat(up.issue(device, SevDeviceCommand.FACTORY_RESET, 0)).isEqualTo(REFUSED);

    assertThat(processor.log).last().isEqualTo(step.name());
  }

  /** A second start of a guest, which the firmware refuses to bind, and what it leaves. */
  private void anotherStartFails() {
    refuse(PspCommand.ACTIVATE);
    MemorySegment start = host.struct(40, new KvmSevLaunchStart(0, 1, 0, 0, 0, 0)::write);
    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_START, start, guest.sevFd()))
        .isEqualTo(REFUSED);
  }

  @ParameterizedTest
  @EnumSource(names = {"LAUNCH_FINISH", "SEND_FINISH", "SEND_CANCEL", "RECEIVE_FINISH"})
  void aSecondStartLeavesTheGuestTheOneThatItWas(SevCommand command) {
    anotherStartFails();

    assertThat(host.op(guest.vm(), command)).isEqualTo(new Outcome(0, 0));

    assertThat(HandleBuffer.read(processor.last().buffer()).handle())
        .isEqualTo(ScriptedProcessor.FIRST_HANDLE);
  }

  @Test
  void aQueryForAReportShowsNothingOfAnEarlierCommand() {
    anotherStartFails();
    MemorySegment struct =
        host.struct(32, new KvmSevAttestationReport(new byte[16], page.address(), 0)::write);

    host.op(guest.vm(), SevCommand.GET_ATTESTATION_REPORT, struct);

    AttestationBuffer in = AttestationBuffer.read(processor.last().buffer());
    assertThat(in.handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
    assertThat(in.address()).isZero();
    assertThat(in.len()).isZero();
    assertThat(in.mnonce()).containsOnly(0);
  }

  @Test
  void aQueryForLengthsShowsNothingOfAnEarlierCommand() {
    anotherStartFails();
    MemorySegment struct = host.struct(48, _ -> {});

    host.op(guest.vm(), SevCommand.SEND_UPDATE_DATA, struct);

    assertThat(processor.last().packet())
        .isEqualTo(new PacketBuffer(ScriptedProcessor.FIRST_HANDLE, 0, 0, 0, 0, 0, 0));
  }
}
