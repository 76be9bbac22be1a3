package dev.sealift.fleet.registry;

/**
 * A node of the registry as it was read.
 *
 * @param version grows by one whenever the bytes are replaced
 * @param session by which it is there; 0 where it stays without one
 * @param changedMillis since 1970, by the registry's clock
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and nobody changes the bytes.
record Node(byte[] bytes, int version, long session, long changedMillis) {}
