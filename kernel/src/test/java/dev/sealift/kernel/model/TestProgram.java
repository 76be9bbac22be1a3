package dev.sealift.kernel.model;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;

/** A guest program of one step, known by its name. */
record TestProgram(String name, Function<GuestMachine, GuestStep> body) implements GuestProgram {
  static final int RAX = 0;
  static final int RBX = 1;
  static final int R8 = 8;
  static final int RIP = 16;

  @Override
  public byte[] signature() {
    return Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);
  }

  @Override
  public GuestStep step(GuestMachine machine) {
    return body.apply(machine);
  }

  /** Counts its steps in r8, for ever. */
  static TestProgram counting() {
    return new TestProgram(
        "counts its steps",
        machine -> {
          machine.setRegister(R8, machine.register(R8) + 1);
          return new GuestStep.Ran();
        });
  }

  /** Does one thing in its first step and says so in its second by halting. */
  static TestProgram once(String name, Function<GuestMachine, GuestStep> body) {
    return new TestProgram(
        name,
        machine -> {
          if (machine.register(R8) != 0) {
            return new GuestStep.Halted();
          }
          machine.setRegister(R8, 1);
          return body.apply(machine);
        });
  }

  static void storeWord(GuestMachine machine, long address, long value, boolean encrypted) {
    byte[] word = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    machine.store(address, word, 0, word.length, encrypted);
  }

  static long loadWord(GuestMachine machine, long address, boolean encrypted) {
    byte[] word = new byte[8];
    machine.load(address, word, 0, word.length, encrypted);
    return ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }
}
