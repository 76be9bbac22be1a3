package dev.sealift.firmware;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import java.util.Set;

/**
 * Faults of state: of the platform, of a guest, of what a guest's policy says.
 *
 * <p>Source: AMD publication 55766, platform and guest state machines.
 */
final class StateChecks {
  private final Platform platform;

  StateChecks(Platform platform) {
    this.platform = platform;
  }

  void bind(Bindings bindings) {
    bindings.checkOf("the platform is in another state", this::platformState);
    bindings.check("the platform has guests", call -> platform.state() == PlatformState.WORKING);
    bindings.checkOf("handle is no guest's", this::noGuest);
    bindings.checkOf("the guest is in another state", StateChecks::guestState);
    bindings.check("the guest has no ASID", call -> !call.guest().hasAsid());
    bindings.check("the guest has an ASID", call -> call.guest().hasAsid());
    bindings.check("the guest is no ES guest", call -> !call.guest().policy().es());
    bindings.check("the policy has NODBG", call -> call.guest().policy().noDebug());
    bindings.check("the policy has NOSEND", call -> call.guest().policy().noSend());
    bindings.check("the policy has SEV", call -> call.guest().policy().sev());
    bindings.check("the policy has DOMAIN", call -> call.guest().policy().domain());
    bindings.check(
        "the policy has SEV or DOMAIN",
        call -> call.guest().policy().sev() || call.guest().policy().domain());
  }

  private Check platformState(Shape shape) {
    Set<PlatformState> states = shape.row().platformStates();
    return call -> !states.contains(platform.state());
  }

  private static Check guestState(Shape shape) {
    Set<GuestState> states = shape.row().guestStates();
    return call -> !states.contains(call.guest().state());
  }

  private Check noGuest(Shape shape) {
    Field.U32 handle = shape.word("handle");
    return call -> {
      Guest guest = platform.guests().find(handle.get(call.buffer()));
      call.guest(guest);
      return guest == null;
    };
  }
}
