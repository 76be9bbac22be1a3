package dev.sealift.interpose;

import dev.sealift.linux.LinuxSeccomp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The program that the kernel runs before each system call: certain ioctl numbers go to the
 * supervisor, everything else runs at once. It has seven instructions and one for each number.
 *
 * <p>Source: uapi linux/filter.h and linux/seccomp.h.
 */
final class SeccompFilter {
  /** BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K. */
  private static final int LOAD = 0x20;

  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int RETURN = 0x06;

  /** Offsets in struct seccomp_data: the low half of the second argument is an ioctl's number. */
  private static final int NUMBER = 0;

  private static final int ARCHITECTURE = 4;
  private static final int REQUEST = 24;

  private static final int X86_64 = 0xC000003E;
  private static final int SYS_IOCTL = 16;

  /** SECCOMP_RET_ALLOW and SECCOMP_RET_USER_NOTIF. */
  private static final int ALLOW = 0x7FFF0000;

  private static final int NOTIFY = 0x7FC00000;

  private final MemorySegment instructions;
  private int next;

  private SeccompFilter(Arena arena, int length) {
    this.instructions =
        arena.allocate((long) length * LinuxSeccomp.INSTRUCTION_SIZE, Integer.BYTES);
  }

  /** The instructions for these ioctl numbers. */
  static MemorySegment notifying(Arena arena, int... requests) {
    int allow = 5 + requests.length;
    int notify = allow + 1;
    SeccompFilter filter = new SeccompFilter(arena, notify + 1);
    filter.load(ARCHITECTURE);
    filter.unlessEqual(X86_64, allow);
    filter.load(NUMBER);
    filter.unlessEqual(SYS_IOCTL, allow);
    filter.load(REQUEST);
    for (int request : requests) {
      filter.ifEqual(request, notify);
    }
    filter.put(RETURN, 0, 0, ALLOW);
    filter.put(RETURN, 0, 0, NOTIFY);
    return filter.instructions;
  }

  private void load(int offset) {
    put(LOAD, 0, 0, offset);
  }

  private void ifEqual(int value, int target) {
    put(JUMP_IF_EQUAL, target - next - 1, 0, value);
  }

  private void unlessEqual(int value, int target) {
    put(JUMP_IF_EQUAL, 0, target - next - 1, value);
  }

  private void put(int code, int jumpIfTrue, int jumpIfFalse, int constant) {
    MemorySegment instruction =
        instructions.asSlice(
            (long) next++ * LinuxSeccomp.INSTRUCTION_SIZE, LinuxSeccomp.INSTRUCTION_SIZE);
    instruction.set(ValueLayout.JAVA_SHORT, 0, (short) code);
    instruction.set(ValueLayout.JAVA_BYTE, 2, (byte) jumpIfTrue);
    instruction.set(ValueLayout.JAVA_BYTE, 3, (byte) jumpIfFalse);
    instruction.set(ValueLayout.JAVA_INT, 4, constant);
  }
}
