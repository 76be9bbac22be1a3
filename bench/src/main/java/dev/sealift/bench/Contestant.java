package dev.sealift.bench;

import java.io.Closeable;

/** Something that is measured by turns with others. Belongs to one thread. */
public interface Contestant extends Closeable {

  /** Does its work until the compiler has seen to it; nothing of it counts. */
  void warmUp() throws Exception;

  /** One turn that counts: adds one figure to those it keeps. */
  void turn() throws Exception;

  @Override
  void close();
}
