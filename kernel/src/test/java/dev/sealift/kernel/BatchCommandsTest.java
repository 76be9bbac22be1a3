package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A batch of SEND_UPDATE_DATA or RECEIVE_UPDATE_DATA")
class BatchCommandsTest {
  private static final Outcome DONE = new Outcome(0, 0);
  private static final int EINVAL = Errno.EINVAL.negated();
  private static final int PAGES = 4;

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host;
  private StartedGuest guest;
  private MemorySegment memory;
  private MemorySegment headers;
  private MemorySegment ciphers;
  private MemorySegment addresses;

  BatchCommandsTest() {
    onHost(KernelSettings.DEFAULT);
  }

  private void onHost(KernelSettings settings) {
    host = TestHost.of(processor, settings.with(KernelProfile.EXTENDED));
    guest = StartedGuest.launched(host);
    memory = host.map(PAGES * 4096);
    headers = host.take(PAGES * 52);
    ciphers = host.take(PAGES * 4096);
    addresses = host.take(PAGES * 8);
    for (int i = 0; i < PAGES; i++) {
      // Backwards, so that nobody takes the first address for all of them.
      addresses.setAtIndex(ValueLayout.JAVA_LONG, i, memory.address() + (PAGES - 1 - i) * 4096L);
    }
    processor.forget();
  }

  private MemorySegment batch(long count) {
    return batch(count, headers.address(), 52, 4096, ciphers.address(), 4096);
  }

  private MemorySegment batch(
      long count, long hdrUaddr, long hdrLen, long guestLen, long transUaddr, long transLen) {
    return host.struct(
        48,
        new KvmSevUpdateDataBatch(
                addresses.address(), count, 99, hdrUaddr, hdrLen, guestLen, transUaddr, transLen)
            ::write);
  }

  private Outcome op(SevExtension command, MemorySegment batch) {
    return host.op(guest.vm(), command.id(), batch.address(), 0);
  }

  private Outcome send(MemorySegment batch) {
    return op(SevExtension.SEND_UPDATE_DATA_BATCH, batch);
  }

  private Outcome receive(MemorySegment batch) {
    return op(SevExtension.RECEIVE_UPDATE_DATA_BATCH, batch);
  }

  private static long done(MemorySegment batch) {
    return KvmSevUpdateDataBatch.read(batch).done();
  }

  private static Outcome untouched(int errno) {
    return new Outcome(errno, TestHost.UNTOUCHED);
  }

  /** From now on the firmware's packets are numbered, and the {@code last} is refused. */
  private void numberPackets(int last) {
    int[] number = new int[1];
    processor.on(
        PspCommand.SEND_UPDATE_DATA,
        buffer -> {
          PacketBuffer in = PacketBuffer.read(buffer);
          if (++number[0] == last) {
            return FirmwareStatus.INACTIVE;
          }
          processor.fill(in.hdrAddress(), (char) number[0], 52);
          processor.fill(in.transAddress(), (char) (16 + number[0]), 4096);
          return FirmwareStatus.SUCCESS;
        });
  }

  private List<Long> guestPages() {
    return processor.issued.stream()
        .map(issued -> ScriptedProcessor.physical(issued.packet().guestAddress()))
        .toList();
  }

  private List<Long> namedPages() {
    long first = host.user.physicalAddress(memory.address(), UserMemory.Access.READ);
    return List.of(first + 3 * 4096, first + 2 * 4096, first + 4096, first);
  }

  @ParameterizedTest
  @EnumSource
  void isThereOrNotAsTheProfileSays(SevExtension command) {
    assertThat(host.op(guest.vm(), command.id(), 0, 0))
        .isEqualTo(untouched(Errno.EFAULT.negated()));

    TestHost mainline = TestHost.of(processor);
    assertThat(mainline.op(mainline.sevVm(), command.id(), 0, 0)).isEqualTo(untouched(EINVAL));
  }

  @ParameterizedTest
  @EnumSource
  void isForSevGuests(SevExtension command) {
    assertThat(host.op(host.createVm(), command.id(), batch(1).address(), 0))
        .isEqualTo(untouched(Errno.ENOTTY.negated()));
  }

