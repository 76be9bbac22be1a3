package dev.sealift.interpose.machine;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Counts its steps for ever, in r8 and in memory: both agree wherever it stands still. */
final class CountingProgram implements GuestProgram {
  static final int R8 = 8;

  /** Where the count is in its memory. */
  static final long COUNT = 0x2000;

  @Override
  public byte[] signature() {
    return Arrays.copyOf("counts".getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);
  }

  @Override
  public GuestStep step(GuestMachine machine) {
    long count = machine.register(R8) + 1;
    machine.setRegister(R8, count);
    byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(count).array();
    machine.store(COUNT, bytes, 0, bytes.length, false);
    return new GuestStep.Ran();
  }
}
