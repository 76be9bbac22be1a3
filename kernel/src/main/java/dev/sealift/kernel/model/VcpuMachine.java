package dev.sealift.kernel.model;

import dev.sealift.abi.GuestMachine;

/** What the program in a vCPU sees: the vCPU's registers, its CPUID and its way to memory. */
record VcpuMachine(VcpuRegisters registers, CpuidTable table, GuestPhysicalMemory memory)
    implements GuestMachine {

  @Override
  public long register(int index) {
    return registers.get(index);
  }

  @Override
  public void setRegister(int index, long value) {
    registers.set(index, value);
  }

  @Override
  public Cpuid cpuid(int function, int index) {
    return table.answer(function, index);
  }

  @Override
  public void load(long address, byte[] into, int offset, int length, boolean encrypted) {
    memory.load(address, into, offset, length, encrypted);
  }

  @Override
  public void store(long address, byte[] from, int offset, int length, boolean encrypted) {
    memory.store(address, from, offset, length, encrypted);
  }
}
