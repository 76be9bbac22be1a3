package dev.sealift.firmware;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.EngineChoice;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import java.security.SecureRandom;

/**
 * What a processor is made with, and what never changes while it lives.
 *
 * @param root the root that a target's chain must lead to where a guest's policy says SEV
 * @param chip what is burnt into the chip
 * @param store where the platform's identity is kept
 * @param build the firmware's build number, one byte
 * @param maximumAsid the highest ASID
 * @param minimumSevAsid the lowest ASID for guests without SEV-ES
 * @param encryptionBit the C-bit
 * @param activateEx whether the part has ACTIVATE_EX
 * @param profile which firmware it runs
 * @param random the source of every key, nonce and IV
 * @param engines which packet engine seals and opens
 */
record ProcessorSettings(
    RootOfTrust root,
    ChipKeys chip,
    PlatformStore store,
    int build,
    int maximumAsid,
    int minimumSevAsid,
    int encryptionBit,
    boolean activateEx,
    FirmwareProfile profile,
    SecureRandom random,
    EngineChoice engines) {
  private static final ApiVersion UNSTAMPED = new ApiVersion(0, 0);

  /** The interface version that the firmware reports and measures. */
  ApiVersion api() {
    return profile.api();
  }

  /** The interface version that the firmware stamps into a certificate of this usage. */
  ApiVersion stamp(SevCertificate.Usage usage) {
    boolean stamped =
        usage == SevCertificate.Usage.PEK || profile.has(FirmwareQuirk.EVERY_CERTIFICATE_STAMPED);
    return stamped ? api() : UNSTAMPED;
  }
}
