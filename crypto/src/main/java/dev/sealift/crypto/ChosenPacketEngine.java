package dev.sealift.crypto;

import java.lang.foreign.MemorySegment;

/** Seals and opens by whichever engine an {@link EngineChoice} names at the moment. */
final class ChosenPacketEngine implements PacketEngine {
  private final EngineChoice choice;
  private final TransportKeys keys;
  private EngineKind kind;
  private PacketEngine engine;

  ChosenPacketEngine(EngineChoice choice, TransportKeys keys) {
    this.choice = choice;
    this.keys = keys;
    this.kind = choice.current();
    this.engine = kind.open(keys);
  }

  @Override
  public void seal(
      int contextByte, MemorySegment plain, MemorySegment cipherOut, MemorySegment headerOut) {
    engine().seal(contextByte, plain, cipherOut, headerOut);
  }

  @Override
  public boolean open(
      int contextByte, MemorySegment header, MemorySegment cipher, MemorySegment plainOut) {
    return engine().open(contextByte, header, cipher, plainOut);
  }

  @Override
  public int sealPages(int contextByte, PagesToSeal pages, int count) {
    return engine().sealPages(contextByte, pages, count);
  }

  @Override
  public int openPages(int contextByte, PacketsToOpen packets, int count) {
    return engine().openPages(contextByte, packets, count);
  }

  private PacketEngine engine() {
    EngineKind chosen = choice.current();
    if (chosen != kind) {
      PacketEngine next = chosen.open(keys);
      engine.close();
      engine = next;
      kind = chosen;
    }
    return engine;
  }

  @Override
  public void close() {
    engine.close();
  }
}
