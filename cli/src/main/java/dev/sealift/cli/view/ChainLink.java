package dev.sealift.cli.view;

import org.jspecify.annotations.Nullable;

/**
 * A certificate of a platform and who signed it. A certificate with two signers (the PEK has the
 * OCA and the CEK) has two of these.
 *
 * @param certificate PDH, PEK, OCA, CEK, ASK or ARK
 * @param key the fingerprint of its key, or AMD's id of it
 * @param signer the certificate that signed it, itself for a root
 * @param holds whether the signature does
 * @param rule what was kept or broken, in words; null where nothing is to be said
 */
public record ChainLink(
    String certificate, String key, String signer, boolean holds, @Nullable String rule) {}
