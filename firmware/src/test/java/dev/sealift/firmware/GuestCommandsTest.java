package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.ACTIVE;
import static dev.sealift.abi.FirmwareStatus.ASID_OWNED;
import static dev.sealift.abi.FirmwareStatus.DFFLUSH_REQUIRED;
import static dev.sealift.abi.FirmwareStatus.INACTIVE;
import static dev.sealift.abi.FirmwareStatus.INVALID_ASID;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST_STATE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.firmware.TestMachine.ANYTHING_GOES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.GuestPolicy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A guest's address space")
class GuestCommandsTest {

  private static final int LAST_ASID = 1006;

  private TestMachine machine;
  private int guest;

  @BeforeEach
  void aGuestWithoutAsid() {
    machine = TestMachine.ready();
    guest = machine.launchStart(ANYTHING_GOES);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 2, 1024, 1025, Integer.MIN_VALUE})
  @DisplayName("belongs to a guest that exists")
  void handlesThatBelongToNobody(int handle) {
    assertThat(machine.activate(handle, 0)).isEqualTo(INVALID_GUEST);
    assertThat(machine.send(PspCommand.DEACTIVATE, handle)).isEqualTo(INVALID_GUEST);
    assertThat(machine.send(PspCommand.DECOMMISSION, handle)).isEqualTo(INVALID_GUEST);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, LAST_ASID + 1, Integer.MAX_VALUE})
  @DisplayName("is an ASID that exists")
  void asidsThatDoNotExist(int asid) {
    machine.activate(guest, 1);
    assertThat(machine.activate(guest, asid)).isEqualTo(INVALID_ASID);
  }

  @Test
  @DisplayName("may be the last ASID")
  void lastAsid() {
    assertThat(machine.activate(guest, LAST_ASID)).isEqualTo(SUCCESS);
    assertThat(machine.guestStatus(guest).asid()).isEqualTo(LAST_ASID);
  }

  @Test
  @DisplayName("is nobody else's, which is seen before the guest's own")
  void asidOfAnother() {
    int other = machine.launching(ANYTHING_GOES, 5);
    assertThat(machine.activate(guest, 5)).isEqualTo(ASID_OWNED);
    assertThat(machine.activate(other, 5)).isEqualTo(ASID_OWNED);
  }

  @Test
  @DisplayName("is one at a time, which is seen before that a guest was sent away")
  void secondAsid() {
    long page = machine.place(new byte[4096]);
    int running = machine.running(ANYTHING_GOES, 7, page);
    machine.sendStart(running, TestMachine.ready().chain());
    machine.succeed(PspCommand.SEND_FINISH, running);
    assertThat(machine.activate(running, 8)).isEqualTo(ACTIVE);
    machine.succeed(PspCommand.DEACTIVATE, running);
    // ASID 7 is dirty now, but that comes after the guest's state.
    assertThat(machine.activate(running, 7)).isEqualTo(INVALID_GUEST_STATE);
  }

  @Test
  @DisplayName("is flushed before it is given again if a guest could run in it")
  void dirtyAfterUse() {
    long page = machine.place(new byte[4096]);
    int running = machine.running(ANYTHING_GOES, 7, page);
    machine.succeed(PspCommand.DEACTIVATE, running);
    assertThat(machine.activate(guest, 7)).isEqualTo(DFFLUSH_REQUIRED);
    machine.processor.writeBackAndInvalidateCaches();
    machine.succeed(PspCommand.DF_FLUSH);
    assertThat(machine.activate(guest, 7)).isEqualTo(SUCCESS);
  }

  @Test
  @DisplayName("needs no flush where no guest ever could run in it")
  void cleanAfterAllocation() {
    assertThat(machine.activate(guest, 7)).isEqualTo(SUCCESS);
    machine.succeed(PspCommand.DEACTIVATE, guest);
    assertThat(machine.activate(guest, 7)).isEqualTo(SUCCESS);
  }

  @Test
  @DisplayName("is in use at once where a running guest gets it")
  void dirtyAfterActivationOfARunningGuest() {
    long page = machine.place(new byte[4096]);
    int running = machine.running(ANYTHING_GOES, 7, page);
    machine.succeed(PspCommand.DEACTIVATE, running);
    assertThat(machine.activate(running, 9)).isEqualTo(SUCCESS);
    machine.succeed(PspCommand.DEACTIVATE, running);
    assertThat(machine.activate(running, 9)).isEqualTo(DFFLUSH_REQUIRED);
  }

  @Test
  @DisplayName("is given to the guest with the last handle, too")
  void lastHandle() {
    int last = guest;
    while (machine.processor.platform().guests().freeHandle() != 0) {
      last = machine.launchStart(ANYTHING_GOES);
    }
    assertThat(last).isEqualTo(1024);
    assertThat(machine.activate(last, 3)).isEqualTo(SUCCESS);
  }

  @Test
  @DisplayName("stays its guest's when others are flushed")
  void ownedThroughAFlush() {
    assertThat(machine.activate(guest, 3)).isEqualTo(SUCCESS);
    machine.succeed(PspCommand.DF_FLUSH);
    assertThat(machine.activate(machine.launchStart(ANYTHING_GOES), 3)).isEqualTo(ASID_OWNED);
  }

  @Test
  @DisplayName("is dirty again after the next INIT, though it was flushed before")
  void dirtyAfterTheNextInit() {
    machine.succeed(PspCommand.SHUTDOWN);
    machine.init();
    guest = machine.launchStart(ANYTHING_GOES);
    assertThat(machine.activate(guest, 1)).isEqualTo(DFFLUSH_REQUIRED);
  }

  @Test
  @DisplayName("is dirty after INIT, every one of them")
  void dirtyAfterInit() {
    TestMachine fresh = TestMachine.off();
    fresh.init();
    int first = fresh.launchStart(ANYTHING_GOES);
    for (int asid = 1; asid <= LAST_ASID; asid++) {
      assertThat(fresh.activate(first, asid)).isEqualTo(DFFLUSH_REQUIRED);
    }
    fresh.succeed(PspCommand.DF_FLUSH);
    assertThat(fresh.activate(first, 1)).isEqualTo(SUCCESS);
  }

  @Test
  @DisplayName(
      "comes from the lower range for guests with SEV-ES and from the upper for those without")
  void ranges() {
    TestMachine es = TestMachine.off(builder -> builder.asids(15, 6));
    assertThat(es.init(new InitBuffer(1, 3 << 20, 1 << 20))).isEqualTo(SUCCESS);
    int plain = es.launchStart(ANYTHING_GOES);
    int encrypted = es.launchStart(GuestPolicy.of(GuestPolicy.Flag.ES));
    // The flush is asked for before the range is looked at.
    assertThat(es.activate(plain, 5)).isEqualTo(DFFLUSH_REQUIRED);
    es.succeed(PspCommand.DF_FLUSH);
    assertThat(es.activate(plain, 5)).isEqualTo(INVALID_ASID);
    assertThat(es.activate(encrypted, 6)).isEqualTo(INVALID_ASID);
    assertThat(es.activate(plain, 6)).isEqualTo(SUCCESS);
    assertThat(es.activate(encrypted, 5)).isEqualTo(SUCCESS);
    assertThat(es.processor.maximumAsid()).isEqualTo(15);
    assertThat(es.processor.minimumSevAsid()).isEqualTo(6);
  }

  @Test
  @DisplayName("can be taken away only where there is one")
  void deactivateWithoutAsid() {
    assertThat(machine.send(PspCommand.DEACTIVATE, guest)).isEqualTo(INACTIVE);
  }

  @Test
  @DisplayName("outlives no guest: it is taken away before the guest ends")
  void decommissionWithAsid() {
    machine.activate(guest, 1);
    assertThat(machine.send(PspCommand.DECOMMISSION, guest)).isEqualTo(ACTIVE);
    machine.succeed(PspCommand.DEACTIVATE, guest);
    machine.succeed(PspCommand.DECOMMISSION, guest);
    assertThat(machine.stateOf(guest)).isEqualTo(GuestState.UNINIT);
  }

  @Test
  @DisplayName("can be changed without the guest losing its memory")
  void memorySurvivesAnotherAsid() {
    byte[] content = TestMachine.randomBytes(4096, 1);
    long page = machine.place(content);
    int running = machine.running(ANYTHING_GOES, 7, page);
    machine.succeed(PspCommand.DEACTIVATE, running);
    assertThat(machine.seenBy(7, page, 4096)).isNotEqualTo(content);
    machine.activate(running, 8);
    assertThat(machine.seenBy(8, page, 4096)).isEqualTo(content);
  }

  @Test
  @DisplayName("is in the guest's status, with its policy and state")
  void guestStatus() {
    GuestPolicy policy = GuestPolicy.of(GuestPolicy.Flag.NODBG).withMinimumApi(1, 50);
    int other = machine.launching(policy, 12);
    assertThat(machine.guestStatus(other))
        .isEqualTo(new GuestStatusBuffer(other, policy.word(), 12, GuestState.LUPDATE.number()));
  }

  @Test
  @DisplayName("is the affair of 1024 guests at most, each with the lowest handle that is free")
  void handles() {
    for (int handle = 2; handle <= 1024; handle++) {
      assertThat(machine.launchStart(ANYTHING_GOES)).isEqualTo(handle);
    }
    var full = machine.launchStart(new LaunchStartBuffer(0, 0, 0, 0, 0, 0));
    assertThat(full.status()).isEqualTo(FirmwareStatus.RESOURCE_LIMIT);
    machine.succeed(PspCommand.DECOMMISSION, 700);
    machine.succeed(PspCommand.DECOMMISSION, 300);
    assertThat(machine.launchStart(ANYTHING_GOES)).isEqualTo(300);
    assertThat(machine.launchStart(ANYTHING_GOES)).isEqualTo(700);
  }
}
