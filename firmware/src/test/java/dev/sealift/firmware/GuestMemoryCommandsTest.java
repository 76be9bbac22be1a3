package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;
import static dev.sealift.firmware.TestMachine.ANYTHING_GOES;
import static dev.sealift.firmware.TestMachine.PAGE;
import static dev.sealift.firmware.TestMachine.flipped;
import static dev.sealift.firmware.TestMachine.randomBytes;
import static dev.sealift.firmware.TestMachine.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.ActivateExBuffer;
import dev.sealift.abi.psp.AttestationBuffer;
import dev.sealift.abi.psp.CopyBuffer;
import dev.sealift.abi.psp.DebugBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SwapInBuffer;
import dev.sealift.abi.psp.SwapOutBuffer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What the host may do with a guest's memory")
class GuestMemoryCommandsTest {
  private static final int ASID = 1;

  private TestMachine machine;
  private long page;
  private byte[] content;
  private int guest;

  @BeforeEach
  void runningGuest() {
    machine = TestMachine.ready();
    content = randomBytes(PAGE, 1);
    page = machine.place(content);
    guest = machine.running(ANYTHING_GOES, ASID, page);
  }

  @Test
  @DisplayName("is to read and write it where the policy lets it be debugged, any length")
  void debug() {
    long plain = machine.room(3 * PAGE);
    debug(PspCommand.DBG_DECRYPT, page + 16, plain, PAGE - 32);
    assertThat(machine.memory.read(plain, PAGE - 32))
        .isEqualTo(Arrays.copyOfRange(content, 16, PAGE - 16));
    byte[] patch = randomBytes(2 * PAGE + 48, 2);
    long from = machine.place(patch);
    long to = machine.room(3 * PAGE);
    debug(PspCommand.DBG_ENCRYPT, from, to, patch.length);
    assertThat(machine.seenBy(ASID, to, patch.length)).isEqualTo(patch);
    assertThat(machine.memory.read(to, patch.length)).isNotEqualTo(patch);
  }

  private void debug(PspCommand command, long from, long to, long length) {
    succeeded(
        machine.send(command, DebugBuffer.LAYOUT, new DebugBuffer(guest, from, to, length)::write));
  }

  @Test
  @DisplayName("is to move pages, which the guest reads at their new address")
  void copy() {
    long to = machine.room(PAGE);
    copy(page, to, PAGE);
    assertThat(machine.seenBy(ASID, to, PAGE)).isEqualTo(content);
    assertThat(machine.memory.read(to, PAGE)).isNotEqualTo(machine.memory.read(page, PAGE));
  }

  @Test
  @DisplayName("is to move many pages at once, and not a byte behind them")
  void copyMany() {
    byte[] many = randomBytes(3 * PAGE, 4);
    long from = machine.room(3 * PAGE);
    assertThat(machine.controller.write(ASID, from, MemorySegment.ofArray(many))).isTrue();
    long to = machine.room(4 * PAGE);
    copy(from, to, 3 * PAGE);
    assertThat(machine.seenBy(ASID, to, 3 * PAGE)).isEqualTo(many);
    assertThat(machine.memory.read(to + 3 * PAGE, PAGE)).containsOnly(0);
  }

  @Test
  @DisplayName("is not to move a part where the rest has no place")
  void copyHalf() {
    long lastPage = TestMachine.RAM + TestMachine.RAM_SIZE - PAGE;
    CopyBuffer command = new CopyBuffer(guest, 2 * PAGE, page, lastPage);
    assertThat(machine.send(PspCommand.COPY, CopyBuffer.LAYOUT, command::write).status())
        .isEqualTo(FirmwareStatus.INVALID_ADDRESS);
    assertThat(machine.memory.read(lastPage, PAGE)).containsOnly(0);
    // From a place to itself there is nothing to do, wherever it is.
    copy(TestMachine.NOWHERE, TestMachine.NOWHERE, 2 * PAGE);
  }

  @Test
  @DisplayName("is nothing where the first pages overlap; by another profile where any do")
  void copyOverlap() {
    byte[] before = machine.memory.read(page, 3 * PAGE);
    copy(page, page | TestMachine.C_BIT, PAGE);
    assertThat(machine.memory.read(page, 3 * PAGE)).isEqualTo(before);
    copy(page, page + PAGE, 2 * PAGE);
    assertThat(machine.memory.read(page, 3 * PAGE)).isNotEqualTo(before);

    FirmwareProfile careful =
        FirmwareProfile.DEFAULT.without(FirmwareQuirk.COPY_COMPARES_FIRST_PAGE);
    machine = TestMachine.ready(builder -> builder.profile(careful));
    page = machine.place(randomBytes(3 * PAGE, 3));
    guest = machine.running(ANYTHING_GOES, ASID, page);
    before = machine.memory.read(page, 3 * PAGE);
    copy(page, page + PAGE, 2 * PAGE);
    assertThat(machine.memory.read(page, 3 * PAGE)).isEqualTo(before);
  }

