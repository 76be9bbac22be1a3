package dev.sealift.cli.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The bit of a physical address that marks encrypted memory, as this machine's CPU tells it: QEMU
 * compares what it is given with that. Where the CPU tells of none it is 0.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual, volume 3, CPUID Fn8000_001F; cpuid(4).
 */
final class EncryptionBit {
  private static final Path CPUID = Path.of("/dev/cpu/0/cpuid");
  private static final long ENCRYPTED_MEMORY = 0x8000_001FL;

  /** EAX, EBX, ECX, EDX. */
  private static final int ANSWER_SIZE = 16;

  private static final int POSITION_MASK = 0x3F;

  private EncryptionBit() {}

  /** Its position, 0 to 63; 0 if Linux does not let the CPU be asked. */
  static int ofThisMachine() {
    ByteBuffer answer = ByteBuffer.allocate(ANSWER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel cpuid = FileChannel.open(CPUID)) {
      if (cpuid.read(answer, ENCRYPTED_MEMORY) < ANSWER_SIZE) {
        return 0;
      }
    } catch (IOException notThere) {
      return 0;
    }
    return answer.getInt(Integer.BYTES) & POSITION_MASK;
  }
}
