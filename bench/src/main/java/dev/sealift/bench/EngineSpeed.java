package dev.sealift.bench;

import dev.sealift.crypto.EngineKind;

/**
 * How fast one engine did one thing.
 *
 * @param threads engines at work at the same time, each on a thread of its own
 * @param gigabytesPerSecond of each turn: 1e9 bytes of pages, all threads together
 * @param garbageBytesPerPage on the heap, of each turn
 */
public record EngineSpeed(
    EngineKind engine,
    PacketOperation operation,
    int threads,
    Samples gigabytesPerSecond,
    Samples garbageBytesPerPage) {}
