package dev.sealift.interpose.machine;

/**
 * What a machine has open for its program.
 *
 * @param connections of the program that is attached: one for each of its threads that has made a
 *     call, and one that tells that it lives
 * @param descriptors open
 * @param mappings mapped
 * @param kept sets that outlive the program
 */
public record Standing(int connections, int descriptors, int mappings, int kept) {}
