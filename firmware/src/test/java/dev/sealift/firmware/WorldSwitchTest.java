package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.PAGE;
import static dev.sealift.firmware.TestMachine.randomBytes;
import static dev.sealift.firmware.TestMachine.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A CPU with SEV-ES")
class WorldSwitchTest {
  private static final GuestPolicy ES = GuestPolicy.of(Flag.ES);
  private static final long TMR = TestMachine.RAM + (3 << 20);
  private static final int ASID = 2;
  private static final int R15 = 0x378;

  private final TestMachine machine = TestMachine.off(b -> b.asids(10, 5));
  private final WorldSwitch cpu = machine.processor.worldSwitch();
  private final byte[] registers = randomBytes(PAGE, 7);
  private final byte[] page = new byte[PAGE];
  private final MemorySegment vmsa = MemorySegment.ofArray(page);
  private final int guest;
  private final long address;

  WorldSwitchTest() {
    assertThat(machine.init(new InitBuffer(1, TMR, 1 << 20))).isEqualTo(FirmwareStatus.SUCCESS);
    machine.succeed(PspCommand.DF_FLUSH);
    guest = machine.launching(ES, ASID);
    address = machine.place(registers);
    succeeded(
        machine.send(
            PspCommand.LAUNCH_UPDATE_VMSA,
            LaunchUpdateBuffer.LAYOUT,
            new LaunchUpdateBuffer(guest, address, PAGE)::write));
  }

  private void finishLaunch() {
    machine.launchMeasure(guest);
    machine.succeed(PspCommand.LAUNCH_FINISH, guest);
  }

  private FirmwareStatus seal() {
    machine.sendStart(guest, machine.chain());
    PacketBuffer packet =
        new PacketBuffer(guest, machine.room(52), 52, address, PAGE, machine.room(PAGE), PAGE);
    return machine.send(PspCommand.SEND_UPDATE_VMSA, PacketBuffer.LAYOUT, packet::write).status();
  }

  @Test
  void entersAGuestWithTheRegistersItWasLaunchedWith() {
    finishLaunch();
    assertThat(cpu.enter(ASID, address, vmsa)).isTrue();
    assertThat(page[R15]).isEqualTo(registers[R15]);
    assertThat(page[R15 + 1]).isEqualTo(registers[R15 + 1]);
  }

  @Test
  void doesNotEnterAGuestThatMayNotRunYet() {
    assertThat(cpu.enter(ASID, address, vmsa)).isFalse();
    assertThat(page).containsOnly(0);
  }

  @Test
  void doesNotEnterAGuestThatWasSentAway() {
    finishLaunch();
    assertThat(seal()).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(cpu.enter(ASID, address, vmsa)).as("while it is sent").isTrue();
    machine.succeed(PspCommand.SEND_FINISH, guest);
    assertThat(cpu.enter(ASID, address, vmsa)).as("when it was sent").isFalse();
  }

  @Test
  void goesOnFromTheRegistersThatItLeftBehind() {
    finishLaunch();
    assertThat(cpu.enter(ASID, address, vmsa)).isTrue();
    page[R15] ^= 0x5A;
    assertThat(cpu.leave(ASID, address, vmsa)).isTrue();
    byte left = page[R15];
    vmsa.fill((byte) 0);
    assertThat(cpu.enter(ASID, address, vmsa)).isTrue();
    assertThat(page[R15]).isEqualTo(left).isNotEqualTo(registers[R15]);
    assertThat(machine.memory.read(address, PAGE)).as("what the host sees").isNotEqualTo(page);
  }

  @Test
  void leavesAVmsaThatTheFirmwareTakesForUnchanged() {
    finishLaunch();
    assertThat(cpu.enter(ASID, address, vmsa)).isTrue();
    page[R15] ^= 0x5A;
    assertThat(cpu.leave(ASID, address, vmsa)).isTrue();
    assertThat(seal()).isEqualTo(FirmwareStatus.SUCCESS);
  }

  @Test
  void neitherEntersNorSendsAVmsaThatTheHostHasTouched() {
    finishLaunch();
    byte[] atRest = machine.memory.read(address, PAGE);
    atRest[100] ^= 1;
    machine.memory.write(address, atRest);
    assertThat(cpu.enter(ASID, address, vmsa)).isFalse();
    assertThat(seal()).isEqualTo(FirmwareStatus.INVALID_PARAM);
  }

  @Test
  void neitherEntersNorSendsAVmsaOfThePast() {
    finishLaunch();
    byte[] past = machine.memory.read(address, PAGE);
    assertThat(cpu.enter(ASID, address, vmsa)).isTrue();
    page[R15] ^= 0x5A;
    assertThat(cpu.leave(ASID, address, vmsa)).isTrue();
    machine.memory.write(address, past);
    assertThat(cpu.enter(ASID, address, vmsa)).isFalse();
    assertThat(seal()).isEqualTo(FirmwareStatus.INVALID_PARAM);
  }

  @Test
  void doesNotEnterAGuestUnderTheAsidOfAnother() {
    finishLaunch();
    assertThat(cpu.enter(ASID + 1, address, vmsa)).isFalse();
  }

  @Test
  void leavesNothingForAGuestThatIsGone() {
    finishLaunch();
    assertThat(cpu.enter(ASID, address, vmsa)).isTrue();
    byte[] atRest = machine.memory.read(address, PAGE);
    machine.succeed(PspCommand.DEACTIVATE, guest);
    machine.succeed(PspCommand.DECOMMISSION, guest);
    assertThat(cpu.leave(ASID, address, vmsa)).isFalse();
    assertThat(machine.memory.read(address, PAGE)).isEqualTo(atRest);
  }

  @Test
  void entersNothingWhereThereIsNoMemory() {
    finishLaunch();
    assertThat(cpu.enter(ASID, TestMachine.NOWHERE, vmsa)).isFalse();
  }
}
