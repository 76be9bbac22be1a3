package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchSecret;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.SevCommand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A SEV guest")
class SevGuestTest {
  private static final int POLICY = 0x0017_0021;

  private final PaperKernel kernel = new PaperKernel();
  private SevPlatform platform;
  private VirtualMachine machine;
  private CallArena buffers;

  @BeforeEach
  void create() throws Exception {
    platform = SevPlatform.open(kernel.host());
    machine = VirtualMachine.createEncrypted(kernel.host(), platform, 1 << 20);
    buffers = CallArena.allocate(kernel.host(), 16384);
    kernel.guestIs(GuestState.RUNNING, POLICY);
  }

  @AfterEach
  void close() {
    buffers.close();
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

  private byte[] memory(long address, long length) {
    return kernel.memoryAt(address).asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void isLaunchedMeasuredAndFinished() throws Exception {
    kernel.guestCommands.put(
        SevCommand.LAUNCH_START,
        params -> {
          KvmSevLaunchStart start = KvmSevLaunchStart.read(params);
          assertThat(start.policy()).isEqualTo(POLICY);
          assertThat(start.handle()).isZero();
          assertThat(memory(start.dhUaddr(), start.dhLen())).isEqualTo(bytes(2084, 1));
          assertThat(memory(start.sessionUaddr(), start.sessionLen())).isEqualTo(bytes(128, 2));
          return FirmwareStatus.SUCCESS;
        });
    kernel.guestCommands.put(
        SevCommand.LAUNCH_UPDATE_DATA,
        params -> {
          KvmSevLaunchUpdateData update = KvmSevLaunchUpdateData.read(params);
          assertThat(update.uaddr()).isEqualTo(machine.memory().segment().address() + 0x3000);
          assertThat(update.len()).isEqualTo(0x5000);
          return FirmwareStatus.SUCCESS;
        });
    kernel.guestCommands.put(
        SevCommand.LAUNCH_MEASURE,
        params -> {
          KvmSevLaunchMeasure measure = KvmSevLaunchMeasure.read(params);
          assertThat(measure.len()).isEqualTo(48);
          kernel.memoryAt(measure.uaddr()).asSlice(0, 48).fill((byte) 9);
          return FirmwareStatus.SUCCESS;
        });
    kernel.guestCommands.put(
        SevCommand.LAUNCH_SECRET,
        params -> {
          KvmSevLaunchSecret secret = KvmSevLaunchSecret.read(params);
          assertThat(memory(secret.hdrUaddr(), secret.hdrLen())).isEqualTo(bytes(52, 3));
          assertThat(memory(secret.transUaddr(), secret.transLen())).isEqualTo(bytes(64, 4));
          assertThat(secret.guestLen()).isEqualTo(64);
          return FirmwareStatus.SUCCESS;
        });

    Launch launch = machine.sev().launchStart(POLICY, bytes(2084, 1), bytes(128, 2));
    launch.updateData(0x3000, 0x5000);
    Measured measured = launch.measure();
    measured.injectSecret(bytes(52, 3), bytes(64, 4), 0x8000);
    measured.finish();

    assertThat(measured.measurement()).isEqualTo(bytes(48, 9));
    assertThat(kernel.calls)
        .containsSubsequence(
            "KVM_SEV_INIT",
            "KVM_CREATE_VCPU",
            "KVM_SEV_LAUNCH_START",
            "KVM_SEV_LAUNCH_UPDATE_DATA",
            "KVM_SEV_LAUNCH_MEASURE",
            "KVM_SEV_LAUNCH_SECRET",
            "KVM_SEV_LAUNCH_FINISH");
  }

  @Test
  void isAttestedWithTheAskersNonce() throws Exception {
    kernel.guestCommands.put(
        SevCommand.GET_ATTESTATION_REPORT,
        params -> {
          KvmSevAttestationReport asked = KvmSevAttestationReport.read(params);
          assertThat(asked.mnonce()).isEqualTo(bytes(16, 7));
          kernel.memoryAt(asked.uaddr()).asSlice(0, 208).fill((byte) 5);
          new KvmSevAttestationReport(asked.mnonce(), asked.uaddr(), 208).write(params);
          return FirmwareStatus.SUCCESS;
        });

    assertThat(machine.sev().attestationReport(bytes(16, 7))).isEqualTo(bytes(208, 5));
  }

  @Test
  void canBeLaunchedWithoutAnOwnersSession() throws Exception {
    List<KvmSevLaunchStart> starts = new ArrayList<>();
    kernel.guestCommands.put(
        SevCommand.LAUNCH_START,
        params -> {
          starts.add(KvmSevLaunchStart.read(params));
          return FirmwareStatus.SUCCESS;
        });
    machine.sev().launchStart(POLICY, null, null);
    assertThat(starts).containsExactly(new KvmSevLaunchStart(0, POLICY, 0, 0, 0, 0));
  }

  @Test
  void asksHowLongTheSessionIsBeforeItIsSent() throws Exception {
    kernel.guestCommands.put(SevCommand.SEND_START, this::sendStart);

    SendSession session = machine.sev().sendStart(bytes(2084, 1), bytes(6252, 2), bytes(3200, 3));

    assertThat(session.session()).isEqualTo(bytes(128, 7));
    assertThat(session.policy()).isEqualTo(POLICY);
  }

  private FirmwareStatus sendStart(MemorySegment params) {
    KvmSevSendStart start = KvmSevSendStart.read(params);
    if (start.sessionLen() == 0) {
      new KvmSevSendStart(0, 0, 0, 0, 0, 0, 0, 0, 128).write(params);
      return FirmwareStatus.INVALID_LEN;
    }
    assertThat(memory(start.pdhCertUaddr(), start.pdhCertLen())).isEqualTo(bytes(2084, 1));
    assertThat(memory(start.platCertsUaddr(), start.platCertsLen())).isEqualTo(bytes(6252, 2));
    assertThat(memory(start.amdCertsUaddr(), start.amdCertsLen())).isEqualTo(bytes(3200, 3));
    kernel.memoryAt(start.sessionUaddr()).asSlice(0, start.sessionLen()).fill((byte) 7);
    new KvmSevSendStart(POLICY, 0, 0, 0, 0, 0, 0, start.sessionUaddr(), 128).write(params);
    return FirmwareStatus.SUCCESS;
  }

  @Test
  void givesItsPagesAwayAndTakesThemAsPackets() throws Exception {
    kernel.guestCommands.put(SevCommand.SEND_START, this::sendStart);
    SendSession sending = machine.sev().sendStart(bytes(2084, 1), bytes(6252, 2), bytes(3200, 3));
    ReceiveSession receiving = machine.sev().receiveStart(POLICY, bytes(2084, 1), bytes(128, 7));
    MemorySegment header = buffers.take(52);
    MemorySegment cipher = buffers.take(4096);
    long page = machine.memory().segment().address() + 0x6000;
    kernel.guestCommands.put(
        SevCommand.SEND_UPDATE_DATA,
        params -> {
          assertThat(KvmSevSendUpdateData.read(params))
              .isEqualTo(
                  new KvmSevSendUpdateData(
                      header.address(), 52, page, 4096, cipher.address(), 4096));
          return FirmwareStatus.SUCCESS;
        });
    kernel.guestCommands.put(
        SevCommand.RECEIVE_UPDATE_DATA,
        params -> {
          assertThat(KvmSevReceiveUpdateData.read(params))
              .isEqualTo(
                  new KvmSevReceiveUpdateData(
                      header.address(), 52, page, 4096, cipher.address(), 4096));
          return FirmwareStatus.SUCCESS;
        });

    sending.updateData(0x6000, header, cipher);
    receiving.updateData(0x6000, header, cipher);
    sending.cancel();
    sending.finish();
    receiving.finish();

    assertThat(kernel.calls)
        .endsWith(
            "KVM_SEV_SEND_UPDATE_DATA",
            "KVM_SEV_RECEIVE_UPDATE_DATA",
            "KVM_SEV_SEND_CANCEL",
            "KVM_SEV_SEND_FINISH",
            "KVM_SEV_RECEIVE_FINISH");
  }

  @Test
  void isReceivedUnderTheSendersPolicyAndSession() throws Exception {
    kernel.guestCommands.put(
        SevCommand.RECEIVE_START,
        params -> {
          KvmSevReceiveStart start = KvmSevReceiveStart.read(params);
          assertThat(start.policy()).isEqualTo(POLICY);
          assertThat(memory(start.pdhUaddr(), start.pdhLen())).isEqualTo(bytes(2084, 1));
          assertThat(memory(start.sessionUaddr(), start.sessionLen())).isEqualTo(bytes(128, 7));
          return FirmwareStatus.BAD_MEASUREMENT;
        });
    assertThatThrownBy(() -> machine.sev().receiveStart(POLICY, bytes(2084, 1), bytes(128, 7)))
        .hasMessage(
            "KVM_SEV_RECEIVE_START on the guest was refused by the firmware with BAD_MEASUREMENT"
                + " (0xb), a message authentication code does not hold: the data was changed, or"
                + " made under another key: throw away what was received and start a new session.");
  }

  @ParameterizedTest(name = "in state {0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "LUPDATE | LAUNCH_UPDATE_DATA and LAUNCH_MEASURE are legal",
        "LSECRET | LAUNCH_SECRET and LAUNCH_FINISH are legal",
        "RUNNING | SEND_START is legal",
        "SUPDATE | SEND_UPDATE_DATA, SEND_FINISH and SEND_CANCEL are legal",
        "RUPDATE | RECEIVE_UPDATE_DATA and RECEIVE_FINISH are legal",
        "SENT | nothing but ending it is legal"
      })
  void saysWhatWouldHaveBeenLegal(GuestState state, String legal) throws Exception {
    kernel.guestIs(state, POLICY);
    Launch launch = machine.sev().launchStart(POLICY, null, null);
    kernel.guestCommands.put(
        SevCommand.LAUNCH_MEASURE, params -> FirmwareStatus.INVALID_GUEST_STATE);

    VmmException refused = catchThrowableOfType(VmmException.class, launch::measure);

    assertThat(refused)
        .hasMessageEndingWith("the guest is in state %s, in which %s.".formatted(state, legal));
    assertThat(refused.operation()).isEqualTo("KVM_SEV_LAUNCH_MEASURE");
    assertThat(refused.errno()).isEqualTo(Errno.EIO);
    assertThat(refused.status()).isEqualTo(FirmwareStatus.INVALID_GUEST_STATE);
  }

  @ParameterizedTest(name = "policy 0x{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "00000009 | its policy says NOSEND, so it stays on the platform that launched it",
        "00000010 | its policy says DOMAIN, so choose a platform that has the same owner",
        "FF010000 | its policy asks for firmware of at least API 1.255 and no unknown bits"
      })
  void saysWhatItsPolicyForbids(String policy, String advice) {
    kernel.guestIs(GuestState.RUNNING, Integer.parseUnsignedInt(policy, 16));
    kernel.guestCommands.put(
        SevCommand.SEND_START,
        params -> {
          FirmwareStatus status = sendStart(params);
          return status == FirmwareStatus.SUCCESS ? FirmwareStatus.POLICY_FAILURE : status;
        });
    assertThatThrownBy(
            () -> machine.sev().sendStart(bytes(2084, 1), bytes(6252, 2), bytes(3200, 3)))
        .hasMessageEndingWith(advice + ".");
  }

