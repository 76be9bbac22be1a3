package dev.sealift.fleet;

/**
 * A host's SEV platform, as far as it decides which guests may go there. It is what the host says;
 * the source of a move sees the certificates themselves.
 *
 * @param generation of its chip, as AMD names it: Naples, Rome, Milan, Genoa, Turin, or model
 * @param apiMajor of the firmware's API
 * @param apiMinor of the firmware's API
 * @param build of the firmware
 * @param root the fingerprint of the ARK that its chain leads to, 64 hexadecimal digits
 * @param owner the fingerprint of its OCA: platforms of one owner are one domain
 * @param chip the fingerprint of its CEK
 * @param chain the fingerprint of its whole chain, PDH to ARK
 * @param es whether it has SEV-ES
 */
public record PlatformRecord(
    String generation,
    int apiMajor,
    int apiMinor,
    int build,
    String root,
    String owner,
    String chip,
    String chain,
    boolean es) {}
