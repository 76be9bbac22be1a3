package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("KVM_SEV_RECEIVE_UPDATE_DATA")
class ReceiveUpdateDataTest {
  private static final Outcome INVALID = new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED);
  private static final Outcome BAD_ADDRESS =
      new Outcome(Errno.EFAULT.negated(), TestHost.UNTOUCHED);

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host = TestHost.of(processor);
  private final StartedGuest guest = StartedGuest.launched(host);
  private final MemorySegment page = host.map(8192);
  private final MemorySegment header = host.take(52).fill((byte) 'h');
  private final MemorySegment transport = host.take(SevLimits.FIRMWARE_BLOB_MAX).fill((byte) 't');

  private Outcome receive(KvmSevReceiveUpdateData parameters) {
    return host.op(guest.vm(), SevCommand.RECEIVE_UPDATE_DATA, host.struct(48, parameters::write));
  }

  private KvmSevReceiveUpdateData wholePage() {
    return new KvmSevReceiveUpdateData(
        header.address(), 52, page.address(), 4096, transport.address(), 4096);
  }

  @Test
  void theFirmwareSeesTheHeaderTheCiphertextAndWhereTheyBelong() {
    byte[][] seen = new byte[2][];
    processor.on(
        PspCommand.RECEIVE_UPDATE_DATA,
        buffer -> {
          PacketBuffer packet = PacketBuffer.read(buffer);
          seen[0] = processor.read(packet.hdrAddress(), (int) packet.hdrLen());
          seen[1] = processor.read(packet.transAddress(), (int) packet.transLen());
          processor.fill(packet.guestAddress(), 'P', packet.guestLen());
          return FirmwareStatus.SUCCESS;
        });

    assertThat(receive(wholePage())).isEqualTo(new Outcome(0, 0));

    assertThat(seen[0]).hasSize(52).containsOnly('h');
    assertThat(seen[1]).hasSize(4096).containsOnly('t');
    assertThat(TestHost.bytes(page.asSlice(0, 4096))).containsOnly('P');
    assertThat(TestHost.bytes(page.asSlice(4096))).containsOnly(0);
    PacketBuffer packet = processor.last().packet();
    assertThat(packet.handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
    assertThat(ScriptedProcessor.encrypted(packet.guestAddress())).isTrue();
    assertThat(ScriptedProcessor.encrypted(packet.hdrAddress())).isFalse();
    assertThat(ScriptedProcessor.encrypted(packet.transAddress())).isFalse();
  }

  @Test
  void aVmThatIsNoSevGuestIsInvalidHereAndNowhereElse() {
    assertThat(
            host.op(
                host.createVm(),
                SevCommand.RECEIVE_UPDATE_DATA,
                host.struct(48, wholePage()::write)))
        .isEqualTo(INVALID);
  }

  @Test
  void parametersAtAnUnmappedAddressAreABadAddress() {
    assertThat(host.op(guest.vm(), SevCommand.RECEIVE_UPDATE_DATA.id(), host.unmapped(), 0))
        .isEqualTo(BAD_ADDRESS);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void noFieldMayBeZero(int which) {
    long[] field = {header.address(), 52, page.address(), 4096, transport.address(), 4096};
    field[which] = 0;

    assertThat(
            receive(
                new KvmSevReceiveUpdateData(
                    field[0], field[1], field[2], field[3], field[4], field[5])))
        .isEqualTo(INVALID);
  }

  @ParameterizedTest
  @CsvSource({"4080, 32", "0, 4112", "4095, 4294963201"})
  void guestMemoryMayNotCrossAPage(long offset, long length) {
    assertThat(
            receive(
                new KvmSevReceiveUpdateData(
                    header.address(),
                    52,
                    page.address() + offset,
                    length,
                    transport.address(),
                    4096)))
        .isEqualTo(INVALID);
  }

  @ParameterizedTest
  @CsvSource({"16385, 4096", "52, 16385", "52, 4294967295"})
  void noBlobMayBeAboveSixteenKibibytes(long hdrLen, long transLen) {
    assertThat(
            receive(
                new KvmSevReceiveUpdateData(
                    header.address(), hdrLen, page.address(), 4096, transport.address(), transLen)))
        .isEqualTo(INVALID);
  }

  @Test
  void unreadableBlobsAreABadAddress() {
    long gone = host.unmapped();

    assertThat(
            receive(
                new KvmSevReceiveUpdateData(
                    gone, 52, page.address(), 4096, transport.address(), 4096)))
        .isEqualTo(BAD_ADDRESS);
    assertThat(
            receive(
                new KvmSevReceiveUpdateData(
                    header.address(), 52, page.address(), 4096, gone, 4096)))
        .isEqualTo(BAD_ADDRESS);
  }

  @Test
  void guestMemoryIsPinnedForWriting() {
    long readOnly = host.map(4096, MapFlags.PROT_READ).address();

    assertThat(
            receive(
                new KvmSevReceiveUpdateData(
                    header.address(), 52, readOnly, 4096, transport.address(), 4096)))
        .isEqualTo(new Outcome(Errno.ENOMEM.negated(), TestHost.UNTOUCHED));
  }

  @Test
  void aRefusedPacketComesBackWithTheFirmwaresStatusAndNothingStaysPinned() {
    processor.refuse(PspCommand.RECEIVE_UPDATE_DATA, FirmwareStatus.BAD_MEASUREMENT);

    assertThat(receive(wholePage()))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.BAD_MEASUREMENT.code()));
    assertThat(host.pinned(guest.vm())).isZero();
    assertThat(TestHost.bytes(page)).containsOnly(0);
  }

  @Test
  void aGuestThatWasNotStartedHasNoSevDescriptor() {
    int fresh = host.sevVm();

    assertThat(host.op(fresh, SevCommand.RECEIVE_UPDATE_DATA, host.struct(48, wholePage()::write)))
        .isEqualTo(new Outcome(Errno.EBADF.negated(), TestHost.UNTOUCHED));
  }
}
