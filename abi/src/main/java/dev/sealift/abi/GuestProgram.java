package dev.sealift.abi;

/**
 * A guest of the model host: what stands for machine code where there is no processor to run any.
 * The vCPU fetches the bytes at its instruction pointer, through the guest's key, and runs the
 * program whose signature it finds there; a page that was garbled on its way runs nothing.
 */
public interface GuestProgram {

  /** Bytes of a signature. */
  int SIGNATURE_SIZE = 32;

  /**
   * The bytes at the start of the page that the instruction pointer points into, {@link
   * #SIGNATURE_SIZE} of them.
   */
  byte[] signature();

  /**
   * Does a bounded piece of work and says why it stopped. Whatever must outlive the stop is in
   * registers and memory: the next step may happen on another host.
   */
  GuestStep step(GuestMachine machine);
}