  @Test
  void sealsEachPageIntoItsOwnPacket() {
    numberPackets(-1);
    MemorySegment batch = batch(PAGES);

    assertThat(send(batch)).isEqualTo(DONE);

    assertThat(done(batch)).isEqualTo(PAGES);
    assertThat(guestPages()).isEqualTo(namedPages());
    for (int i = 0; i < PAGES; i++) {
      assertThat(TestHost.bytes(headers.asSlice(i * 52L, 52))).containsOnly(i + 1);
      assertThat(TestHost.bytes(ciphers.asSlice(i * 4096L, 4096))).containsOnly(16 + i + 1);
      PacketBuffer in = processor.issued.get(i).packet();
      assertThat(ScriptedProcessor.encrypted(in.guestAddress())).isTrue();
      assertThat(in.handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
      assertThat(in.guestLen()).isEqualTo(4096);
    }
    assertThat(host.pinned(guest.vm())).isZero();
  }

  @Test
  void opensEachPacketIntoItsOwnPage() {
    for (int i = 0; i < PAGES; i++) {
      headers.asSlice(i * 52L, 52).fill((byte) (i + 1));
      ciphers.asSlice(i * 4096L, 4096).fill((byte) (16 + i + 1));
    }
    processor.on(
        PspCommand.RECEIVE_UPDATE_DATA,
        buffer -> {
          PacketBuffer in = PacketBuffer.read(buffer);
          byte[] header = processor.read(in.hdrAddress(), (int) in.hdrLen());
          byte[] cipher = processor.read(in.transAddress(), (int) in.transLen());
          assertThat(header).hasSize(52).containsOnly(header[0]);
          assertThat(cipher).hasSize(4096).containsOnly(16 + header[0]);
          processor.fill(in.guestAddress(), (char) header[0], in.guestLen());
          return FirmwareStatus.SUCCESS;
        });
    MemorySegment batch = batch(PAGES);

    assertThat(receive(batch)).isEqualTo(DONE);

    assertThat(done(batch)).isEqualTo(PAGES);
    assertThat(guestPages()).isEqualTo(namedPages());
    for (int i = 0; i < PAGES; i++) {
      assertThat(TestHost.bytes(memory.asSlice(i * 4096L, 4096))).containsOnly(PAGES - i);
    }
    assertThat(host.pinned(guest.vm())).isZero();
  }

  @Test
  void tellsHowFarItCameWhenTheFirmwareRefuses() {
    numberPackets(3);
    MemorySegment batch = batch(PAGES);

    assertThat(send(batch))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INACTIVE.code()));

