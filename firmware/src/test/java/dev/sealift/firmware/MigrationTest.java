package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.POLICY_FAILURE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.firmware.TestMachine.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A guest moves between two platforms")
class MigrationTest {
  private static final int PAGES = 8;
  private static final int PAGE = 4096;

  @Test
  @DisplayName("with all its memory, under a policy that asks for a genuine platform")
  void genuinePlatform() {
    moves(TestMachine.ready(), TestMachine.ready(), GuestPolicy.of(Flag.SEV).withMinimumApi(1, 55));
  }

  @Test
  @DisplayName("with all its memory, between platforms of its owner")
  void sameOwner() {
    Owner owner = new Owner();
    moves(owner.platform(), owner.platform(), GuestPolicy.of(Flag.DOMAIN, Flag.SEV));
  }

  @Test
  @DisplayName("and on to a third, and back to the first")
  void roundTrip() {
    GuestPolicy policy = GuestPolicy.of(Flag.NODBG, Flag.SEV);
    TestMachine first = TestMachine.ready();
    TestMachine second = TestMachine.ready();
    Guest guest = launch(first, policy);
    Guest moved = move(guest, second, policy, 9);
    Guest back = move(moved, first, policy, 2);
    assertThat(contents(back)).isEqualTo(randomBytes(PAGES * PAGE, 77));
  }

  @Test
  @DisplayName("but not to firmware older than its policy allows")
  void oldTarget() {
    GuestPolicy policy = GuestPolicy.of(Flag.SEV).withMinimumApi(1, 55);
    Guest guest = launch(TestMachine.ready(), policy);
    TestMachine old = TestMachine.ready(b -> b.apiVersion(new ApiVersion(1, 54)));
    TestMachine source = guest.machine;
    assertThat(source.sendStart(source.sendStartTo(old.chain(), guest.handle)).status())
        .isEqualTo(POLICY_FAILURE);
    assertThat(source.stateOf(guest.handle)).isEqualTo(GuestState.RUNNING);
  }

  @Test
  @DisplayName("but not if its policy says that it stays")
  void noSend() {
    Guest guest = launch(TestMachine.ready(), GuestPolicy.of(Flag.NOSEND));
    TestMachine source = guest.machine;
    assertThat(source.sendStart(source.sendStartTo(source.chain(), guest.handle)).status())
        .isEqualTo(POLICY_FAILURE);
    assertThat(source.stateOf(guest.handle)).isEqualTo(GuestState.RUNNING);
  }

  @Test
  @DisplayName("and what it wrote while it was being sent arrives too")
  void writesWhileSending() {
    GuestPolicy policy = GuestPolicy.of(Flag.SEV);
    Guest guest = launch(TestMachine.ready(), policy);
    TestMachine source = guest.machine;
    TestMachine target = TestMachine.ready();
    byte[] session = source.sendStart(guest.handle, target.chain());
    int received = target.receiving(source.chain(), session, policy, 5);
    long arrival = target.room(PAGE);
    assertThat(
            target.receiveUpdate(
                received, arrival, source.sendUpdate(guest.handle, guest.memory, PAGE)))
        .isEqualTo(SUCCESS);
    byte[] written = {1, 2, 3, 4, 5, 6, 7, 8};
    assertThat(
            source.controller.write(guest.asid, guest.memory + 99, MemorySegment.ofArray(written)))
        .isTrue();
    assertThat(
            target.receiveUpdate(
                received, arrival, source.sendUpdate(guest.handle, guest.memory, PAGE)))
        .isEqualTo(SUCCESS);
    assertThat(target.seenBy(5, arrival + 99, 8)).isEqualTo(written);
  }

  /** A guest somewhere, and where its memory lies there. */
  private record Guest(TestMachine machine, int handle, int asid, long memory) {}

  private static void moves(TestMachine source, TestMachine target, GuestPolicy policy) {
    Guest moved = move(launch(source, policy), target, policy, 3);
    assertThat(contents(moved)).isEqualTo(randomBytes(PAGES * PAGE, 77));
  }

  private static Guest launch(TestMachine machine, GuestPolicy policy) {
    long memory = machine.place(randomBytes(PAGES * PAGE, 77));
    int handle = machine.launching(policy, 1);
    assertThat(machine.launchUpdate(handle, memory, PAGES * PAGE)).isEqualTo(SUCCESS);
    machine.launchMeasure(handle);
    machine.succeed(PspCommand.LAUNCH_FINISH, handle);
    return new Guest(machine, handle, 1, memory);
  }

  private static Guest move(Guest guest, TestMachine target, GuestPolicy policy, int asid) {
    TestMachine source = guest.machine;
    byte[] session = source.sendStart(guest.handle, target.chain());
    int received = target.receiving(source.chain(), session, policy, asid);
    long memory = target.room(PAGES * PAGE);
    for (int page = 0; page < PAGES; page++) {
      TestMachine.Packet packet = source.sendUpdate(guest.handle, guest.memory + page * PAGE, PAGE);
      assertThat(target.receiveUpdate(received, memory + page * PAGE, packet)).isEqualTo(SUCCESS);
    }
    source.succeed(PspCommand.SEND_FINISH, guest.handle);
    target.succeed(PspCommand.RECEIVE_FINISH, received);
    assertThat(source.stateOf(guest.handle)).isEqualTo(GuestState.SENT);
    assertThat(target.stateOf(received)).isEqualTo(GuestState.RUNNING);
    return new Guest(target, received, asid, memory);
  }

  private static byte[] contents(Guest guest) {
    return guest.machine.seenBy(guest.asid, guest.memory, PAGES * PAGE);
  }
}
