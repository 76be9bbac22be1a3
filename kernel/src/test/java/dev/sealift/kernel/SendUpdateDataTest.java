package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("KVM_SEV_SEND_UPDATE_DATA")
class SendUpdateDataTest {
  private static final Outcome DONE = new Outcome(0, 0);

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host = TestHost.of(processor);
  private StartedGuest guest = StartedGuest.launched(host);
  private MemorySegment page = host.map(4096);
  private MemorySegment header = host.take(128);
  private MemorySegment transport = host.take(8192);

  private void onHost(KernelSettings settings) {
    host = TestHost.of(processor, settings);
    guest = StartedGuest.launched(host);
    page = host.map(4096);
    header = host.take(128);
    transport = host.take(8192);
  }

  private Outcome send(
      long hdrUaddr, long hdrLen, long guestUaddr, long transUaddr, long transLen) {
    return host.op(
        guest.vm(),
        SevCommand.SEND_UPDATE_DATA,
        parameters(hdrUaddr, hdrLen, guestUaddr, 4096, transUaddr, transLen));
  }

  private MemorySegment parameters(
      long hdrUaddr, long hdrLen, long guestUaddr, long guestLen, long transUaddr, long transLen) {
    return host.struct(
        48,
        new KvmSevSendUpdateData(hdrUaddr, hdrLen, guestUaddr, guestLen, transUaddr, transLen)
            ::write);
  }

  private Outcome sendPage() {
    return send(header.address(), 52, page.address(), transport.address(), 4096);
  }

  @ParameterizedTest
  @CsvSource({"52, 4194305", "4194305, 4096", "52, 4294967295", "4294967295, 4096"})
  void moreThanTheKernelCanAllocateIsOutOfMemory(long hdrLen, long transLen) {
    processor.forget();

    Outcome outcome = send(header.address(), hdrLen, page.address(), transport.address(), transLen);

    assertThat(outcome).isEqualTo(new Outcome(Errno.ENOMEM.negated(), TestHost.UNTOUCHED));
    assertThat(processor.log).isEmpty();
    assertThat(host.pinned(guest.vm())).isZero();
  }

  @Test
  void asMuchAsTheKernelCanAllocateComesBackWhole() {
    MemorySegment large = host.map(4 << 20).fill((byte) 0x55);

    assertThat(send(header.address(), 52, page.address(), large.address(), 4 << 20))
        .isEqualTo(DONE);

    assertThat(TestHost.bytes(large.asSlice(0, 4096))).containsOnly('T');
    assertThat(TestHost.holdsOnly(large.asSlice(4096), 0)).isTrue();
  }

  @Test
  void nothingOfAnEarlierPacketComesOutWhereTheFirmwareWroteLess() {
    assertThat(send(header.address(), 52, page.address(), transport.address(), 8192))
        .isEqualTo(DONE);
    processor.on(
        PspCommand.SEND_UPDATE_DATA,
        buffer -> {
          processor.fill(PacketBuffer.read(buffer).transAddress(), 't', 16);
          return FirmwareStatus.SUCCESS;
        });

    assertThat(send(header.address(), 52, page.address(), transport.address(), 8192))
        .isEqualTo(DONE);

    assertThat(TestHost.bytes(transport.asSlice(0, 16))).containsOnly('t');
    assertThat(TestHost.bytes(transport.asSlice(16))).containsOnly(0);
    assertThat(TestHost.bytes(header.asSlice(0, 52))).containsOnly(0);
  }

  @Test
  void parametersAreNotWrittenBack() {
    processor.on(
        PspCommand.SEND_UPDATE_DATA,
        buffer -> {
          new PacketBuffer(0, 0, 1, 0, 2, 0, 3).write(buffer);
          return FirmwareStatus.SUCCESS;
        });
    MemorySegment data =
        parameters(header.address(), 52, page.address(), 4096, transport.address(), 4096);
    byte[] before = TestHost.bytes(data);

    assertThat(host.op(guest.vm(), SevCommand.SEND_UPDATE_DATA, data)).isEqualTo(DONE);

    assertThat(TestHost.bytes(data)).isEqualTo(before);
  }

