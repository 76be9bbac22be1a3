package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevExtension;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Many pages of a guest")
class PageCallsTest {
  private static final int PAGES = 2500;
  private static final long MEMORY = 16 << 20;

  private final PaperKernel kernel = new PaperKernel();
  private final List<KvmSevUpdateDataBatch> batches = new ArrayList<>();
  private final List<Long> userAddresses = new ArrayList<>();
  private SevPlatform platform;
  private VirtualMachine machine;
  private CallArena buffers;
  private MemorySegment headers;
  private MemorySegment ciphertexts;

  @BeforeEach
  void create() throws Exception {
    platform = SevPlatform.open(kernel.host());
    machine = VirtualMachine.createEncrypted(kernel.host(), platform, MEMORY);
    buffers = CallArena.allocate(kernel.host(), PAGES * (4096L + 52) + 16);
    ciphertexts = buffers.take(PAGES * 4096L);
    headers = buffers.take(PAGES * 52L);
    kernel.guestIs(GuestState.RUNNING, 0);
    kernel.guestCommands.put(
        SevCommand.SEND_START,
        params -> {
          new KvmSevSendStart(0, 0, 0, 0, 0, 0, 0, 0, 128).write(params);
          return FirmwareStatus.SUCCESS;
        });
  }

  @AfterEach
  void close() {
    buffers.close();
    machine.close();
    platform.close();
    assertThat(kernel.open).isEmpty();
    assertThat(kernel.mapped).isEmpty();
  }

  /** The ways that a session of this kind offers. */
  private PageCalls calls(SevExtension extension) throws VmmException {
    return switch (extension) {
      case SEND_UPDATE_DATA_BATCH -> sending().pageCalls();
      case RECEIVE_UPDATE_DATA_BATCH -> receiving().pageCalls();
    };
  }

  private SendSession sending() throws VmmException {
    return machine.sev().sendStart(new byte[2084], new byte[6252], new byte[3200]);
  }

  private ReceiveSession receiving() throws VmmException {
    return machine.sev().receiveStart(0, new byte[2084], new byte[128]);
  }

  private static String single(SevExtension extension) {
    return "KVM_SEV_" + extension.name().replace("_BATCH", "");
  }

  /** The kernel has the extension; of each batch it does as many packets as it is told. */
  private void serve(SevExtension extension, FirmwareStatus status, LongUnaryOperator done) {
    kernel.extensions.put(
        extension,
        params -> {
          KvmSevUpdateDataBatch batch = KvmSevUpdateDataBatch.read(params);
          batches.add(batch);
          MemorySegment addresses = kernel.memoryAt(batch.guestUaddrs());
          for (int i = 0; i < batch.count(); i++) {
            userAddresses.add(addresses.getAtIndex(ValueLayout.JAVA_LONG, i));
          }
          new KvmSevUpdateDataBatch(0, 0, done.applyAsLong(batch.count()), 0, 0, 0, 0, 0)
              .write(params);
          return status;
        });
  }

  /** Every page but the first, from the last one down, so that order shows. */
  private static long[] gfns(int count) {
    return LongStream.iterate(count, gfn -> gfn - 1).limit(count).toArray();
  }

  private PageBatch batch(int count) {
    return new PageBatch(gfns(count), count, headers, ciphertexts);
  }

  private long calls(String name) {
    return kernel.calls.stream().filter(name::equals).count();
  }

  @ParameterizedTest
  @EnumSource
  void goOneACallWhereTheKernelHasNothingElse(SevExtension extension) throws Exception {
    PageCalls calls = calls(extension);

    calls.update(batch(5));

    assertThat(calls.pagesPerCall()).isEqualTo(1);
    assertThat(calls(single(extension))).isEqualTo(5);
  }

  @ParameterizedTest
  @EnumSource
  void goManyACallWhereTheKernelHasThat(SevExtension extension) throws Exception {
    serve(extension, FirmwareStatus.SUCCESS, count -> count);
    PageCalls calls = calls(extension);

    calls.update(batch(5));

    assertThat(calls.pagesPerCall()).isEqualTo(1024);
    assertThat(calls(single(extension))).isZero();
    assertThat(batches).hasSize(1);
    KvmSevUpdateDataBatch batch = batches.getFirst();
    assertThat(batch)
        .isEqualTo(
            new KvmSevUpdateDataBatch(
                batch.guestUaddrs(),
                5,
                0,
                headers.address(),
                52,
                4096,
                ciphertexts.address(),
                4096));
    long memory = machine.memory().segment().address();
    assertThat(userAddresses)
        .containsExactly(
            memory + 0x5000, memory + 0x4000, memory + 0x3000, memory + 0x2000, memory + 0x1000);
  }

