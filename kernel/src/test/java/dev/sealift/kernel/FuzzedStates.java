package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.sev.SevCommand;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The states of platform and guests, and which steps between them there are. */
final class FuzzedStates {

  private record Step(GuestState from, GuestState to) {}

  private static final Map<Integer, Step> STEPS =
      Map.of(
          SevCommand.LAUNCH_START.id(), new Step(GuestState.UNINIT, GuestState.LUPDATE),
          SevCommand.LAUNCH_MEASURE.id(), new Step(GuestState.LUPDATE, GuestState.LSECRET),
          SevCommand.LAUNCH_FINISH.id(), new Step(GuestState.LSECRET, GuestState.RUNNING),
          SevCommand.SEND_START.id(), new Step(GuestState.RUNNING, GuestState.SUPDATE),
          SevCommand.SEND_FINISH.id(), new Step(GuestState.SUPDATE, GuestState.SENT),
          SevCommand.SEND_CANCEL.id(), new Step(GuestState.SUPDATE, GuestState.RUNNING),
          SevCommand.RECEIVE_START.id(), new Step(GuestState.UNINIT, GuestState.RUPDATE),
          SevCommand.RECEIVE_FINISH.id(), new Step(GuestState.RUPDATE, GuestState.RUNNING));

  /** The commands that a platform may come up for, and stay up. */
  private static final Set<Integer> INITS =
      Set.of(SevCommand.INIT.id(), SevCommand.ES_INIT.id(), SevCommand.INIT2.id());

  /** No command of KVM_MEMORY_ENCRYPT_OP. */
  static final int NO_COMMAND = -1;

  /** FACTORY_RESET of the device. */
  static final int RESET = -2;

  final Set<GuestState> reached = EnumSet.noneOf(GuestState.class);
  private final FuzzedHost host;
  private final Map<Integer, GuestState> guests = new HashMap<>();
  private PlatformState platform = PlatformState.INIT;

  FuzzedStates(FuzzedHost host) {
    this.host = host;
  }

  /**
   * Looks at every state after a call.
   *
   * @param command that was tried, or one of the constants here
   * @param target on which it was tried; null where there is none
   */
  void follow(int command, SevVirtualMachine target) {
    Map<Integer, GuestState> now = new HashMap<>();
    for (SevVirtualMachine owner : host.owners()) {
      if (owner.handle() != 0) {
        GuestStatusBuffer guest = host.guest(owner.handle());
        GuestState state = GuestState.of(guest.state());
        assertThat(state).as("state %d", guest.state()).isNotNull().isNotEqualTo(GuestState.UNINIT);
        assertThat(guest.asid()).as("the guest's ASID").isEqualTo(owner.asid());
        assertThat(now.put(owner.handle(), state)).as("another owner of the guest").isNull();
      }
    }
    now.forEach((handle, state) -> followGuest(command, target, handle, state));
    followPlatform(command, now.size());
    guests.clear();
    guests.putAll(now);
    reached.addAll(now.values());
  }

  private void followGuest(int command, SevVirtualMachine target, int handle, GuestState state) {
    GuestState before = guests.getOrDefault(handle, GuestState.UNINIT);
    if (state != before) {
      assertThat(target).as("the VM of a guest that went to " + state).isNotNull();
      assertThat(target.handle()).as("the guest that went to " + state).isEqualTo(handle);
      assertThat(STEPS.get(command)).isEqualTo(new Step(before, state));
    }
  }

  private void followPlatform(int command, int guestCount) {
    PlatformStatusBuffer status = host.platform();
    PlatformState now = PlatformState.of(status.state());
    assertThat(status.guestCount()).as("guests of the firmware").isEqualTo(guestCount);
    if (guestCount > 0) {
      assertThat(now).isEqualTo(PlatformState.WORKING);
    } else if (INITS.contains(command)) {
      assertThat(now).isIn(PlatformState.INIT, platform);
    } else if (command == RESET) {
      assertThat(now).isIn(PlatformState.UNINIT, platform);
    } else {
      assertThat(now).isEqualTo(platform == PlatformState.WORKING ? PlatformState.INIT : platform);
    }
    platform = now;
  }
}
