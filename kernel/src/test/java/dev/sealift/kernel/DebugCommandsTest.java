package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.psp.DebugBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevDbg;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("KVM_SEV_DBG_DECRYPT and KVM_SEV_DBG_ENCRYPT")
class DebugCommandsTest {
  private static final Outcome DONE = new Outcome(0, 0);
  private static final int EINVAL = Errno.EINVAL.negated();
  private static final int ENOMEM = Errno.ENOMEM.negated();
  private static final int ROOM = 3 * 4096;

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host = TestHost.of(processor);
  private StartedGuest guest = StartedGuest.launched(host);
  private MemorySegment source = host.map(ROOM);
  private MemorySegment destination = host.map(ROOM);

  DebugCommandsTest() {
    processor.on(PspCommand.DBG_DECRYPT, this::invert);
    processor.on(PspCommand.DBG_ENCRYPT, this::invert);
    processor.forget();
  }

  private void onHost(KernelSettings settings) {
    host = TestHost.of(processor, settings);
    guest = StartedGuest.launched(host);
    source = host.map(ROOM);
    destination = host.map(ROOM);
    processor.forget();
  }

  /** A key that flips every bit; blocks and alignment are the real firmware's. */
  private FirmwareStatus invert(MemorySegment buffer) {
    DebugBuffer in = DebugBuffer.read(buffer);
    if ((in.srcAddress() | in.dstAddress()) % 16 != 0) {
      return FirmwareStatus.INVALID_ADDRESS;
    }
    if (in.len() == 0 || in.len() % 16 != 0) {
      return FirmwareStatus.INVALID_LEN;
    }
    processor.write(in.dstAddress(), inverted(processor.read(in.srcAddress(), (int) in.len())));
    return FirmwareStatus.SUCCESS;
  }

