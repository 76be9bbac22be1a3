package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.abi.sev.SevUserDataGetId2;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** FACTORY_RESET, PLATFORM_STATUS, GET_ID and GET_ID2 of /dev/sev. */
final class PlatformCommands {
  private static final Field.U32 LENGTH = (Field.U32) SevUserDataGetId2.LAYOUT.field("length");

  /** GET_ID has room for two sockets. */
  private static final int TWO_CHIP_IDS = 2 * SevLimits.CHIP_ID;

  private final SevModule module;
  private final SevDriver driver;

  PlatformCommands(SevModule module) {
    this.module = module;
    this.driver = module.driver();
  }

  int factoryReset(DeviceCall call) throws Refusal {
    call.requireWritable();
    MemorySegment answer = MemorySegment.ofArray(new byte[PlatformStatusBuffer.LAYOUT.size()]);
    int result = run(PspCommand.PLATFORM_STATUS, answer, call);
    if (result != 0) {
      return result;
    }
    int state = PlatformStatusBuffer.read(answer).state();
    if (state == PlatformState.WORKING.number()) {
      return Errno.EBUSY.negated();
    }
    if (state == PlatformState.INIT.number()) {
      result = driver.shutDown(call.error());
      if (result != 0) {
        return result;
      }
    }
    return driver.mailbox().run(PspCommand.PLATFORM_RESET, call.error());
  }

  int status(DeviceCall call) throws Refusal {
    // The firmware's struct and the user's have the same bytes.
    MemorySegment answer = MemorySegment.ofArray(new byte[PlatformStatusBuffer.LAYOUT.size()]);
    int result = run(PspCommand.PLATFORM_STATUS, answer, call);
    if (result == 0) {
      copyOut(call, call.data(), answer);
    }
    return result;
  }

  int id(DeviceCall call) throws Refusal {
    requireIdCommand();
    try (KernelBuffer id = module.memory().allocate(TWO_CHIP_IDS)) {
      int result = run(PspCommand.GET_ID, getId(id, TWO_CHIP_IDS), call);
      if (result == 0) {
        copyOut(call, call.data(), id.bytes());
      }
      return result;
    }
  }

  int idOfLength(DeviceCall call) throws Refusal {
    requireIdCommand();
    MemorySegment struct = MemorySegment.ofArray(new byte[SevUserDataGetId2.LAYOUT.size()]);
    if (!call.user().read(call.data(), struct)) {
      throw new Refusal(Errno.EFAULT);
    }
    SevUserDataGetId2 parameters = SevUserDataGetId2.read(struct);
    boolean query = parameters.address() == 0 || parameters.length() == 0;
    try (KernelBuffer id = query ? null : module.memory().allocate(parameters.length())) {
      MemorySegment command = getId(id, query ? 0 : parameters.length());
      int result = run(PspCommand.GET_ID, command, call);
      long length = GetIdBuffer.read(command).len();
      LENGTH.setUnsigned(struct, length);
      copyOut(call, call.data(), struct);
      if (id != null && result == 0) {
        copyOut(
            call,
            parameters.address(),
            id.bytes().asSlice(0, Math.min(length, parameters.length())));
      }
      return result;
    }
  }

  /** The firmware tells its id from API 0.16 on. */
  private void requireIdCommand() throws Refusal {
    if (!driver.apiAtLeast(0, 16)) {
      throw new Refusal(Errno.ENOTSUPP);
    }
  }

  private MemorySegment getId(@Nullable KernelBuffer id, long length) {
    MemorySegment command = MemorySegment.ofArray(new byte[GetIdBuffer.LAYOUT.size()]);
    new GetIdBuffer(id == null ? 0 : module.features().hostAddress(id.address()), length)
        .write(command);
    return command;
  }

  private int run(PspCommand command, MemorySegment parameters, DeviceCall call) {
    return driver.mailbox().run(command, parameters, (int) parameters.byteSize(), call.error());
  }

  private static void copyOut(DeviceCall call, long address, MemorySegment bytes) throws Refusal {
    if (!call.user().write(address, bytes)) {
      throw new Refusal(Errno.EFAULT);
    }
  }
}
