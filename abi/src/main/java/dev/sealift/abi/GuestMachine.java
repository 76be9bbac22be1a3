package dev.sealift.abi;

/**
 * What a guest program of the model host sees of its machine: registers and guest physical memory.
 */
public interface GuestMachine {

  /** A general register by its place in struct kvm_regs: 0 rax ... 15 r15, 16 rip, 17 rflags. */
  long register(int index);

  /** Sets a general register. */
  void setRegister(int index, long value);

  /**
   * What CPUID answers: zeros for a leaf that the VMM did not give the guest.
   *
   * @param function what is in eax
   * @param index what is in ecx
   */
  Cpuid cpuid(int function, int index);

  /** The registers after CPUID. */
  record Cpuid(int eax, int ebx, int ecx, int edx) {}

  /**
   * Loads bytes from guest physical memory.
   *
   * @param encrypted what the C-bit of the guest's page table entry would be: true for private
   *     memory
   * @throws GuestFault where there is no memory
   */
  void load(long address, byte[] into, int offset, int length, boolean encrypted);

  /** Stores bytes to guest physical memory; marks the pages dirty. */
  void store(long address, byte[] from, int offset, int length, boolean encrypted);

  /** Ends the program as a triple fault ends a real one. */
  final class GuestFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GuestFault(long address) {
      super("guest physical address 0x" + Long.toHexString(address) + " is no memory");
    }
  }
}
