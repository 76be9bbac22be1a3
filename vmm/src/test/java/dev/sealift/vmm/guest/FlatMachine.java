package dev.sealift.vmm.guest;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmParavirtual;
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
  final List<String> said = new ArrayList<>();
  int features =
      1 << KvmParavirtual.FEATURE_HC_MAP_GPA_RANGE | 1 << KvmParavirtual.FEATURE_MIGRATION_CONTROL;
  int progress;
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
        switch (port) {
          case GuestPorts.REVEAL -> revealed.add(value);
          case GuestPorts.PROGRESS -> progress = value;
          default -> panic = value;
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
        said.add((attributes == 0 ? "shared " : "private ") + page + " " + count);
        registers[0] = hypercallAnswer;
      }
      case GuestStep.MsrWrite(int index, long value) ->
          said.add("0x%x := %d".formatted(index, value));
      case GuestStep.MsrRead(int index) -> throw new AssertionError("it read MSR " + index);
      case GuestStep.Halted _ -> throw new AssertionError("it halted");
    }
  }

  long steps() {
    return registers[8];
  }

  @Override
  public Cpuid cpuid(int function, int index) {
    return switch (function) {
      case KvmParavirtual.CPUID_SIGNATURE ->
          new Cpuid(
              KvmParavirtual.CPUID_FEATURES,
              KvmParavirtual.SIGNATURE_EBX,
              KvmParavirtual.SIGNATURE_ECX,
              KvmParavirtual.SIGNATURE_EDX);
      case KvmParavirtual.CPUID_FEATURES -> new Cpuid(features, 0, 0, 0);
      default -> new Cpuid(-1, -1, -1, -1);
    };
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
