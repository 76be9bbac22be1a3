package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.psp.AttestationBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("KVM_SEV_GET_ATTESTATION_REPORT")
class AttestationReportTest {
  private static final int SIZE = 208;
  private static final int EIO = Errno.EIO.negated();

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host = TestHost.of(processor);
  private final StartedGuest guest = StartedGuest.launched(host);
  private final MemorySegment room = host.take(512);
  private final byte[] nonce = new byte[16];

  AttestationReportTest() {
    Arrays.fill(nonce, (byte) 'n');
    processor.on(
        PspCommand.ATTESTATION,
        buffer -> {
          AttestationBuffer in = AttestationBuffer.read(buffer);
          boolean fits = in.len() >= SIZE;
          if (fits) {
            processor.fill(in.address(), 'r', SIZE);
          }
          new AttestationBuffer(in.handle(), in.address(), in.mnonce(), SIZE).write(buffer);
          return fits ? FirmwareStatus.SUCCESS : FirmwareStatus.INVALID_LEN;
        });
    processor.forget();
  }

  private MemorySegment parameters(long uaddr, long length) {
    return host.struct(32, new KvmSevAttestationReport(nonce, uaddr, length)::write);
  }

  private Outcome report(MemorySegment parameters) {
    return host.op(guest.vm(), SevCommand.GET_ATTESTATION_REPORT, parameters);
  }

  private static long length(MemorySegment parameters) {
    return KvmSevAttestationReport.read(parameters).len();
  }

  private AttestationBuffer issued() {
    return AttestationBuffer.read(processor.last().buffer());
  }

  @Test
  void theReportIsCopiedAndItsLengthTold() {
    MemorySegment parameters = parameters(room.address(), 300);

    assertThat(report(parameters)).isEqualTo(new Outcome(0, 0));

    assertThat(length(parameters)).isEqualTo(SIZE);
    assertThat(TestHost.bytes(room.asSlice(0, SIZE))).containsOnly('r');
    assertThat(TestHost.bytes(room.asSlice(SIZE))).containsOnly(0);
    assertThat(issued().mnonce()).containsOnly('n');
    assertThat(issued().len()).isEqualTo(300);
  }

  @Test
  void aLengthOfZeroAsksForTheLength() {
    MemorySegment parameters = parameters(room.address(), 0);

    assertThat(report(parameters)).isEqualTo(new Outcome(EIO, FirmwareStatus.INVALID_LEN.code()));

    assertThat(length(parameters)).isEqualTo(SIZE);
    assertThat(issued().handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
    assertThat(issued().address()).isZero();
    assertThat(issued().mnonce()).containsOnly(0);
  }

  @Test
  void whereTheFirmwareRefusesTheParametersStayAsTheyAre() {
    MemorySegment parameters = parameters(room.address(), SIZE - 1);

    assertThat(report(parameters)).isEqualTo(new Outcome(EIO, FirmwareStatus.INVALID_LEN.code()));

    assertThat(length(parameters)).isEqualTo(SIZE - 1);
    assertThat(TestHost.bytes(room)).containsOnly(0);
  }

  @Test
  void withoutAnAddressTheFirmwareSeesNoRoomAndNoNonce() {
    MemorySegment parameters = parameters(0, 0xFFFF_FFFFL);

    assertThat(report(parameters)).isEqualTo(new Outcome(EIO, FirmwareStatus.INVALID_LEN.code()));

    assertThat(length(parameters)).isEqualTo(0xFFFF_FFFFL);
    assertThat(issued().len()).isZero();
    assertThat(issued().mnonce()).containsOnly(0);
  }

  @Test
  void badParametersNeverReachTheFirmware() {
    assertThat(report(parameters(room.address(), 16385)))
        .isEqualTo(new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED));
    assertThat(host.op(guest.vm(), SevCommand.GET_ATTESTATION_REPORT))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), TestHost.UNTOUCHED));
    assertThat(processor.log).isEmpty();
  }

  @Test
  void whatCannotBeWrittenIsABadAddress() {
    MemorySegment parameters = parameters(host.unmapped(), SIZE);
    assertThat(report(parameters)).isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));

    MemorySegment readOnly = host.map(4096, MapFlags.PROT_READ);
    new KvmSevAttestationReport(nonce, room.address(), SIZE).write(readOnly);
    assertThat(report(readOnly)).isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));
  }
}
