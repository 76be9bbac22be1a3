/**
 * A guest owner's side of a launch: the session with a platform, what is expected to be measured,
 * the measurement and the attestation report that come back, and the secret that is handed over
 * (AMD publication 55766; the tables that OVMF and QEMU agree on). Integers are little-endian
 * unless said otherwise.
 */
@NullMarked
package dev.sealift.crypto.launch;

import org.jspecify.annotations.NullMarked;
