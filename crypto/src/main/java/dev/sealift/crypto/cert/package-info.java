/**
 * SEV certificates and chains: those that platforms show (PDH, PEK, OCA, CEK), those of AMD (ASK,
 * ARK), and a model root for platforms in software (AMD publication 55766, appendices on
 * certificates).
 */
@NullMarked
package dev.sealift.crypto.cert;

import org.jspecify.annotations.NullMarked;