  @Test
  void goInAsFewCallsAsTheKernelTakesThem() throws Exception {
    serve(SevExtension.SEND_UPDATE_DATA_BATCH, FirmwareStatus.SUCCESS, count -> count);

    sending().pageCalls().update(batch(PAGES));

    assertThat(batches)
        .extracting(KvmSevUpdateDataBatch::count)
        .containsExactly(1024L, 1024L, PAGES - 2048L);
    assertThat(batches.get(1).hdrUaddr()).isEqualTo(headers.address() + 1024 * 52);
    assertThat(batches.get(1).transUaddr()).isEqualTo(ciphertexts.address() + 1024 * 4096);
    assertThat(userAddresses)
        .hasSize(PAGES)
        .doesNotHaveDuplicates()
        .endsWith(machine.memory().segment().address() + 4096);
  }

  @Test
  void goOneACallWhereThatIsWanted() throws Exception {
    serve(SevExtension.SEND_UPDATE_DATA_BATCH, FirmwareStatus.SUCCESS, count -> count);

    sending().onePageACall().update(batch(3));

    assertThat(batches).isEmpty();
    assertThat(calls("KVM_SEV_SEND_UPDATE_DATA")).isEqualTo(3);
  }

  @Test
  void askTheKernelOnceWhatItHas() throws Exception {
    serve(SevExtension.SEND_UPDATE_DATA_BATCH, FirmwareStatus.SUCCESS, count -> count);
    SendSession session = sending();

    session.pageCalls();
    session.pageCalls();
    sending().pageCalls();

    assertThat(calls("KVM_SEV_SEND_UPDATE_DATA_BATCH")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void tellWhichOfABatchWasRefused(SevExtension extension) throws Exception {
    serve(extension, FirmwareStatus.BAD_MEASUREMENT, count -> 2);
    PageCalls calls = calls(extension);

    VmmException refused = catchThrowableOfType(VmmException.class, () -> calls.update(batch(5)));

    assertThat(refused.page()).hasValue(3);
    assertThat(refused.operation()).isEqualTo("KVM_SEV_" + extension);
    assertThat(refused.errno()).isEqualTo(Errno.EIO);
    assertThat(refused.status()).isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
    assertThat(refused).hasMessageContaining("on the page at 0x3000 was refused by the firmware");
  }

  @Test
  void tellWhichOfTheSecondBatchWasRefused() throws Exception {
    serve(
        SevExtension.SEND_UPDATE_DATA_BATCH,
        FirmwareStatus.SUCCESS,
        count -> batches.size() == 2 ? 7 : count);

    assertThatThrownBy(() -> sending().pageCalls().update(batch(PAGES)))
        .isInstanceOfSatisfying(
            VmmException.class, refused -> assertThat(refused.page()).hasValue(PAGES - (1024 + 7)))
        .hasMessageContaining("did 7 pages of 1024");
    assertThat(batches).hasSize(2);
  }

  @Test
  void tellWhichOneWasRefusedOneByOne() throws Exception {
    kernel.guestCommands.put(
        SevCommand.SEND_UPDATE_DATA,
        params ->
            calls("KVM_SEV_SEND_UPDATE_DATA") == 4
                ? FirmwareStatus.INACTIVE
                : FirmwareStatus.SUCCESS);

    VmmException refused =
        catchThrowableOfType(VmmException.class, () -> sending().pageCalls().update(batch(5)));

    assertThat(refused.page()).hasValue(2);
    assertThat(refused.status()).isEqualTo(FirmwareStatus.INACTIVE);
    assertThat(refused).hasMessageContaining("the page at 0x2000");
  }

  @Test
  void areNamedRightWhateverTheKernelSaysOfThem() throws Exception {
    serve(SevExtension.SEND_UPDATE_DATA_BATCH, FirmwareStatus.INACTIVE, count -> 0xFFFF_FFFFL);

    VmmException refused =
        catchThrowableOfType(VmmException.class, () -> sending().pageCalls().update(batch(5)));

    assertThat(refused.page()).hasValue(1);
  }

  @Test
  void needRoomForTheirPackets() {
    assertThatThrownBy(() -> new PageBatch(new long[2], 3, headers, ciphertexts))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new PageBatch(new long[2], 2, headers.asSlice(0, 103), ciphertexts))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new PageBatch(new long[2], 2, headers, ciphertexts.asSlice(0, 8191)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