  private void copy(long from, long to, long length) {
    succeeded(
        machine.send(
            PspCommand.COPY, CopyBuffer.LAYOUT, new CopyBuffer(guest, length, from, to)::write));
  }

  // Swapping

  private byte[] swapOut(long from, long to, long metadata, long softwareData) {
    return swapOut(0, from, to, metadata, softwareData);
  }

  private byte[] swapOut(int flags, long from, long to, long metadata, long softwareData) {
    succeeded(
        machine.send(
            PspCommand.SWAP_OUT,
            SwapOutBuffer.LAYOUT,
            new SwapOutBuffer(guest, flags, from, to, metadata, softwareData)::write));
    return machine.memory.read(metadata, 64);
  }

  private FirmwareStatus swapIn(int flags, long from, long to, long metadata) {
    return machine
        .send(
            PspCommand.SWAP_IN,
            SwapInBuffer.LAYOUT,
            new SwapInBuffer(guest, flags, from, to, metadata)::write)
        .status();
  }

  @Test
  @DisplayName("is to swap a page out and in again, at another address, and never the same twice")
  void swap() {
    long sealed = machine.room(PAGE);
    long metadata = machine.room(64);
    byte[] first = swapOut(page, sealed, metadata, 0x1122334455667788L);
    byte[] firstPage = machine.memory.read(sealed, PAGE);
    assertThat(Arrays.copyOf(first, 16))
        .containsExactly(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0, 0, 0, 0);
    byte[] second = swapOut(page, sealed, metadata, 0);
    assertThat(second[8]).isEqualTo((byte) 1);
    assertThat(machine.memory.read(sealed, PAGE)).isNotEqualTo(firstPage);

    long back = machine.room(PAGE);
    assertThat(swapIn(0, sealed, back, metadata)).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(machine.seenBy(ASID, back, PAGE)).isEqualTo(content);
    assertThat(swapIn(8, sealed, sealed, metadata)).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(machine.seenBy(ASID, sealed, PAGE)).isEqualTo(content);
  }

  @Test
  @DisplayName("is no change to a page that is out, nor to what is kept with it")
  void swapIsAuthenticated() {
    long sealed = machine.room(PAGE);
    long metadata = machine.room(64);
    byte[] mdata = swapOut(page, sealed, metadata, 5);
    byte[] bytes = machine.memory.read(sealed, PAGE);
    long back = machine.room(PAGE);
    for (int bit : new int[] {0, 8 * 8, 8 * 16, 8 * 40}) {
      machine.memory.write(metadata, flipped(mdata, bit));
      assertThat(swapIn(0, sealed, back, metadata)).isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
    }
    machine.memory.write(metadata, mdata);
    machine.memory.write(sealed, flipped(bytes, 12345));
    assertThat(swapIn(0, sealed, back, metadata)).isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
    assertThat(machine.memory.read(back, PAGE)).containsOnly(0);
  }

  @Test
  @DisplayName("is to swap 2 MiB as one page, in place")
  void swapLargePage() {
    byte[] large = randomBytes(2 << 20, 5);
    assertThat(machine.controller.write(ASID, Scenario.LARGE_PAGE, MemorySegment.ofArray(large)))
        .isTrue();
    long metadata = machine.room(64);
    byte[] mdata = swapOut(1, Scenario.LARGE_PAGE, Scenario.LARGE_PAGE, metadata, 0);
    assertThat(mdata[0x3C]).isEqualTo((byte) 1);
    assertThat(swapIn(0, Scenario.LARGE_PAGE, page, metadata)).isEqualTo(INVALID_PARAM);
    assertThat(swapIn(1 | 8, Scenario.LARGE_PAGE, Scenario.LARGE_PAGE, metadata))
        .isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(machine.seenBy(ASID, Scenario.LARGE_PAGE, 2 << 20)).isEqualTo(large);
  }

  @Test
  @DisplayName("is to keep a page's metadata right beside the page, and nowhere in it")
  void metadataBesideThePage() {
    long sealed = machine.room(3 * PAGE) + PAGE;
    for (long beside : new long[] {sealed - 64, sealed + PAGE}) {
      swapOut(0, page, sealed, beside, 0);
      assertThat(swapIn(0, sealed, page, beside)).isEqualTo(FirmwareStatus.SUCCESS);
    }
    for (long within : new long[] {sealed, sealed + PAGE - 64, sealed + 64 | TestMachine.C_BIT}) {
      assertThat(swapIn(0, sealed, page, within)).isEqualTo(INVALID_PARAM);
      assertThat(swapIn(0, page, sealed, within)).isEqualTo(INVALID_PARAM);
    }
  }

