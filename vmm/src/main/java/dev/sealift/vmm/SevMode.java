package dev.sealift.vmm;

import dev.sealift.abi.sev.SevCommand;

/** What of a guest is encrypted. */
public enum SevMode {
  /** Its memory. */
  SEV(SevCommand.INIT),

  /** Its memory and the registers of its vCPUs. */
  SEV_ES(SevCommand.ES_INIT);

  private static final int POLICY_ES = 1 << 2;

  private final SevCommand init;

  SevMode(SevCommand init) {
    this.init = init;
  }

  /** The one that a guest policy word asks for (AMD publication 55766, guest policy, bit 2). */
  public static SevMode of(int policy) {
    return (policy & POLICY_ES) == 0 ? SEV : SEV_ES;
  }

  /** The command that makes a virtual machine such a guest. */
  SevCommand init() {
    return init;
  }
}
