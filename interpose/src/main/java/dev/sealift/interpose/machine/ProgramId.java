package dev.sealift.interpose.machine;

/**
 * Who a program is, to its machine: random, so that its threads join it and no other.
 *
 * @param high half of it
 * @param low half of it
 */
record ProgramId(long high, long low) {}
