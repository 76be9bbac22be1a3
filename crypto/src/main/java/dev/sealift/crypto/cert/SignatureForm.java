package dev.sealift.crypto.cert;

import dev.sealift.crypto.cert.SevCertificate.Usage;

/**
 * What a careful reader asks of the 512 bytes of a signature slot beyond the firmware's rules: that
 * nothing is hidden in them. No signature covers them, and firmware does not look behind a
 * signature's numbers or into an empty slot, so anything there has been put there by anybody.
 *
 * <p>Source: AMD publication 55766, SEV certificate format: unused bytes are zero.
 */
final class SignatureForm {
  private static final int ECDSA_BYTES = 144;
  private static final Finding KEPT = Finding.kept("bytes without a meaning are zero");

  private SignatureForm() {}

  /**
   * Checks both slots of a certificate, less one that belongs to another of its signers.
   *
   * @param signer under which it is looked at
   */
  static Finding check(SevCertificate certificate, Certificate signer) {
    Usage signed = Usage.of(certificate.usage());
    for (int i = 0; i < SevCertificate.SLOTS; i++) {
      SignatureSlot slot = certificate.slot(i);
      Usage slotSigner = Usage.of(slot.usage());
      Finding finding = KEPT;
      if (slot.isEmpty()) {
        finding = checkZeros(slot, i, 0);
      } else if (slot.usage() == signer.usage()) {
        finding = checkZeros(slot, i, signatureBytes(signer));
      } else if (slotSigner == null || !SevCertificateRules.signs(slotSigner, signed)) {
        finding =
            Finding.invalid(
                    "signature %d is by %s, which signs no %s"
                        .formatted(i + 1, Usage.describe(slot.usage()), signed))
                .at(SevCertificate.slotBytes(i));
      }
      if (!finding.holds()) {
        return finding;
      }
    }
    return KEPT;
  }

  private static Finding checkZeros(SignatureSlot slot, int index, int from) {
    byte[] signature = slot.signature();
    int first = from;
    while (first < signature.length && signature[first] == 0) {
      first++;
    }
    if (first == signature.length) {
      return KEPT;
    }
    int last = signature.length - 1;
    while (signature[last] == 0) {
      last--;
    }
    return Finding.invalid(
            (from == 0 ? "the empty slot of signature %d" : "the room behind signature %d")
                    .formatted(index + 1)
                + " is not all zero, and no signature covers it")
        .at(SevCertificate.signatureBytes(index, first, last));
  }

  private static int signatureBytes(Certificate signer) {
    return switch (signer) {
      case AmdCertificate ask -> ask.modulusBits() / Byte.SIZE;
      case SevCertificate _ -> ECDSA_BYTES;
    };
  }
}
