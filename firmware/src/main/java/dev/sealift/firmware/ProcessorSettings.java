package dev.sealift.firmware;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.RootOfTrust;
import java.security.SecureRandom;

/**
 * What a processor is made with, and what never changes while it lives.
 *
 * @param root the root that a target's chain must lead to where a guest's policy says SEV
 * @param chip what is burnt into the chip
 * @param store where the platform's identity is kept
 * @param api the interface version that the firmware reports and stamps into its certificates
 * @param build the firmware's build number, one byte
 * @param maximumAsid the highest ASID
 * @param minimumSevAsid the lowest ASID for guests without SEV-ES
 * @param encryptionBit the C-bit
 * @param profile the side taken where specification and firmware differ
 * @param random the source of every key, nonce and IV
 */
record ProcessorSettings(
    RootOfTrust root,
    ChipKeys chip,
    PlatformStore store,
    ApiVersion api,
    int build,
    int maximumAsid,
    int minimumSevAsid,
    int encryptionBit,
    FirmwareProfile profile,
    SecureRandom random) {}
