package dev.sealift.firmware;

/**
 * How far the processor has worked the queues of RING_BUFFER: each head is the index of the first
 * command that is not done, 0 to 255, and equals the tail where the queue is empty.
 *
 * <p>Source: the mailbox registers in ring-buffer mode; register CmdBufAddr_Lo.
 *
 * @param low of the low-priority queue, bits 10:0 of the register
 * @param high of the high-priority queue, bits 26:16 of the register
 * @param paused bit 30 of the register: a command has failed, and its queue's head is still on it;
 *     its status is in the queue's StatVal ring
 */
public record RingHeads(int low, int high, boolean paused) {}
