package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.KvmSevSendStart;
import java.lang.foreign.MemorySegment;

/**
 * The kernel's copy of one KVM_MEMORY_ENCRYPT_OP: the command, and its parameters once a handler
 * copied them in. Each thread that calls has one, as it has a kernel stack, and uses it again.
 */
final class SevCall {
  private static final Field.U32 ERROR = (Field.U32) KvmSevCmd.LAYOUT.field("error");

  /** No command has more parameters than SEND_START. */
  private static final int PARAMETERS_SIZE = KvmSevSendStart.LAYOUT.size();

  private final UserMemory user;
  private final MemorySegment command = MemorySegment.ofArray(new byte[KvmSevCmd.LAYOUT.size()]);
  private final MemorySegment parameters = MemorySegment.ofArray(new byte[PARAMETERS_SIZE]);
  private final FirmwareError error = new FirmwareError();
  private long argument;
  private long data;
  private int id;
  private int sevFd;

  SevCall(UserMemory user) {
    this.user = user;
  }

  /** Copies the command in; false if the address is bad. */
  boolean copyIn(long argument) {
    if (!user.read(argument, command)) {
      return false;
    }
    KvmSevCmd copied = KvmSevCmd.read(command);
    this.argument = argument;
    this.data = copied.data();
    this.id = copied.id();
    this.sevFd = copied.sevFd();
    error.set(copied.error());
    return true;
  }

  /** Copies the command back, with whatever the firmware said; false if the address is bad. */
  boolean copyOut() {
    ERROR.set(command, error.code());
    return user.write(argument, command);
  }

  int id() {
    return id;
  }

  int sevFd() {
    return sevFd;
  }

  FirmwareError error() {
    return error;
  }

  /** Copies the command's parameters in. */
  MemorySegment copyParametersIn(StructLayout layout) throws Refusal {
    MemorySegment struct = parameters.asSlice(0, layout.size());
    if (!user.read(data, struct)) {
      throw new Refusal(Errno.EFAULT);
    }
    return struct;
  }

  /** Copies parameters back to where they came from. */
  void copyParametersOut(MemorySegment struct) throws Refusal {
    if (!user.write(data, struct)) {
      throw new Refusal(Errno.EFAULT);
    }
  }
}