  @Test
  @DisplayName("is to swap the register state of a vCPU out and in, said to be such")
  void swapVmsa() {
    machine = TestMachine.off(builder -> builder.asids(20, 6));
    assertThat(machine.init(new InitBuffer(1, Scenario.TMR, 1 << 20)))
        .isEqualTo(FirmwareStatus.SUCCESS);
    machine.succeed(PspCommand.DF_FLUSH);
    guest = machine.launching(GuestPolicy.of(Flag.ES), ASID);
    long vmsa = machine.place(content);
    succeeded(
        machine.send(
            PspCommand.LAUNCH_UPDATE_VMSA,
            LaunchUpdateBuffer.LAYOUT,
            new LaunchUpdateBuffer(guest, vmsa, PAGE)::write));
    byte[] registers = machine.seenBy(ASID, vmsa, PAGE);
    long sealed = machine.room(PAGE);
    long metadata = machine.room(64);
    byte[] mdata = swapOut(4, vmsa, sealed, metadata, 0);
    assertThat(mdata[0x3C]).isEqualTo((byte) 4);
    assertThat(swapIn(4 | 8, sealed, sealed, metadata)).isEqualTo(INVALID_PARAM);
    assertThat(swapIn(0, sealed, vmsa, metadata)).isEqualTo(INVALID_PARAM);
    assertThat(swapIn(4, sealed, vmsa, metadata)).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(machine.seenBy(ASID, vmsa, PAGE)).isEqualTo(registers);
  }

  // Address spaces

  @Test
  @DisplayName("is to give a guest an ASID on some core complexes")
  void activateEx() {
    int another = machine.launchStart(ANYTHING_GOES);
    ActivateExBuffer activate = new ActivateExBuffer(24, another, 7, 1024, machine.room(4096));
    succeeded(machine.send(PspCommand.ACTIVATE_EX, ActivateExBuffer.LAYOUT, activate::write));
    assertThat(machine.guestStatus(another).asid()).isEqualTo(7);
    assertThat(machine.launchUpdate(another, machine.place(content), PAGE))
        .isEqualTo(FirmwareStatus.SUCCESS);
  }

  @Test
  @DisplayName("is to give a guest its own ASID again on more core complexes")
  void activateAgain() {
    long ids = machine.room(16);
    ActivateExBuffer again = new ActivateExBuffer(24, guest, ASID, 4, ids);
    succeeded(machine.send(PspCommand.ACTIVATE_EX, ActivateExBuffer.LAYOUT, again::write));
    assertThat(machine.seenBy(ASID, page, PAGE)).isEqualTo(content);
  }

  // Attestation

  @Test
  @DisplayName("is proved by a report under the PEK's signature, also once the guest runs")
  void attestation() throws Exception {
    byte[] nonce = randomBytes(16, 7);
    byte[] report = report(nonce);
    assertThat(Arrays.copyOf(report, 16)).isEqualTo(nonce);
    assertThat(Arrays.copyOfRange(report, 16, 48))
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(content));
    assertThat(Arrays.copyOfRange(report, 0x34, 0x3C)).containsExactly(2, 0x10, 0, 0, 2, 0, 0, 0);
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initVerify(machine.chain().pek().publicKey());
    signature.update(report, 0, 52);
    byte[] rs = new byte[96];
    for (int i = 0; i < 48; i++) {
      rs[47 - i] = report[0x40 + i];
      rs[95 - i] = report[0x40 + 72 + i];
    }
    assertThat(signature.verify(rs)).isTrue();
  }

  private byte[] report(byte[] nonce) {
    long address = machine.room(208);
    AttestationBuffer command = new AttestationBuffer(guest, address, nonce, 300);
    MemorySegment after =
        succeeded(machine.send(PspCommand.ATTESTATION, AttestationBuffer.LAYOUT, command::write));
    assertThat(AttestationBuffer.read(after).len()).isEqualTo(208);
    return machine.memory.read(address, 208);
  }

  @Test
  @DisplayName("is nothing that the policy forbids")
  void noDebug() {
    guest = machine.launching(GuestPolicy.of(Flag.NODBG), 2);
    assertThat(
            machine
                .send(
                    PspCommand.DBG_DECRYPT,
                    DebugBuffer.LAYOUT,
                    new DebugBuffer(guest, page, machine.room(PAGE), 16)::write)
                .status())
        .isEqualTo(FirmwareStatus.POLICY_FAILURE);
  }
}
