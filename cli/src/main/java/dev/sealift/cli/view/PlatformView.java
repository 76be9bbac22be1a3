package dev.sealift.cli.view;

import java.util.List;

/**
 * A host's SEV platform.
 *
 * @param api the firmware's API version and build, as {@code 1.55.21}
 * @param state uninit, init or working
 * @param externallyOwned whether an owner other than the platform itself has signed its PEK
 * @param es whether SEV-ES guests are possible
 * @param guests guests that the firmware holds
 * @param chip the fingerprint of its CEK, 64 hexadecimal digits
 * @param chain its certificates, from the PDH up to the root
 */
public record PlatformView(
    String api,
    String state,
    boolean externallyOwned,
    boolean es,
    long guests,
    String chip,
    List<ChainLink> chain) {
  public PlatformView {
    chain = List.copyOf(chain);
  }
}
