package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("At a limit: 16 KiB of a blob, 1024 packets of a batch")
class LimitsTest {
  private static final int LIMIT = 0x4000;
  private static final int INVALID = Errno.EINVAL.negated();

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host =
      TestHost.of(processor, KernelSettings.DEFAULT.with(KernelProfile.EXTENDED));
  private final StartedGuest guest = StartedGuest.launched(host);
  private final MemorySegment blob = host.map(2 * LIMIT);
  private final MemorySegment page = host.map(4096);

  private Outcome op(SevCommand command, int size, Consumer<MemorySegment> parameters) {
    processor.forget();
    return host.op(guest.vm(), command, host.struct(size, parameters), guest.sevFd());
  }

  private void reachesTheFirmware(SevCommand command, Outcome outcome) {
    assertThat(processor.log).contains(command.name());
    assertThat(outcome.result()).isIn(0, Errno.EIO.negated());
  }

  private void doesNotReachTheFirmware(Outcome outcome, int result) {
    assertThat(processor.log).isEmpty();
    assertThat(outcome).isEqualTo(new Outcome(result, TestHost.UNTOUCHED));
  }

  private Outcome measure(long length) {
    return op(
        SevCommand.LAUNCH_MEASURE, 16, new KvmSevLaunchMeasure(blob.address(), length)::write);
  }

  @Test
  void aMeasurement() {
    reachesTheFirmware(SevCommand.LAUNCH_MEASURE, measure(LIMIT));
    doesNotReachTheFirmware(measure(LIMIT + 1), INVALID);
  }

  private Outcome report(long length) {
    return op(
        SevCommand.GET_ATTESTATION_REPORT,
        32,
        new KvmSevAttestationReport(new byte[16], blob.address(), length)::write);
  }

  @Test
  void anAttestationReport() {
    assertThat(report(LIMIT)).isEqualTo(new Outcome(0, 0));
    assertThat(processor.log).containsExactly("ATTESTATION");
    doesNotReachTheFirmware(report(LIMIT + 1), INVALID);
  }

  private Outcome sendStart(long certificate, long session) {
    long address = blob.address();
    return op(
        SevCommand.SEND_START,
        72,
        new KvmSevSendStart(
                0,
                address,
                certificate,
                address,
                certificate,
                address,
                certificate,
                address,
                session)
            ::write);
  }

  @Test
  void aSessionAndCertificatesToSend() {
    reachesTheFirmware(SevCommand.SEND_START, sendStart(LIMIT, LIMIT));
    doesNotReachTheFirmware(sendStart(LIMIT, LIMIT + 1), INVALID);
    doesNotReachTheFirmware(sendStart(LIMIT + 1, LIMIT), INVALID);
  }

  private Outcome receiveStart(long pdh, long session) {
    return op(
        SevCommand.RECEIVE_START,
        40,
        new KvmSevReceiveStart(0, 1, blob.address(), pdh, blob.address(), session)::write);
  }

  @Test
  void aCertificateAndSessionThatArrive() {
    reachesTheFirmware(SevCommand.RECEIVE_START, receiveStart(LIMIT, LIMIT));
    doesNotReachTheFirmware(receiveStart(LIMIT + 1, LIMIT), INVALID);
    doesNotReachTheFirmware(receiveStart(LIMIT, LIMIT + 1), INVALID);
  }

  private Outcome receive(long header, long transport) {
    return op(
        SevCommand.RECEIVE_UPDATE_DATA,
        48,
        new KvmSevReceiveUpdateData(
                blob.address(), header, page.address(), 4096, blob.address(), transport)
            ::write);
  }

  @Test
  void aPacketThatArrives() {
    reachesTheFirmware(SevCommand.RECEIVE_UPDATE_DATA, receive(LIMIT, LIMIT));
    doesNotReachTheFirmware(receive(LIMIT + 1, LIMIT), INVALID);
    doesNotReachTheFirmware(receive(LIMIT, LIMIT + 1), INVALID);
  }

  @Test
  void aCertificateSigningRequestWhereTooMuchIsABadAddress() {
    int device = host.openSev(OpenFlags.O_RDWR);

    for (long length : new long[] {LIMIT, LIMIT + 1}) {
      processor.forget();
      MemorySegment struct = host.struct(12, new SevUserDataPekCsr(blob.address(), length)::write);
      Outcome outcome = host.issue(device, SevDeviceCommand.PEK_CSR, struct.address());
      if (length == LIMIT) {
        assertThat(outcome).isEqualTo(new Outcome(0, 0));
        assertThat(processor.log).containsExactly("PEK_CSR");
      } else {
        doesNotReachTheFirmware(outcome, Errno.EFAULT.negated());
      }
    }
  }

  /** Headers and ciphertexts all lie in the same few bytes or one behind the other: as asked. */
  private Outcome batch(
      SevExtension command, MemorySegment headers, long hdrLen, MemorySegment ciphers, int count) {
    MemorySegment addresses = host.map(8L * 1025);
    for (int i = 0; i <= 1024; i++) {
      addresses.setAtIndex(ValueLayout.JAVA_LONG, i, page.address());
    }
    processor.forget();
    MemorySegment struct =
        host.struct(
            48,
            new KvmSevUpdateDataBatch(
                    addresses.address(),
                    count,
                    0,
                    headers.address(),
                    hdrLen,
                    16,
                    ciphers.address(),
                    16)
                ::write);
    Outcome outcome = host.op(guest.vm(), command.id(), struct.address(), 0);
    boolean all = outcome.result() == 0;
    assertThat(KvmSevUpdateDataBatch.read(struct).done()).isEqualTo(all ? count : 0);
    return outcome;
  }

  @Test
  void aBatch() {
    MemorySegment headers = host.map(1025 * 52);
    MemorySegment ciphers = host.map(1025 * 16);

    assertThat(batch(SevExtension.SEND_UPDATE_DATA_BATCH, headers, 52, ciphers, 1024))
        .isEqualTo(new Outcome(0, 0));
    assertThat(processor.log).hasSize(1024);
    doesNotReachTheFirmware(
        batch(SevExtension.SEND_UPDATE_DATA_BATCH, headers, 52, ciphers, 1025), INVALID);
  }

  @Test
  void theHeadersOfABatchThatArrives() {
    assertThat(batch(SevExtension.RECEIVE_UPDATE_DATA_BATCH, blob, LIMIT, blob, 1))
        .isEqualTo(new Outcome(0, 0));
    doesNotReachTheFirmware(
        batch(SevExtension.RECEIVE_UPDATE_DATA_BATCH, blob, LIMIT + 1, blob, 1), INVALID);
  }

  @Test
  void everyHeaderOfABatchLiesBehindTheOneBefore() {
    MemorySegment headers = host.take(3 * 52);
    MemorySegment ciphers = host.take(3 * 16);

    assertThat(batch(SevExtension.SEND_UPDATE_DATA_BATCH, headers, 52, ciphers, 3))
        .isEqualTo(new Outcome(0, 0));

    assertThat(TestHost.bytes(headers)).containsOnly('H');
    assertThat(TestHost.bytes(ciphers)).containsOnly('T');
  }
}
