package dev.sealift.abi;

/** Why a guest program of the model host stopped for a moment. */
public sealed interface GuestStep {

  /** It did its piece of work and wants to go on. */
  record Ran() implements GuestStep {}

  /** It writes 32 bits to a port. */
  record PortWrite(int port, int value) implements GuestStep {}

  /** It reads 32 bits from a port; they come back in rax. */
  record PortRead(int port) implements GuestStep {}

  /**
   * It asks the hypervisor for something ({@link dev.sealift.abi.kvm.Hypercall}); the answer comes
   * back in rax.
   */
  record Hypercall(long number, long a0, long a1, long a2) implements GuestStep {}

  /**
   * It reads a model-specific register; the value comes back in rax (low 32 bits) and rdx (high 32
   * bits). Where it may not, it meets #GP, which ends it: a program has no handler.
   */
  record MsrRead(int index) implements GuestStep {}

  /** It writes a model-specific register; where it may not, it meets #GP. */
  record MsrWrite(int index, long value) implements GuestStep {}

  /** It has nothing more to do. */
  record Halted() implements GuestStep {}
}
