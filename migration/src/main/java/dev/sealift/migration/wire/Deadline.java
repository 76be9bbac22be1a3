package dev.sealift.migration.wire;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection unless what uses it is done in time: for waits that have no time limit of
 * their own, such as a TLS handshake or a write.
 */
final class Deadline implements AutoCloseable {
  private final CompletableFuture<Boolean> done = new CompletableFuture<>();

  private Deadline(Closeable connection, Duration limit) {
    var _ =
        done.completeOnTimeout(false, limit.toMillis(), TimeUnit.MILLISECONDS)
            .thenAccept(inTime -> end(connection, inTime));
  }

  /** The clock runs until {@link #close}. */
  static Deadline closing(Closeable connection, Duration limit) {
    return new Deadline(connection, limit);
  }

  /** Whether time ran out and the connection was closed. */
  boolean passed() {
    // Not the end of closing: whoever writes hears of that before it is over.
    return !done.getNow(true);
  }

  private static void end(Closeable connection, boolean inTime) {
    if (!inTime) {
      try {
        connection.close();
      } catch (IOException e) {
        // It is given up either way.
      }
    }
  }

  @Override
  public void close() {
    done.complete(true);
  }
}
