package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.LAUNCH_SECRET;
import static dev.sealift.abi.psp.PspCommand.RECEIVE_FINISH;
import static dev.sealift.abi.psp.PspCommand.RECEIVE_START;
import static dev.sealift.abi.psp.PspCommand.RECEIVE_UPDATE_DATA;
import static dev.sealift.abi.psp.PspCommand.RECEIVE_UPDATE_VMSA;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import java.lang.foreign.MemorySegment;

/**
 * Commands of the platform that a guest comes to. Who sends it is not asked, and nothing in a
 * packet says where in memory it belongs: order, place and completeness are the business of whoever
 * carries the packets.
 *
 * <p>Source: AMD publication 55766, guest receive commands.
 */
final class ReceiveCommands {
  private static final Field.U32 HANDLE = (Field.U32) ReceiveStartBuffer.LAYOUT.field("handle");
  private static final Field.U32 HEADER_FLAGS = new Field.U32("flags", 0);

  private final Platform platform;
  private final GuestAdmission admission;
  private final VmsaChecks vmsas;
  private final SecretChecks secrets;
  private final PacketBounce bounce;

  ReceiveCommands(
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
    bindings.contentCheckOf("the packet is marked as compressed", this::compressed);
    bindings.contentCheckOf("the packet's MAC is wrong", this::macIsWrong);
    bindings.effect(RECEIVE_START, this::start);
    bindings.effect(RECEIVE_UPDATE_DATA, this::update);
    bindings.effect(RECEIVE_UPDATE_VMSA, this::updateVmsa);
    bindings.effect(RECEIVE_FINISH, this::finish);
  }

  private void start(Call call) {
    ReceiveStartBuffer command = ReceiveStartBuffer.read(call.buffer());
    Guest guest =
        admission.admit(
            command.handle() == 0 ? null : call.guest(),
            new GuestPolicy(command.policy()),
            GuestState.RUPDATE);
    HANDLE.set(call.buffer(), guest.handle());
  }

  /** Of a secret the flag is authentic when it is looked at; of a packet it is refused before. */
  private Check compressed(Shape shape) {
    if (shape.row().command() == LAUNCH_SECRET) {
      return call -> secrets.compressed();
    }
    return call -> {
      MemorySegment header = bounce.header();
      platform.memory().readHost(PacketBuffer.read(call.buffer()).hdrAddress(), header);
      return (HEADER_FLAGS.get(header) & PacketHeader.COMPRESSED) != 0;
    };
  }

  private Check macIsWrong(Shape shape) {
    return switch (shape.row().command()) {
      case LAUNCH_SECRET -> secrets::macIsWrong;
      case RECEIVE_UPDATE_VMSA -> {
        int context = PacketContext.vmsa(platform.settings().profile());
        yield call -> !opens(call, context);
      }
      default -> call -> !opens(call, PacketEngine.DATA);
    };
  }

  /** Opens the packet whose header was read. */
  private boolean opens(Call call, int context) throws Refusal {
    PacketBuffer command = PacketBuffer.read(call.buffer());
    MemorySegment cipher = bounce.cipher((int) command.transLen());
    platform.memory().readHost(command.transAddress(), cipher);
    MemorySegment plain = bounce.plain((int) command.guestLen());
    SessionEngines engines = call.guest().engines();
    PacketEngine engine = engines.take(platform.settings().engines());
    try {
      return engine.open(context, bounce.header(), cipher, plain);
    } finally {
      engines.giveBack(engine);
    }
  }

  private void update(Call call) throws Refusal {
    PacketBuffer command = PacketBuffer.read(call.buffer());
    platform
        .memory()
        .writeGuest(
            call.guest().asid(), command.guestAddress(), bounce.plain((int) command.guestLen()));
  }

  private void updateVmsa(Call call) throws Refusal {
    PacketBuffer command = PacketBuffer.read(call.buffer());
    vmsas.setUp(call.guest(), bounce.plain((int) command.guestLen()));
    update(call);
  }

  private void finish(Call call) {
    call.guest().closeSession();
    platform.letRun(call.guest());
  }
}
