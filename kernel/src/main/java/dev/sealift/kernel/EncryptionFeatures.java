package dev.sealift.kernel;

import dev.sealift.firmware.SecureProcessor;

/**
 * What one query of CPUID 8000001F says of memory encryption, and whether the host itself uses it.
 *
 * @param encryptionBit EBX, bits 5:0: the bit of a physical address that marks encrypted memory
 *     (the C-bit)
 * @param maximumAsid ECX: how many encrypted guests there can be at once; zero without SEV
 * @param minimumSevAsid EDX: the lowest ASID of a guest without SEV-ES
 * @param hostEncryption SME is active
 * @param encryptsRegisters EAX, bit 3: there is SEV-ES, and the kernel was not told to do without
 */
record EncryptionFeatures(
    int encryptionBit,
    int maximumAsid,
    int minimumSevAsid,
    boolean hostEncryption,
    boolean encryptsRegisters) {

  static EncryptionFeatures query(SecureProcessor processor, KernelSettings settings) {
    return new EncryptionFeatures(
        processor.encryptionBit(),
        processor.maximumAsid(),
        processor.minimumSevAsid(),
        settings.hostEncryption(),
        settings.sevEs());
  }

  boolean sev() {
    return maximumAsid > 0;
  }

  /** Some ASIDs are set aside for guests with encrypted register state. */
  boolean sevEs() {
    return sev() && encryptsRegisters && minimumSevAsid > 1;
  }

  /** The mask that sets the encryption bit in a physical address, whatever the host does. */
  long sevMeMask() {
    return 1L << encryptionBit;
  }

  /**
   * The address of guest memory: SEND_UPDATE_DATA and RECEIVE_UPDATE_DATA want the bit always set.
   */
  long guestAddress(long physicalAddress) {
    return physicalAddress | sevMeMask();
  }

  /** The address of memory as the host sees it: the bit is set only where SME is active. */
  long hostAddress(long physicalAddress) {
    return hostEncryption ? physicalAddress | sevMeMask() : physicalAddress;
  }
}
