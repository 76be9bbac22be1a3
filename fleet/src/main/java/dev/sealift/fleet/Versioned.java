package dev.sealift.fleet;

/**
 * A record as it was read.
 *
 * @param version grows by one whenever the record is replaced; 0 when it is new
 */
public record Versioned<T>(T value, int version) {}