    assertThat(done(batch)).isEqualTo(2);
    assertThat(processor.log).hasSize(3);
    assertThat(TestHost.bytes(headers.asSlice(52, 52))).containsOnly(2);
    assertThat(TestHost.bytes(headers.asSlice(2 * 52))).containsOnly(0);
    assertThat(TestHost.bytes(ciphers.asSlice(2 * 4096))).containsOnly(0);
    assertThat(host.pinned(guest.vm())).isZero();
  }

  @Test
  void stopsAtAPacketThatTheFirmwareRefuses() {
    int[] number = new int[1];
    processor.on(
        PspCommand.RECEIVE_UPDATE_DATA,
        buffer -> ++number[0] == 2 ? FirmwareStatus.BAD_MEASUREMENT : FirmwareStatus.SUCCESS);
    MemorySegment batch = batch(PAGES);

    assertThat(receive(batch))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.BAD_MEASUREMENT.code()));

    assertThat(done(batch)).isEqualTo(1);
    assertThat(processor.log).hasSize(2);
    assertThat(host.pinned(guest.vm())).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void checksEachPageAsTheCommandForOneDoes(SevExtension command) {
    addresses.setAtIndex(ValueLayout.JAVA_LONG, 1, memory.address() + 1);
    MemorySegment crossing = batch(PAGES);
    assertThat(op(command, crossing)).isEqualTo(new Outcome(EINVAL, 0));
    assertThat(done(crossing)).isEqualTo(1);

    addresses.setAtIndex(ValueLayout.JAVA_LONG, 1, 0L);
    MemorySegment missing = batch(PAGES);
    assertThat(op(command, missing)).isEqualTo(new Outcome(EINVAL, 0));
    assertThat(done(missing)).isEqualTo(1);

    addresses.setAtIndex(ValueLayout.JAVA_LONG, 1, host.unmapped());
    MemorySegment unmapped = batch(PAGES);
    assertThat(op(command, unmapped)).isEqualTo(new Outcome(Errno.ENOMEM.negated(), 0));
    assertThat(done(unmapped)).isEqualTo(1);
    assertThat(host.pinned(guest.vm())).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void isBounded(SevExtension command) {
    for (long count : new long[] {0, 1025, 0x8000_0000L, 0xFFFF_FFFFL}) {
      MemorySegment batch = batch(count);
      assertThat(op(command, batch)).isEqualTo(untouched(EINVAL));
      assertThat(done(batch)).isZero();
    }
    assertThat(processor.log).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 52, 4096, 1, 4096",
    "1, 0, 4096, 1, 4096",
    "1, 52, 0, 1, 4096",
    "1, 52, 4097, 1, 4096",
    "1, 52, 4294967295, 1, 4096",
    "1, 52, 4096, 0, 4096",
    "1, 52, 4096, 1, 0",
  })
  void needsEveryPart(long header, long hdrLen, long guestLen, long cipher, long transLen) {
    MemorySegment batch =
        batch(
            PAGES,
            header * headers.address(),
            hdrLen,
            guestLen,
            cipher * ciphers.address(),
            transLen);

    assertThat(send(batch)).isEqualTo(untouched(EINVAL));
    assertThat(receive(batch)).isEqualTo(untouched(EINVAL));
    assertThat(done(batch)).isZero();
  }

  @Test
  void needsAddresses() {
    MemorySegment none =
        host.struct(
            48,
            new KvmSevUpdateDataBatch(0, 1, 0, headers.address(), 52, 4096, ciphers.address(), 4096)
                ::write);
    assertThat(send(none)).isEqualTo(untouched(EINVAL));

    MemorySegment bad =
        host.struct(
            48,
            new KvmSevUpdateDataBatch(
                    host.unmapped(), 1, 0, headers.address(), 52, 4096, ciphers.address(), 4096)
                ::write);
    assertThat(send(bad)).isEqualTo(untouched(Errno.EFAULT.negated()));
    assertThat(receive(bad)).isEqualTo(untouched(Errno.EFAULT.negated()));
  }

  @Test
  void aCiphertextThatCannotBeWrittenEndsItThere() {
    MemorySegment two = host.map(2 * 4096);
    MemorySegment batch = batch(PAGES, headers.address(), 52, 4096, two.address(), 4096);

    assertThat(send(batch)).isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));

    assertThat(done(batch)).isEqualTo(2);
    assertThat(TestHost.bytes(headers.asSlice(0, 104))).containsOnly('H');
    assertThat(TestHost.bytes(headers.asSlice(104))).containsOnly(0);
  }

  @Test
  void withoutItsHeaderNoPacketIsComplete() {
    MemorySegment batch = batch(PAGES, host.unmapped(), 52, 4096, ciphers.address(), 4096);

    assertThat(send(batch)).isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));
    assertThat(done(batch)).isZero();
    assertThat(receive(batch)).isEqualTo(untouched(Errno.EFAULT.negated()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1 << 20 | 1, 0xFFFF_FFFFL})
  void moreThanTheKernelCanAllocateIsOutOfMemory(long hdrLen) {
    MemorySegment batch = batch(PAGES, headers.address(), hdrLen, 4096, ciphers.address(), 4096);

    assertThat(send(batch)).isEqualTo(untouched(Errno.ENOMEM.negated()));
    assertThat(receive(batch)).isEqualTo(untouched(EINVAL));
  }

  @Test
  void parametersThatCannotBeWrittenBackAreABadAddress() {
    MemorySegment readOnly = host.map(4096, MapFlags.PROT_READ);
    new KvmSevUpdateDataBatch(
            addresses.address(), 1, 0, headers.address(), 52, 4096, ciphers.address(), 4096)
        .write(readOnly);

    assertThat(send(readOnly)).isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));
  }

  @Test
  void pinsOnePageAtATime() {
    onHost(new KernelSettings(false, 4096, false));

    assertThat(send(batch(PAGES))).isEqualTo(DONE);
    assertThat(receive(batch(PAGES))).isEqualTo(DONE);
  }

  @Test
  void keepsNoMemoryOfTheKernels() {
    send(batch(PAGES));
    int ranges = host.physicalMemory.ranges();

    send(batch(PAGES));
    receive(batch(PAGES));
    send(batch(PAGES, host.unmapped(), 52, 4096, ciphers.address(), 1 << 16));

    // host.unmapped() maps and unmaps; nothing else may be left.
    assertThat(host.physicalMemory.ranges()).isEqualTo(ranges);
  }

  @Test
  void readOnlyGuestMemoryIsSentButNotReceived() {
    MemorySegment readOnly = host.map(4096, MapFlags.PROT_READ);
    addresses.setAtIndex(ValueLayout.JAVA_LONG, 0, readOnly.address());

    assertThat(send(batch(1))).isEqualTo(DONE);
    assertThat(receive(batch(1))).isEqualTo(untouched(Errno.ENOMEM.negated()));
  }
}
