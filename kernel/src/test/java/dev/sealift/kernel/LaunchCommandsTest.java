package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevGuestStatus;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchSecret;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Launch commands")
class LaunchCommandsTest {
  private static final Outcome DONE = new Outcome(0, 0);
  private static final Outcome INVALID = new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED);
  private static final Outcome NO_MEMORY = new Outcome(Errno.ENOMEM.negated(), TestHost.UNTOUCHED);

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host = TestHost.of(processor);
  private StartedGuest guest = StartedGuest.launched(host);

  /** Two mappings, one behind the other for the caller, apart in physical memory. */
  private MemorySegment twoMappings(long bytesEach) {
    MemorySegment both = host.map(2 * bytesEach);
    host.user.unmap(both);
    assertThat(host.user.map(both.asSlice(bytesEach), 3)).isTrue();
    assertThat(host.user.map(both.asSlice(0, bytesEach), 3)).isTrue();
    return both;
  }

  private long physical(long address) {
    return host.user.physicalAddress(address, UserMemory.Access.READ);
  }

  @Nested
  class UpdateData {

    private Outcome update(long address, long length) {
      processor.forget();
      return host.op(
          guest.vm(),
          SevCommand.LAUNCH_UPDATE_DATA,
          host.struct(16, new KvmSevLaunchUpdateData(address, length)::write));
    }

    private List<LaunchUpdateBuffer> updates() {
      return processor.issued.stream()
          .map(issued -> LaunchUpdateBuffer.read(issued.buffer()))
          .toList();
    }

    @Test
    void aContiguousRangeIsOneCommand() {
      MemorySegment memory = host.map(1 << 20);

      assertThat(update(memory.address() + 16, (1 << 20) - 16)).isEqualTo(DONE);

      assertThat(updates())
          .containsExactly(
              new LaunchUpdateBuffer(
                  ScriptedProcessor.FIRST_HANDLE, physical(memory.address()) + 16, (1 << 20) - 16));
    }

    @Test
    void everyContiguousRunIsACommandOfItsOwn() {
      long address = twoMappings(8192).address();

      assertThat(update(address + 4096, 8192)).isEqualTo(DONE);

      assertThat(updates())
          .containsExactly(
              new LaunchUpdateBuffer(
                  ScriptedProcessor.FIRST_HANDLE, physical(address + 4096), 4096),
              new LaunchUpdateBuffer(
                  ScriptedProcessor.FIRST_HANDLE, physical(address + 8192), 4096));
    }

    @Test
    void aRunEndsWhereItsMappingEndsHoweverLongOthersAre() {
      MemorySegment memory = host.map(4 * 4096);
      host.user.unmap(memory);
      host.user.map(memory.asSlice(3 * 4096), 3);
      host.user.map(memory.asSlice(2 * 4096, 4096), 3);
      host.user.map(memory.asSlice(0, 2 * 4096), 3);

      assertThat(update(memory.address() + 4096, 3 * 4096)).isEqualTo(DONE);

      assertThat(updates())
          .extracting(LaunchUpdateBuffer::len)
          .containsExactly(4096L, 4096L, 4096L);
    }

    @Test
    void theFirstRefusalEndsIt() {
      processor.refuse(PspCommand.LAUNCH_UPDATE_DATA, FirmwareStatus.INVALID_LEN);

      assertThat(update(twoMappings(4096).address(), 8192))
          .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_LEN.code()));

      assertThat(processor.log).hasSize(1);
      assertThat(host.pinned(guest.vm())).isZero();
    }

    @Test
    void anEmptyOrWrappingRangeIsInvalid() {
      assertThat(update(host.map(4096).address(), 0)).isEqualTo(INVALID);
      assertThat(update(-4096, 8192)).isEqualTo(INVALID);
    }

    @Test
    void memoryThatIsMissingOrReadOnlyCannotBePinned() {
      long end = host.map(4096).address() + 4096;
      long readOnly = host.map(4096, MapFlags.PROT_READ).address();

      assertThat(update(host.unmapped(), 4096)).isEqualTo(NO_MEMORY);
      assertThat(update(readOnly, 4096)).isEqualTo(NO_MEMORY);
      assertThat(update(end - 16, 0xFFFF_FFF0L)).isEqualTo(NO_MEMORY);
      assertThat(processor.log).isEmpty();
    }

    @Test
    void theEncryptionBitIsTheHostsOwn() {
      update(host.map(4096).address(), 4096);
      assertThat(ScriptedProcessor.encrypted(updates().getFirst().address())).isFalse();

      host = TestHost.of(processor, new KernelSettings(true, Long.MAX_VALUE, false));
      guest = StartedGuest.launched(host);
      update(host.map(4096).address(), 4096);
      assertThat(ScriptedProcessor.encrypted(updates().getFirst().address())).isTrue();
    }

    @Test
    void parametersAtAnUnmappedAddressAreABadAddress() {
      assertThat(host.op(guest.vm(), SevCommand.LAUNCH_UPDATE_DATA.id(), host.unmapped(), 0))
          .isEqualTo(new Outcome(Errno.EFAULT.negated(), TestHost.UNTOUCHED));
    }
  }

  @Nested
  class Measure {
    private final MemorySegment room = host.take(64);

    private Outcome measure(MemorySegment struct) {
      return host.op(guest.vm(), SevCommand.LAUNCH_MEASURE, struct);
    }

    private MemorySegment parameters(long address, long length) {
      return host.struct(16, new KvmSevLaunchMeasure(address, length)::write);
    }

    private void firmwareMeasures() {
      processor.on(
          PspCommand.LAUNCH_MEASURE,
          buffer -> {
            LaunchMeasureBuffer in = LaunchMeasureBuffer.read(buffer);
            if (in.len() < 48) {
              new LaunchMeasureBuffer(in.handle(), 0, 48).write(buffer);
              return FirmwareStatus.INVALID_LEN;
            }
            processor.fill(in.address(), 'M', 48);
            return FirmwareStatus.SUCCESS;
          });
    }

    @Test
    void theMeasurementComesBackAndTheRestOfTheRoomIsZero() {
      firmwareMeasures();
      room.fill((byte) 0x55);
      MemorySegment struct = parameters(room.address(), 60);

      assertThat(measure(struct)).isEqualTo(DONE);

      assertThat(TestHost.bytes(room.asSlice(0, 48))).containsOnly('M');
      assertThat(TestHost.bytes(room.asSlice(48, 12))).containsOnly(0);
      assertThat(TestHost.bytes(room.asSlice(60))).containsOnly(0x55);
      assertThat(KvmSevLaunchMeasure.read(struct).len()).isEqualTo(60);
    }

    @Test
    void tooLittleRoomIsRefusedAndTheLengthIsNotTold() {
      firmwareMeasures();
      MemorySegment struct = parameters(room.address(), 40);

      assertThat(measure(struct))
          .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_LEN.code()));

      assertThat(KvmSevLaunchMeasure.read(struct).len()).isEqualTo(40);
    }

    @Test
    void aNullAddressAsksTheFirmwareWithoutRoom() {
      firmwareMeasures();

      assertThat(measure(parameters(0, 48)))
          .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_LEN.code()));

      assertThat(LaunchMeasureBuffer.read(processor.last().buffer()))
          .isEqualTo(new LaunchMeasureBuffer(ScriptedProcessor.FIRST_HANDLE, 0, 0));
    }

    @Test
    void moreRoomThanSixteenKibibytesIsInvalid() {
      assertThat(measure(parameters(room.address(), 16385))).isEqualTo(INVALID);
    }

    @Test
    void roomThatCannotBeWrittenIsABadAddress() {
      firmwareMeasures();
      long readOnly = host.map(4096, MapFlags.PROT_READ).address();

      assertThat(measure(parameters(readOnly, 48)))
          .isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));
    }
  }

  @Nested
  class Secret {
    private final MemorySegment header = host.take(52).fill((byte) 'h');
    private final MemorySegment transport = host.take(4096).fill((byte) 't');

    private Outcome inject(KvmSevLaunchSecret parameters) {
      processor.forget();
      return host.op(guest.vm(), SevCommand.LAUNCH_SECRET, host.struct(48, parameters::write));
    }

    private KvmSevLaunchSecret secret(long guestAddress, long length) {
      return new KvmSevLaunchSecret(
          header.address(), 52, guestAddress, length, transport.address(), length);
    }

    @Test
    void thePacketReachesTheFirmware() {
      byte[][] seen = new byte[2][];
      processor.on(
          PspCommand.LAUNCH_SECRET,
          buffer -> {
            PacketBuffer packet = PacketBuffer.read(buffer);
            seen[0] = processor.read(packet.hdrAddress(), 52);
            seen[1] = processor.read(packet.transAddress(), 64);
            return FirmwareStatus.SUCCESS;
          });
      MemorySegment memory = host.map(4096);

      assertThat(inject(secret(memory.address() + 32, 64))).isEqualTo(DONE);

      assertThat(seen[0]).containsOnly('h');
      assertThat(seen[1]).containsOnly('t');
      assertThat(processor.last().packet().guestAddress())
          .isEqualTo(physical(memory.address()) + 32);
      assertThat(host.pinned(guest.vm())).isZero();
    }

    @Test
    void guestMemoryMustBePhysicallyContiguous() {
      long address = twoMappings(4096).address();

      assertThat(inject(secret(address + 4096 - 32, 64))).isEqualTo(INVALID);
      assertThat(host.pinned(guest.vm())).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "4", "5"})
    void thePacketMustBeThere(int field) {
      long guestAddress = host.map(4096).address();
      long[] fields = {header.address(), 52, guestAddress, 64, transport.address(), 64};
      fields[field] = 0;

      assertThat(
              inject(
                  new KvmSevLaunchSecret(
                      fields[0], fields[1], fields[2], fields[3], fields[4], fields[5])))
          .isEqualTo(INVALID);
      assertThat(host.pinned(guest.vm())).isZero();
    }

    @Test
    void guestMemoryMustBeThere() {
      assertThat(inject(secret(host.unmapped(), 64))).isEqualTo(NO_MEMORY);
      assertThat(inject(secret(host.map(4096).address(), 0))).isEqualTo(INVALID);
    }
  }

  @Test
  void finishNamesTheGuest() {
    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_FINISH)).isEqualTo(DONE);
    assertThat(processor.last().command()).isEqualTo(PspCommand.LAUNCH_FINISH);
    assertThat(processor.last().packet().handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
  }

  @Test
  void guestStatusTellsHandlePolicyAndState() {
    processor.on(
        PspCommand.GUEST_STATUS,
        buffer -> {
          GuestStatusBuffer in = GuestStatusBuffer.read(buffer);
          new GuestStatusBuffer(in.handle(), 0x25, 1, GuestState.SUPDATE.number()).write(buffer);
          return FirmwareStatus.SUCCESS;
        });
    MemorySegment struct = host.take(16).fill((byte) 0x55);

    assertThat(host.op(guest.vm(), SevCommand.GUEST_STATUS, struct)).isEqualTo(DONE);

    assertThat(KvmSevGuestStatus.read(struct))
        .isEqualTo(
            new KvmSevGuestStatus(
                ScriptedProcessor.FIRST_HANDLE, 0x25, GuestState.SUPDATE.number()));
    assertThat(TestHost.bytes(struct.asSlice(12))).containsOnly(0x55);
  }

  @Test
  void guestStatusThatCannotBeToldIsABadAddress() {
    assertThat(host.op(guest.vm(), SevCommand.GUEST_STATUS.id(), host.unmapped(), 0))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));
  }

  @Test
  void aSecretMayEndWhereItsMappingEnds() {
    MemorySegment memory = host.map(4096);
    long last = memory.address() + 4096 - 16;
    MemorySegment struct =
        host.struct(
            48,
            new KvmSevLaunchSecret(memory.address(), 52, last, 16, memory.address(), 16)::write);

    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_SECRET, struct)).isEqualTo(DONE);
  }
}
