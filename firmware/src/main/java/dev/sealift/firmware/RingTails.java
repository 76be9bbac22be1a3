package dev.sealift.firmware;

/**
 * How far the machine has filled the queues of RING_BUFFER: each tail is the index of the first
 * free entry, 0 to 255.
 *
 * <p>Source: the mailbox registers in ring-buffer mode; register CmdBufAddr_Hi.
 *
 * @param low of the low-priority queue, bits 10:0 of the register; only its lowest 8 bits count
 * @param high of the high-priority queue, bits 26:16 of the register; only its lowest 8 bits count
 */
public record RingTails(int low, int high) {}