  private static byte[] inverted(byte[] bytes) {
    byte[] result = bytes.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] = (byte) ~result[i];
    }
    return result;
  }

  private Outcome debug(SevCommand command, long from, long to, long length) {
    return host.op(guest.vm(), command, host.struct(24, new KvmSevDbg(from, to, length)::write));
  }

  private static byte[] random(long seed) {
    byte[] bytes = new byte[ROOM];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private void copies(SevCommand command, int from, int to, int length) {
    byte[] before = random(1);
    byte[] expected = random(2);
    source.copyFrom(MemorySegment.ofArray(before));
    destination.copyFrom(MemorySegment.ofArray(expected));

    Outcome outcome = debug(command, source.address() + from, destination.address() + to, length);

    System.arraycopy(inverted(before), from, expected, to, length);
    String which = command + " " + length + " bytes from " + from + " to " + to;
    assertThat(outcome).as(which).isEqualTo(DONE);
    assertThat(TestHost.bytes(destination)).as(which).isEqualTo(expected);
    assertThat(TestHost.bytes(source)).as(which).isEqualTo(before);
    assertThat(host.pinned(guest.vm())).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 16",
    "0, 0, 12288",
    "16, 32, 4096",
    "1, 0, 16",
    "0, 1, 16",
    "5, 5, 1",
    "0, 0, 15",
    "0, 1, 4096",
    "8, 8, 16",
    "4090, 4, 12",
    "4, 4090, 12",
    "4095, 4095, 2",
    "4095, 1, 8000",
    "16, 8, 4096",
    "8, 16, 4080",
  })
  void whateverTheAlignmentExactlyTheNamedBytesAreCopied(int from, int to, int length) {
    copies(SevCommand.DBG_DECRYPT, from, to, length);
    copies(SevCommand.DBG_ENCRYPT, from, to, length);
  }

  @Test
  void andSoItIsForAnyThreeNumbers() {
    Random random = new Random(17);
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(5000);
      int to = random.nextInt(5000);
      int length = 1 + random.nextInt(6000);
      copies(i % 2 == 0 ? SevCommand.DBG_DECRYPT : SevCommand.DBG_ENCRYPT, from, to, length);
    }
  }

  @Test
  void alignedBytesReachTheFirmwareWhereTheyAre() {
    debug(SevCommand.DBG_DECRYPT, source.address() + 16, destination.address() + 32, 48);

    assertThat(processor.issued).hasSize(1);
    DebugBuffer in = DebugBuffer.read(processor.last().buffer());
    assertThat(in)
        .isEqualTo(
            new DebugBuffer(
                ScriptedProcessor.FIRST_HANDLE,
                host.user.physicalAddress(source.address() + 16, UserMemory.Access.READ),
                host.user.physicalAddress(destination.address() + 32, UserMemory.Access.READ),
                48));
  }

  @Test
  void addressesCarryTheEncryptionBitOnlyWhereTheHostEncrypts() {
    onHost(new KernelSettings(true, Long.MAX_VALUE, false));

    copies(SevCommand.DBG_ENCRYPT, 1, 2, 3);

    for (ScriptedProcessor.Issued issued : processor.issued) {
      DebugBuffer in = DebugBuffer.read(issued.buffer());
      assertThat(ScriptedProcessor.encrypted(in.srcAddress())).isTrue();
      assertThat(ScriptedProcessor.encrypted(in.dstAddress())).isTrue();
    }
    onHost(KernelSettings.DEFAULT);
    debug(SevCommand.DBG_DECRYPT, source.address(), destination.address(), 16);
    DebugBuffer plain = DebugBuffer.read(processor.last().buffer());
    assertThat(ScriptedProcessor.encrypted(plain.srcAddress() | plain.dstAddress())).isFalse();
  }

  @Test
  void noBlockOfTheFirmwaresLeavesItsPage() {
    // An offset in the destination's page beyond that of the source must not run off the bounce.
    copies(SevCommand.DBG_ENCRYPT, 0, 1, 4096);

    for (ScriptedProcessor.Issued issued : processor.issued) {
      DebugBuffer in = DebugBuffer.read(issued.buffer());
      assertThat(in.srcAddress() % 4096 + in.len()).isLessThanOrEqualTo(4096);
      assertThat(in.dstAddress() % 4096 + in.len()).isLessThanOrEqualTo(4096);
    }
  }

  @Test
  void theFirstRefusalOfTheFirmwareEndsIt() {
    int[] calls = new int[1];
    processor.on(
        PspCommand.DBG_DECRYPT,
        buffer -> ++calls[0] == 2 ? FirmwareStatus.POLICY_FAILURE : invert(buffer));
    source.fill((byte) 0x0F);

    assertThat(debug(SevCommand.DBG_DECRYPT, source.address(), destination.address(), ROOM))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.POLICY_FAILURE.code()));

    assertThat(calls[0]).isEqualTo(2);
    assertThat(TestHost.bytes(destination.asSlice(0, 4096))).containsOnly(0xF0);
    assertThat(TestHost.bytes(destination.asSlice(4096))).containsOnly(0);
    assertThat(host.pinned(guest.vm())).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"DBG_DECRYPT", "DBG_ENCRYPT"})
  void nothingIsWrittenWhereThePolicyForbidsToLook(SevCommand command) {
    processor.refuse(PspCommand.DBG_DECRYPT, FirmwareStatus.POLICY_FAILURE);

    assertThat(debug(command, source.address() + 1, destination.address() + 1, 20))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.POLICY_FAILURE.code()));

    assertThat(processor.log).containsExactly("DBG_DECRYPT");
    assertThat(TestHost.bytes(destination)).containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"DBG_DECRYPT", "DBG_ENCRYPT"})
  void badParametersNeverReachTheFirmware(SevCommand command) {
    long from = source.address();
    long to = destination.address();

    assertThat(host.op(guest.vm(), command.id(), 0, 0)).isEqualTo(refused(Errno.EFAULT.negated()));
    assertThat(debug(command, from, to, 0)).isEqualTo(refused(EINVAL));
    assertThat(debug(command, from, 0, 16)).isEqualTo(refused(EINVAL));
    assertThat(debug(command, -16, to, 17)).isEqualTo(refused(EINVAL));
    assertThat(debug(command, 0, to, 16)).isEqualTo(refused(ENOMEM));
    assertThat(debug(command, host.unmapped(), to, 16)).isEqualTo(refused(ENOMEM));
    assertThat(debug(command, from, host.unmapped(), 16)).isEqualTo(refused(ENOMEM));
    assertThat(debug(command, from, host.map(4096, MapFlags.PROT_READ).address(), 16))
        .isEqualTo(refused(ENOMEM));
    assertThat(processor.log).isEmpty();
    assertThat(host.pinned(guest.vm())).isZero();
  }

  @Test
  void whatIsReadNeedNotBeWritable() {
    MemorySegment readOnly = host.map(4096, MapFlags.PROT_READ);

    assertThat(debug(SevCommand.DBG_DECRYPT, readOnly.address(), destination.address(), 16))
        .isEqualTo(DONE);
  }

  @Test
  void aCopyThatRunsOutOfMemoryHasDoneThePagesBefore() {
    assertThat(
            debug(
                SevCommand.DBG_DECRYPT, source.address(), destination.address() + 8192, 4096 + 16))
        .isEqualTo(new Outcome(ENOMEM, 0));

    assertThat(TestHost.bytes(destination.asSlice(8192))).containsOnly(0xFF);
  }

  @Test
  void twoPagesArePinnedMeanwhile() {
    onHost(new KernelSettings(false, 8191, false));
    assertThat(debug(SevCommand.DBG_DECRYPT, source.address(), destination.address(), 16))
        .isEqualTo(refused(ENOMEM));

    onHost(new KernelSettings(false, 8192, false));
    assertThat(debug(SevCommand.DBG_DECRYPT, source.address(), destination.address(), 16))
        .isEqualTo(DONE);
  }

  private static Outcome refused(int errno) {
    return new Outcome(errno, TestHost.UNTOUCHED);
  }
}
