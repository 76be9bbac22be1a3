package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Asking for a length: -EIO, error 4, and the length in the parameters")
class LengthQueriesTest {
  private static final Outcome TOLD =
      new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_LEN.code());
  private static final long ROOM = 0x1000;

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host = TestHost.of(processor);
  private final StartedGuest guest = StartedGuest.launched(host);
  private final int device = host.openSev(OpenFlags.O_RDWR);

  @BeforeEach
  void theFirmwareTellsLengths() {
    processor.on(
        PspCommand.LAUNCH_MEASURE,
        buffer -> {
          new LaunchMeasureBuffer(0, 0, 48).write(buffer);
          return FirmwareStatus.INVALID_LEN;
        });
    processor.on(
        PspCommand.PDH_CERT_EXPORT,
        buffer -> {
          new PdhCertExportBuffer(0, 2084, 0, 6252).write(buffer);
          return FirmwareStatus.INVALID_LEN;
        });
    processor.on(
        PspCommand.GET_ID,
        buffer -> {
          new GetIdBuffer(0, 64).write(buffer);
          return FirmwareStatus.INVALID_LEN;
        });
    processor.on(
        PspCommand.PEK_CSR,
        buffer -> {
          new GetIdBuffer(0, 2084).write(buffer);
          return FirmwareStatus.INVALID_LEN;
        });
  }

  @Test
  void launchMeasure() {
    MemorySegment struct =
        host.struct(16, new KvmSevLaunchMeasure(host.take(48).address(), 0)::write);

    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_MEASURE, struct)).isEqualTo(TOLD);

    assertThat(KvmSevLaunchMeasure.read(struct).len()).isEqualTo(48);
    assertThat(LaunchMeasureBuffer.read(processor.last().buffer()))
        .isEqualTo(new LaunchMeasureBuffer(ScriptedProcessor.FIRST_HANDLE, 0, 0));
  }

  @Test
  void sendStart() {
    MemorySegment struct = host.struct(72, new KvmSevSendStart(9, 1, 2, 3, 4, 5, 6, 7, 0)::write);

    assertThat(host.op(guest.vm(), SevCommand.SEND_START, struct)).isEqualTo(TOLD);

    assertThat(KvmSevSendStart.read(struct))
        .isEqualTo(new KvmSevSendStart(9, 1, 2, 3, 4, 5, 6, 7, 128));
    assertThat(SendStartBuffer.read(processor.last().buffer()))
        .isEqualTo(new SendStartBuffer(ScriptedProcessor.FIRST_HANDLE, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({"0, 64", "4096, 0", "0, 0"})
  void getId2(long address, long length) {
    MemorySegment struct = host.struct(12, new SevUserDataGetId2(address, length)::write);

    assertThat(host.issue(device, SevDeviceCommand.GET_ID2, struct.address())).isEqualTo(TOLD);

    assertThat(SevUserDataGetId2.read(struct)).isEqualTo(new SevUserDataGetId2(address, 64));
    assertThat(GetIdBuffer.read(processor.last().buffer())).isEqualTo(new GetIdBuffer(0, 0));
  }

  @ParameterizedTest
  @CsvSource({"0, 2084", "4096, 0", "0, 0"})
  void pekCsr(long address, long length) {
    MemorySegment struct = host.struct(12, new SevUserDataGetId2(address, length)::write);

    assertThat(host.issue(device, SevDeviceCommand.PEK_CSR, struct.address())).isEqualTo(TOLD);

    assertThat(SevUserDataGetId2.read(struct)).isEqualTo(new SevUserDataGetId2(address, 2084));
    assertThat(GetIdBuffer.read(processor.last().buffer())).isEqualTo(new GetIdBuffer(0, 0));
  }

  @ParameterizedTest
  @CsvSource({"0, 2084, 4096", "4096, 0, 4096", "4096, 2084, 0"})
  void pdhCertExport(long pdh, long pdhLength, long chain) {
    MemorySegment struct =
        host.struct(24, new SevUserDataPdhCertExport(pdh, pdhLength, chain, ROOM)::write);

    assertThat(host.issue(device, SevDeviceCommand.PDH_CERT_EXPORT, struct.address()))
        .isEqualTo(TOLD);

    assertThat(SevUserDataPdhCertExport.read(struct))
        .isEqualTo(new SevUserDataPdhCertExport(pdh, 2084, chain, 6252));
    assertThat(PdhCertExportBuffer.read(processor.last().buffer()))
        .isEqualTo(new PdhCertExportBuffer(0, 0, 0, 0));
  }
}
