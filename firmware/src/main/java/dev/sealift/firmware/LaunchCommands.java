package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.LAUNCH_FINISH;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_MEASURE;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_SECRET;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_START;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_UPDATE_DATA;
import static dev.sealift.abi.psp.PspCommand.LAUNCH_UPDATE_VMSA;

import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchMeasurement;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Commands that bring a new guest up, measured, on this platform.
 *
 * <p>Source: AMD publication 55766, guest launch commands.
 */
final class LaunchCommands {
  private static final Field.U32 HANDLE = (Field.U32) LaunchStartBuffer.LAYOUT.field("handle");

  private final Platform platform;
  private final GuestAdmission admission;
  private final VmsaChecks vmsas;
  private final SecretChecks secrets;
  private final PacketBounce bounce;

  LaunchCommands(
      Platform platform,
      GuestAdmission admission,
      VmsaChecks vmsas,
      SecretChecks secrets,
      PacketBounce bounce) {
    this.platform = platform;
    this.admission = admission;
    this.vmsas = vmsas;
    this.secrets = secrets;
    this.bounce = bounce;
  }

  void bind(Bindings bindings) {
    bindings.effect(LAUNCH_START, this::start);
    bindings.effect(LAUNCH_UPDATE_DATA, this::updateData);
    bindings.effect(LAUNCH_UPDATE_VMSA, this::updateVmsa);
    bindings.effect(LAUNCH_MEASURE, this::measure);
    bindings.effect(LAUNCH_SECRET, this::secret);
    bindings.effect(LAUNCH_FINISH, this::finish);
    bindings.afterwards(secrets::forget);
  }

  private void start(Call call) {
    LaunchStartBuffer command = LaunchStartBuffer.read(call.buffer());
    Guest guest =
        admission.admit(
            command.handle() == 0 ? null : call.guest(),
            new GuestPolicy(command.policy()),
            GuestState.LUPDATE);
    HANDLE.set(call.buffer(), guest.handle());
  }

  private void updateData(Call call) throws Refusal {
    LaunchUpdateBuffer command = LaunchUpdateBuffer.read(call.buffer());
    Guest guest = call.guest();
    for (long done = 0; done < command.len(); ) {
      long address = command.address() + done;
      int length = (int) Math.min(command.len() - done, Pages.SIZE - Pages.offset(address));
      MemorySegment plain = bounce.plain(length);
      platform.memory().readHost(address, plain);
      guest.launchDigest().update(plain);
      platform.memory().writeGuest(guest.asid(), address, plain);
      done += length;
    }
  }

  private void updateVmsa(Call call) throws Refusal {
    LaunchUpdateBuffer command = LaunchUpdateBuffer.read(call.buffer());
    Guest guest = call.guest();
    MemorySegment vmsa = bounce.plain(Pages.SIZE);
    platform.memory().readHost(command.address(), vmsa);
    guest.launchDigest().update(vmsa);
    vmsas.setUp(guest, vmsa);
    platform.memory().writeGuest(guest.asid(), command.address(), vmsa);
  }

  private void measure(Call call) throws Refusal {
    Guest guest = call.guest();
    ProcessorSettings settings = platform.settings();
    byte[] nonce = new byte[LaunchMeasurement.NONCE_SIZE];
    settings.random().nextBytes(nonce);
    byte[] mac =
        LaunchMeasurement.compute(
            guest.transportKeys(),
            settings.api(),
            settings.build(),
            guest.policy(),
            guest.launchDigest().value(),
            nonce);
    byte[] measurement = Arrays.copyOf(mac, SevLimits.MEASUREMENT);
    System.arraycopy(nonce, 0, measurement, mac.length, nonce.length);
    platform
        .memory()
        .writeHost(
            LaunchMeasureBuffer.read(call.buffer()).address(), MemorySegment.ofArray(measurement));
    guest.measured(mac);
    guest.enter(GuestState.LSECRET);
  }

  private void secret(Call call) throws Refusal {
    byte[] bytes = secrets.opened().reveal();
    try {
      platform
          .memory()
          .writeGuest(
              call.guest().asid(),
              PacketBuffer.read(call.buffer()).guestAddress(),
              MemorySegment.ofArray(bytes));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private void finish(Call call) {
    call.guest().endLaunch();
    platform.letRun(call.guest());
  }
}
