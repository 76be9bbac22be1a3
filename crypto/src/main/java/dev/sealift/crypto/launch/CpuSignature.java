package dev.sealift.crypto.launch;

/**
 * Family, model and stepping of a processor, which a vCPU finds in EDX after reset and CPUID
 * function 1 gives in EAX.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual, volume 3, CPUID function 0000_0001h.
 *
 * @param family 0 to 270; 25 (19h) for Milan and Genoa
 * @param model 0 to 255
 * @param stepping 0 to 15
 */
public record CpuSignature(int family, int model, int stepping) {
  private static final int BASE_FAMILY_MOST = 0xF;
  private static final int FAMILY_MOST = BASE_FAMILY_MOST + 0xFF;

  public CpuSignature {
    if (family < 0 || family > FAMILY_MOST) {
      throw new IllegalArgumentException("a CPU's family is 0 to 270, not " + family);
    }
    if (model < 0 || model > 0xFF) {
      throw new IllegalArgumentException("a CPU's model is 0 to 255, not " + model);
    }
    if (stepping < 0 || stepping > 0xF) {
      throw new IllegalArgumentException("a CPU's stepping is 0 to 15, not " + stepping);
    }
  }

  /** As the register has it: extended family and model, family, model, stepping. */
  public int word() {
    int base = Math.min(family, BASE_FAMILY_MOST);
    return (family - base) << 20 | model >> 4 << 16 | base << 8 | (model & 0xF) << 4 | stepping;
  }
}
