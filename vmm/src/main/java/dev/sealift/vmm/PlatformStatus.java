package dev.sealift.vmm;

import dev.sealift.abi.psp.PlatformState;

/**
 * What a SEV platform says of itself.
 *
 * @param apiMajor the firmware's API version, major
 * @param apiMinor the firmware's API version, minor
 * @param build the firmware's build
 * @param state the platform's state
 * @param externallyOwned whether an owner other than the platform itself has signed its PEK
 * @param es whether SEV-ES guests are possible
 * @param guests guests that the firmware holds
 */
public record PlatformStatus(
    int apiMajor,
    int apiMinor,
    int build,
    PlatformState state,
    boolean externallyOwned,
    boolean es,
    long guests) {}
