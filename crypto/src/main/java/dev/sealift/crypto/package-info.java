/**
 * The cryptography of a SEV guest's life and journey: policy, session, transport keys, sealed
 * packets, launch digest, measurement and secret (AMD publication 55766). Integers are
 * little-endian unless said otherwise.
 */
@NullMarked
package dev.sealift.crypto;

import org.jspecify.annotations.NullMarked;
