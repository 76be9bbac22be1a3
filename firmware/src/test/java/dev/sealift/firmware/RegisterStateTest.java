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
import dev.sealift.abi.psp.SwapOutBuffer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The registers of a guest with SEV-ES")
class RegisterStateTest {
  private static final GuestPolicy ES = GuestPolicy.of(Flag.ES);
  private static final long TMR = TestMachine.RAM + (3 << 20);
  private static final int ASID = 2;

  private static TestMachine machine(FirmwareProfile profile) {
    TestMachine machine = TestMachine.off(b -> b.asids(10, 5).profile(profile));
    assertThat(machine.init(new InitBuffer(1, TMR, 1 << 20))).isEqualTo(FirmwareStatus.SUCCESS);
    machine.succeed(PspCommand.DF_FLUSH);
    return machine;
  }

  private static long launchedVmsa(TestMachine machine, int guest, byte[] registers) {
    long vmsa = machine.place(registers);
    succeeded(
        machine.send(
            PspCommand.LAUNCH_UPDATE_VMSA,
            LaunchUpdateBuffer.LAYOUT,
            new LaunchUpdateBuffer(guest, vmsa, PAGE)::write));
    return vmsa;
  }

  private static FirmwareStatus send(TestMachine machine, PspCommand command, PacketBuffer buffer) {
    return machine.send(command, PacketBuffer.LAYOUT, buffer::write).status();
  }

  @Test
  @DisplayName("are encrypted in place, and carry the address of their checksum")
  void launched() {
    TestMachine machine = machine(FirmwareProfile.DEFAULT);
    int guest = machine.launching(ES, ASID);
    byte[] registers = randomBytes(PAGE, 1);
    long vmsa = launchedVmsa(machine, guest, registers);
    byte[] seen = machine.seenBy(ASID, vmsa, PAGE);
    ByteBuffer fields = ByteBuffer.wrap(seen).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(fields.getLong(0x380)).isZero();
    assertThat(fields.getLong(0x388)).isBetween(TMR, TMR + (1 << 20) - 1);
    System.arraycopy(registers, 0x380, seen, 0x380, 16);
    assertThat(seen).isEqualTo(registers);
    assertThat(machine.memory.read(vmsa, PAGE)).isNotEqualTo(seen);
  }

  @Test
  @DisplayName("travel only as sealed packets, and only unchanged, by either form of the MAC")
  void travel() {
    for (FirmwareProfile profile :
        new FirmwareProfile[] {FirmwareProfile.DEFAULT, FirmwareProfile.SPECIFICATION}) {
      TestMachine source = machine(profile);
      TestMachine target = machine(profile);
      Journey journey = new Journey(source, target);
      assertThat(journey.receive(PspCommand.RECEIVE_UPDATE_VMSA)).isEqualTo(FirmwareStatus.SUCCESS);
      byte[] arrived = target.seenBy(ASID, journey.destination, PAGE);
      byte[] expected = journey.registers.clone();
      Arrays.fill(expected, 0x380, 0x390, (byte) 0);
      Arrays.fill(arrived, 0x380, 0x390, (byte) 0);
      assertThat(arrived).isEqualTo(expected);
      // By the specification a packet says what it is; shipped firmware takes one for the other.
      assertThat(journey.receive(PspCommand.RECEIVE_UPDATE_DATA))
          .isEqualTo(
              profile.has(FirmwareQuirk.VMSA_MAC_CONTEXT_02)
                  ? FirmwareStatus.SUCCESS
                  : FirmwareStatus.BAD_MEASUREMENT);
    }
  }

  @Test
  @DisplayName("of shipped firmware are refused by one that keeps to the specification")
  void betweenProfiles() {
    Journey journey =
        new Journey(machine(FirmwareProfile.DEFAULT), machine(FirmwareProfile.SPECIFICATION));
    assertThat(journey.receive(PspCommand.RECEIVE_UPDATE_VMSA))
        .isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
  }

  /** A guest whose only VMSA was sealed at its source. */
  private static final class Journey {
    private final TestMachine target;
    private final byte[] registers = randomBytes(PAGE, 2);
    private final byte[] header;
    private final byte[] ciphertext;
    private final int received;
    private final long destination;

    Journey(TestMachine source, TestMachine target) {
      this.target = target;
      int guest = source.launching(ES, ASID);
      long vmsa = launchedVmsa(source, guest, registers);
      source.launchMeasure(guest);
      source.succeed(PspCommand.LAUNCH_FINISH, guest);
      byte[] session = source.sendStart(guest, target.chain());
      long hdr = source.room(52);
      long trans = source.room(PAGE);
      assertThat(
              send(
                  source,
                  PspCommand.SEND_UPDATE_VMSA,
                  new PacketBuffer(guest, hdr, 52, vmsa, PAGE, trans, PAGE)))
          .isEqualTo(FirmwareStatus.SUCCESS);
      header = source.memory.read(hdr, 52);
      ciphertext = source.memory.read(trans, PAGE);
      received = target.receiving(source.chain(), session, ES, ASID);
      destination = target.room(PAGE);
    }