  @Test
  void saysWhichCallTheKernelItselfRefused() {
    kernel.failingCall = kernel.calls.size();
    kernel.failure = Errno.EBADF;

    VmmException refused = catchThrowableOfType(VmmException.class, () -> machine.sev().status());

    assertThat(refused)
        .hasMessage(
            "KVM_SEV_GUEST_STATUS on the guest failed with EBADF (Bad file descriptor): start the"
                + " guest with LAUNCH_START or RECEIVE_START and keep /dev/sev open.");
    assertThat(refused.errno()).isEqualTo(Errno.EBADF);
    assertThat(refused.status()).isNull();
  }

  @Test
  void refusesBlobsThatNoFirmwareTakes() {
    int asked = kernel.calls.size();
    assertThatThrownBy(() -> machine.sev().receiveStart(POLICY, bytes(2084, 1), bytes(16385, 0)))
        .isInstanceOf(VmmException.class)
        .hasMessage("RECEIVE_START takes no blob of 16385 bytes: pass at most 16384.");
    assertThat(kernel.calls).hasSize(asked);
  }

  @Test
  void refusesASessionLengthThatCannotBe() {
    kernel.guestCommands.put(
        SevCommand.SEND_START,
        params -> {
          new KvmSevSendStart(0, 0, 0, 0, 0, 0, 0, 0, 0xFFFF_FFFFL).write(params);
          return FirmwareStatus.INVALID_LEN;
        });
    assertThatThrownBy(
            () -> machine.sev().sendStart(bytes(2084, 1), bytes(6252, 2), bytes(3200, 3)))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("4294967295 bytes for a session");
  }
}
