package dev.sealift.crypto;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Seals and opens by whichever engine an {@link EngineChoice} names at the moment. */
final class ChosenPacketEngine implements PacketEngine {
  private final EngineChoice choice;
  private final TransportKeys keys;
  private final PacketEngine jdk;
  private @Nullable PacketEngine vector;

  ChosenPacketEngine(EngineChoice choice, TransportKeys keys) {
    this.choice = choice;
    this.keys = keys;
    this.jdk = EngineKind.JDK.open(keys);
  }

  @Override
  public void seal(
      int contextByte, MemorySegment plain, MemorySegment cipherOut, MemorySegment headerOut) {
    jdk.seal(contextByte, plain, cipherOut, headerOut);
  }

  @Override
  public boolean open(
      int contextByte, MemorySegment header, MemorySegment cipher, MemorySegment plainOut) {
    return jdk.open(contextByte, header, cipher, plainOut);
  }

  @Override
  public void sealPages(
      int contextByte,
      MemorySegment[] plain,
      MemorySegment[] cipherOut,
      MemorySegment[] headersOut,
      int count) {
    forGroups().sealPages(contextByte, plain, cipherOut, headersOut, count);
  }

  @Override
  public int openPages(
      int contextByte,
      MemorySegment[] headers,
      MemorySegment[] cipher,
      MemorySegment[] plainOut,
      int count) {
    return forGroups().openPages(contextByte, headers, cipher, plainOut, count);
  }

  private PacketEngine forGroups() {
    if (choice.current() == EngineKind.JDK) {
      return jdk;
    }
    PacketEngine engine = vector;
    if (engine == null) {
      engine = choice.current().open(keys);
      vector = engine;
    }
    return engine;
  }

  @Override
  public void close() {
    jdk.close();
    if (vector != null) {
      vector.close();
    }
  }
}
