package dev.sealift.vmm.guest;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.vmm.GuestPorts;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine for the model form of the program: plain memory, and an owner of the ports that says
 * when to reveal. It refuses an access whose C-bit does not fit the page's status.
 */
final class FlatMachine implements GuestMachine {
  final byte[] memory;
  final PageSet shared;
  final List<Integer> revealed = new ArrayList<>();
  private final long[] registers = new long[18];
  private final PseudoRandomWriterProgram program = new PseudoRandomWriterProgram();
  int command;
  long hypercallAnswer;
  int panic;

  FlatMachine(Plan plan) {
    memory = new byte[Math.toIntExact(plan.memoryBytes())];
    shared = new PageSet(plan.pages());
    byte[] image = PseudoRandomWriter.image(plan);
    System.arraycopy(image, 0, memory, 0, image.length);
    KvmRegs first = PseudoRandomWriter.firstRegisters(plan);
    registers[1] = first.rbx();
    registers[4] = first.rsi();
    registers[12] = first.r12();
    registers[13] = first.r13();
    registers[14] = first.r14();
    registers[16] = first.rip();
  }

  /** One step of the program, with what the VMM does about it. */
  void step() {
    switch (program.step(this)) {
      case GuestStep.Ran _ -> {}
      case GuestStep.PortRead(int port) -> registers[0] = port == GuestPorts.COMMAND ? command : -1;
      case GuestStep.PortWrite(int port, int value) -> {
        if (port == GuestPorts.REVEAL) {
          revealed.add(value);
        } else {
          panic = value;
        }
      }
      case GuestStep.Hypercall(long number, long address, long count, long attributes) -> {
        long page = address >> Pages.SHIFT;
        if (number != Hypercall.MAP_GPA_RANGE) {
          throw new AssertionError("hypercall " + number);
        } else if (attributes == 0) {
          shared.addRange(page, count);
        } else {
          shared.removeRange(page, count);
        }
        registers[0] = hypercallAnswer;
      }
      case GuestStep.Halted _ -> throw new AssertionError("it halted");
    }
  }

  long steps() {
    return registers[8];
  }

  @Override
  public long register(int index) {
    return registers[index];
  }

  @Override
  public void setRegister(int index, long value) {
    registers[index] = value;
  }

  @Override
  public void load(long address, byte[] into, int offset, int length, boolean encrypted) {
    check(address, length, encrypted);
    System.arraycopy(memory, (int) address, into, offset, length);
  }

  @Override
  public void store(long address, byte[] from, int offset, int length, boolean encrypted) {
    check(address, length, encrypted);
    System.arraycopy(from, offset, memory, (int) address, length);
  }

  private void check(long address, int length, boolean encrypted) {
    long last = (address + length - 1) >> Pages.SHIFT;
    for (long page = address >> Pages.SHIFT; page <= last; page++) {
      if (shared.contains(page) == encrypted) {
        throw new AssertionError("the C-bit of an access to page " + page + " is wrong");
      }
    }
  }
}
