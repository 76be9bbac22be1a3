package dev.sealift.firmware;

import dev.sealift.crypto.AesKey;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The AES key of one ASID for as long as it stays: a new key is a new object, by which a thread
 * knows that its ciphers are old. With the key go all ciphers that were made from it.
 */
final class XexKey implements AutoCloseable {
  private final AesKey aes;

  /** Those of threads that have ended go with their threads. */
  private final Set<XexCiphers> ciphers = Collections.newSetFromMap(new WeakHashMap<>());

  private boolean closed;

  /** Takes a copy of a key. */
  XexKey(byte[] key) {
    aes = new AesKey(key);
  }

  /** Ciphers under this key, for one thread; null once the key is gone. */
  synchronized @Nullable XexCiphers ciphers() {
    if (closed) {
      return null;
    }
    XexCiphers made = new XexCiphers(this, aes);
    ciphers.add(made);
    return made;
  }

  /** Wipes the key and its ciphers, when the accesses that are under way are done. */
  @Override
  public synchronized void close() {
    closed = true;
    ciphers.forEach(XexCiphers::wipe);
    ciphers.clear();
    aes.destroy();
  }
}