  @Test
  void aLengthQueryShowsTheFirmwareNothingButTheHandle() {
    MemorySegment data =
        parameters(header.address(), 52, page.address(), 4096, transport.address(), 0);

    assertThat(host.op(guest.vm(), SevCommand.SEND_UPDATE_DATA, data))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_LEN.code()));

    assertThat(processor.last().packet())
        .isEqualTo(new PacketBuffer(ScriptedProcessor.FIRST_HANDLE, 0, 0, 0, 0, 0, 0));
    KvmSevSendUpdateData answer = KvmSevSendUpdateData.read(data);
    assertThat(answer.hdrLen()).isEqualTo(52);
    assertThat(answer.transLen()).isEqualTo(4096);
    assertThat(answer.guestUaddr()).isEqualTo(page.address());
    assertThat(answer.guestLen()).isEqualTo(4096);
  }

  @Test
  void aLengthQueryWhoseParametersCannotBeWrittenIsABadAddress() {
    MemorySegment readOnly = host.map(4096, MapFlags.PROT_READ);
    new KvmSevSendUpdateData(0, 0, 0, 0, 0, 0).write(readOnly);

    assertThat(host.op(guest.vm(), SevCommand.SEND_UPDATE_DATA, readOnly))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), FirmwareStatus.INVALID_LEN.code()));
  }

  @Test
  void noCacheIsFlushed() {
    processor.forget();

    sendPage();

    assertThat(processor.log).containsExactly("SEND_UPDATE_DATA");
  }

  @Test
  void guestMemoryNeedsNoRegistration() {
    assertThat(sendPage()).isEqualTo(DONE);
  }

  @Test
  void guestMemoryMayBeReadOnly() {
    page = host.map(4096, MapFlags.PROT_READ);

    assertThat(sendPage()).isEqualTo(DONE);
  }

  @Test
  void guestMemoryThatMayNotBeReadCannotBePinned() {
    page = host.map(4096, MapFlags.PROT_NONE);

    assertThat(sendPage()).isEqualTo(new Outcome(Errno.ENOMEM.negated(), TestHost.UNTOUCHED));
  }

  @Test
  void aPartOfAPageIsSentFromWhereItLies() {
    host.op(
        guest.vm(),
        SevCommand.SEND_UPDATE_DATA,
        parameters(header.address(), 52, page.address() + 0x120, 48, transport.address(), 48));

    PacketBuffer packet = processor.last().packet();
    assertThat(packet.guestLen()).isEqualTo(48);
    assertThat(packet.transLen()).isEqualTo(48);
    assertThat(ScriptedProcessor.physical(packet.guestAddress()))
        .isEqualTo(host.user.physicalAddress(page.address(), UserMemory.Access.READ) + 0x120);
  }

  @Test
  void theEncryptionBitIsSetOnGuestMemoryOnlyWhereTheHostDoesNotEncrypt() {
    sendPage();

    PacketBuffer packet = processor.last().packet();
    assertThat(ScriptedProcessor.encrypted(packet.guestAddress())).isTrue();
    assertThat(ScriptedProcessor.encrypted(packet.hdrAddress())).isFalse();
    assertThat(ScriptedProcessor.encrypted(packet.transAddress())).isFalse();
    assertThat(ScriptedProcessor.encrypted(processor.last().address())).isFalse();
  }

  @Test
  void theEncryptionBitIsSetOnEveryAddressWhereTheHostEncrypts() {
    onHost(new KernelSettings(true, Long.MAX_VALUE, false));

    assertThat(sendPage()).isEqualTo(DONE);

    PacketBuffer packet = processor.last().packet();
    assertThat(ScriptedProcessor.encrypted(packet.guestAddress())).isTrue();
    assertThat(ScriptedProcessor.encrypted(packet.hdrAddress())).isTrue();
    assertThat(ScriptedProcessor.encrypted(packet.transAddress())).isTrue();
    assertThat(ScriptedProcessor.encrypted(processor.last().address())).isTrue();
  }

  @Test
  void aPacketWhoseHeaderCannotBeCopiedMayBeAskedForAgain() {
    long readOnly = host.map(4096, MapFlags.PROT_READ).address();

    assertThat(send(readOnly, 52, page.address(), transport.address(), 4096))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));
    assertThat(TestHost.bytes(transport.asSlice(0, 4096))).containsOnly('T');

    assertThat(sendPage()).isEqualTo(DONE);
    assertThat(TestHost.bytes(header.asSlice(0, 52))).containsOnly('H');
  }

  @Test
  void theHeaderIsNotCopiedWhereTheCiphertextCannotBe() {
    long readOnly = host.map(4096, MapFlags.PROT_READ).address();

    assertThat(send(header.address(), 52, page.address(), readOnly, 4096))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));

    assertThat(TestHost.bytes(header)).containsOnly(0);
  }

  @Test
  void noFailureKeepsAPagePinned() {
    onHost(new KernelSettings(false, 4096, false));
    long readOnly = host.map(4096, MapFlags.PROT_READ).address();
    processor.refuse(PspCommand.SEND_UPDATE_DATA, FirmwareStatus.INACTIVE);
    assertThat(sendPage().result()).isEqualTo(Errno.EIO.negated());
    processor.accept(PspCommand.SEND_UPDATE_DATA);
    assertThat(send(header.address(), 52, page.address(), readOnly, 4096).result())
        .isEqualTo(Errno.EFAULT.negated());
    assertThat(send(header.address(), 5 << 20, page.address(), readOnly, 4096).result())
        .isEqualTo(Errno.ENOMEM.negated());

    assertThat(sendPage()).isEqualTo(DONE);
  }

  @Test
  void aProcessWithCapIpcLockMayPinAboveItsLimit() {
    onHost(new KernelSettings(false, 0, true));

    assertThat(sendPage()).isEqualTo(DONE);
  }

  @Test
  void thePinnedPageCountsOnTopOfRegisteredMemory() {
    onHost(new KernelSettings(false, 2 * 4096, false));
    assertThat(host.register(guest.vm(), page.address(), 4096)).isZero();
    assertThat(sendPage()).isEqualTo(DONE);
    MemorySegment more = host.map(4096);
    assertThat(host.register(guest.vm(), more.address(), 4096)).isZero();

    assertThat(sendPage().result()).isEqualTo(Errno.ENOMEM.negated());
  }

  @Test
  void theSevDescriptorIsANumberThatIsLookedUpAtEachCall() {
    assertThat(host.calls.close(guest.sevFd())).isZero();
    assertThat(sendPage()).isEqualTo(new Outcome(Errno.EBADF.negated(), TestHost.UNTOUCHED));

    assertThat(host.openSev(OpenFlags.O_RDONLY)).isEqualTo(guest.sevFd());
    assertThat(sendPage()).isEqualTo(DONE);
  }

  @Test
  void memoryTakenAwayWhileTheFirmwareWorksIsABadAddress() {
    MemorySegment doomed = host.map(4096);
    processor.on(
        PspCommand.SEND_UPDATE_DATA,
        buffer -> {
          host.calls.munmap(doomed);
          return FirmwareStatus.SUCCESS;
        });

    assertThat(send(header.address(), 52, page.address(), doomed.address(), 4096))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));
  }
}
