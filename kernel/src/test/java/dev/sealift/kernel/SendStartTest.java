package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("KVM_SEV_SEND_START")
class SendStartTest {
  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host = TestHost.of(processor);
  private final StartedGuest guest = StartedGuest.launched(host);
  private final MemorySegment pdh = host.take(2084).fill((byte) 'p');
  private final MemorySegment platform = host.take(6252).fill((byte) 'k');
  private final MemorySegment amd = host.take(3200).fill((byte) 'a');
  private final MemorySegment session = host.take(256);

  /** The fields, in their order in the struct. */
  private long[] fields() {
    return new long[] {
      7, pdh.address(), 2084, platform.address(), 6252, amd.address(), 3200, session.address(), 128
    };
  }

  private MemorySegment parameters(long... field) {
    return host.struct(
        72,
        new KvmSevSendStart(
                (int) field[0],
                field[1],
                field[2],
                field[3],
                field[4],
                field[5],
                field[6],
                field[7],
                field[8])
            ::write);
  }

  private Outcome start(MemorySegment parameters) {
    return host.op(guest.vm(), SevCommand.SEND_START, parameters);
  }

  @Test
  void theSessionAndThePolicyComeBack() {
    MemorySegment parameters = parameters(fields());

    assertThat(start(parameters)).isEqualTo(new Outcome(0, 0));

    KvmSevSendStart answer = KvmSevSendStart.read(parameters);
    assertThat(answer.policy()).isEqualTo(0x21);
    assertThat(answer.sessionLen()).isEqualTo(128);
    assertThat(TestHost.bytes(session.asSlice(0, 128))).containsOnly('S');
    assertThat(TestHost.bytes(session.asSlice(128))).containsOnly(0);
  }

  @Test
  void theFirmwareSeesEveryCertificate() {
    byte[][] seen = new byte[3][];
    processor.on(
        PspCommand.SEND_START,
        buffer -> {
          SendStartBuffer in = SendStartBuffer.read(buffer);
          seen[0] = processor.read(in.pdhCertAddress(), (int) in.pdhCertLen());
          seen[1] = processor.read(in.platCertsAddress(), (int) in.platCertsLen());
          seen[2] = processor.read(in.amdCertsAddress(), (int) in.amdCertsLen());
          return FirmwareStatus.SUCCESS;
        });

    start(parameters(fields()));

    assertThat(seen[0]).hasSize(2084).containsOnly('p');
    assertThat(seen[1]).hasSize(6252).containsOnly('k');
    assertThat(seen[2]).hasSize(3200).containsOnly('a');
    SendStartBuffer in = SendStartBuffer.read(processor.last().buffer());
    assertThat(in.handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
    assertThat(in.sessionLen()).isEqualTo(128);
    assertThat(in.policy()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0",
    "2, 0",
    "3, 0",
    "4, 0",
    "5, 0",
    "6, 0",
    "7, 0",
    "2, 16385",
    "4, 16385",
    "6, 16385",
    "8, 16385",
    "8, 4294967295"
  })
  void everyBlobIsMandatoryAndBounded(int field, long value) {
    long[] fields = fields();
    fields[field] = value;
    processor.forget();

    assertThat(start(parameters(fields)))
        .isEqualTo(new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED));
    assertThat(processor.log).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1", "3", "5"})
  void anUnreadableBlobIsABadAddress(int field) {
    long[] fields = fields();
    fields[field] = host.unmapped();

    assertThat(start(parameters(fields)))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), TestHost.UNTOUCHED));
  }

  @Test
  void aSessionOfTheWrongLengthIsToldTheRightOne() {
    long[] fields = fields();
    fields[8] = 64;
    MemorySegment parameters = parameters(fields);

    assertThat(start(parameters))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_LEN.code()));

    KvmSevSendStart answer = KvmSevSendStart.read(parameters);
    assertThat(answer.sessionLen()).isEqualTo(128);
    assertThat(answer.policy()).isZero();
    assertThat(TestHost.bytes(session)).containsOnly(0);
  }

  @Test
  void aRefusalIsWrittenBackToo() {
    processor.refuse(PspCommand.SEND_START, FirmwareStatus.POLICY_FAILURE);
    MemorySegment parameters = parameters(fields());

    assertThat(start(parameters))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.POLICY_FAILURE.code()));

    assertThat(KvmSevSendStart.read(parameters).policy()).isZero();
    assertThat(KvmSevSendStart.read(parameters).sessionLen()).isEqualTo(128);
  }

  @Test
  void aSessionThatCannotBeCopiedLeavesTheParametersAlone() {
    long[] fields = fields();
    fields[7] = host.map(4096, MapFlags.PROT_READ).address();
    MemorySegment parameters = parameters(fields);

    assertThat(start(parameters)).isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));

    assertThat(KvmSevSendStart.read(parameters).policy()).isEqualTo(7);
  }

  @Test
  void aLongerSessionBufferComesBackWithZerosBehindTheSession() {
    processor.on(
        PspCommand.SEND_START,
        buffer -> {
          processor.fill(SendStartBuffer.read(buffer).sessionAddress(), 'S', 128);
          return FirmwareStatus.SUCCESS;
        });
    session.fill((byte) 0x55);
    long[] fields = fields();
    fields[8] = 200;

    assertThat(start(parameters(fields))).isEqualTo(new Outcome(0, 0));

    assertThat(TestHost.bytes(session.asSlice(0, 128))).containsOnly('S');
    assertThat(TestHost.bytes(session.asSlice(128, 72))).containsOnly(0);
    assertThat(TestHost.bytes(session.asSlice(200))).containsOnly(0x55);
  }

  @Test
  void finishAndCancelNameTheGuest() {
    assertThat(host.op(guest.vm(), SevCommand.SEND_CANCEL)).isEqualTo(new Outcome(0, 0));
    assertThat(processor.last().command()).isEqualTo(PspCommand.SEND_CANCEL);
    assertThat(host.op(guest.vm(), SevCommand.SEND_FINISH)).isEqualTo(new Outcome(0, 0));
    assertThat(processor.last().command()).isEqualTo(PspCommand.SEND_FINISH);
    assertThat(processor.last().packet().handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
  }
}
