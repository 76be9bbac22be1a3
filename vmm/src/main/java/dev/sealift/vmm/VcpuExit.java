package dev.sealift.vmm;

/** Why KVM_RUN came back, as far as a small VMM can do something about it. */
sealed interface VcpuExit {

  /** The guest reads or writes a port, {@code count} times, {@code size} bytes (1, 2, 4) each. */
  record Port(int port, boolean input, int size, int count, long dataOffset) implements VcpuExit {}

  /** The guest asks the VMM for something. */
  record Hypercall(long number, long a0, long a1, long a2) implements VcpuExit {}

  /** The guest reads a model-specific register that the VMM keeps. */
  record MsrRead(int index) implements VcpuExit {}

  /** The guest writes a model-specific register that the VMM keeps. */
  record MsrWrite(int index, long value) implements VcpuExit {}

  /** The guest cannot go on. */
  record Fatal(String reason) implements VcpuExit {}

  /** Nothing happened: a signal came. */
  record Interrupted() implements VcpuExit {}
}