    FirmwareStatus receive(PspCommand command) {
      return send(
          target,
          command,
          new PacketBuffer(
              received,
              target.place(header),
              52,
              destination,
              PAGE,
              target.place(ciphertext),
              PAGE));
    }
  }

  @Test
  @DisplayName("are those of each vCPU, and a page that only says so is none")
  void manyVcpus() {
    TestMachine machine = machine(FirmwareProfile.DEFAULT);
    int guest = machine.launching(ES, ASID);
    long first = launchedVmsa(machine, guest, randomBytes(PAGE, 4));
    long second = launchedVmsa(machine, guest, randomBytes(PAGE, 5));
    machine.launchMeasure(guest);
    machine.succeed(PspCommand.LAUNCH_FINISH, guest);
    machine.sendStart(guest, machine(FirmwareProfile.DEFAULT).chain());
    assertThat(sealed(machine, guest, first)).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(sealed(machine, guest, second)).isEqualTo(FirmwareStatus.SUCCESS);
    // Where the page says that its checksum is: beside a slot, or in none.
    for (long slot : new long[] {TMR + 8, TMR - 256, TMR + (1 << 20), TMR + (1 << 20) - 256, -1}) {
      byte[] address = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(slot).array();
      assertThat(machine.controller.write(ASID, second + 0x388, MemorySegment.ofArray(address)))
          .isTrue();
      assertThat(sealed(machine, guest, second))
          .as("slot at %#x", slot)
          .isEqualTo(FirmwareStatus.INVALID_PARAM);
    }
  }

  private static FirmwareStatus sealed(TestMachine machine, int guest, long vmsa) {
    return send(
        machine,
        PspCommand.SEND_UPDATE_VMSA,
        new PacketBuffer(guest, machine.room(52), 52, vmsa, PAGE, machine.room(PAGE), PAGE));
  }

  @Test
  @DisplayName("free their checksum slots when the guest ends")
  void slotsAreFreed() {
    TestMachine machine = machine(FirmwareProfile.DEFAULT);
    VmsaChecksums checksums = machine.processor.platform().vmsaChecksums();
    int guest = machine.launching(ES, ASID);
    Guest context = machine.processor.platform().guests().find(guest);
    MemorySegment page = MemorySegment.ofArray(new byte[PAGE]);
    int slots = 0;
    while (!checksums.full()) {
      checksums.setUp(context, page);
      slots++;
    }
    machine.succeed(PspCommand.DEACTIVATE, guest);
    machine.succeed(PspCommand.DECOMMISSION, guest);
    for (int slot = 0; slot < slots; slot++) {
      assertThat(checksums.full()).isFalse();
      checksums.setUp(context, page);
    }
    assertThat(checksums.full()).isTrue();
  }

  @Test
  @DisplayName("are swapped out as what they are, and as nothing else")
  void swappedOut() {
    TestMachine machine = machine(FirmwareProfile.DEFAULT);
    int guest = machine.launching(ES, ASID);
    long vmsa = launchedVmsa(machine, guest, randomBytes(PAGE, 3));
    long out = machine.room(PAGE);
    long metadata = machine.room(64);
    assertThat(swapOut(machine, new SwapOutBuffer(guest, 0, vmsa, out, metadata, 0)))
        .isEqualTo(FirmwareStatus.INVALID_PARAM);
    assertThat(swapOut(machine, new SwapOutBuffer(guest, 4, vmsa, out, metadata, 0)))
        .isEqualTo(FirmwareStatus.SUCCESS);
  }

  private static FirmwareStatus swapOut(TestMachine machine, SwapOutBuffer buffer) {
    return machine.send(PspCommand.SWAP_OUT, SwapOutBuffer.LAYOUT, buffer::write).status();
  }

  @Test
  @DisplayName("belong to guests in the ASIDs below the lowest of guests without")
  void asidRanges() {
    TestMachine machine = machine(FirmwareProfile.DEFAULT);
    int es = machine.launchStart(ES);
    int sev = machine.launchStart(new GuestPolicy(0));
    assertThat(machine.activate(es, 5)).isEqualTo(FirmwareStatus.INVALID_ASID);
    assertThat(machine.activate(sev, 4)).isEqualTo(FirmwareStatus.INVALID_ASID);
    assertThat(machine.activate(es, 4)).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(machine.activate(sev, 5)).isEqualTo(FirmwareStatus.SUCCESS);
  }
}
