package dev.sealift.interpose;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A platform thread for what Linux keeps of a thread, not of a process: mounts, filters,
 * descriptors. It does what it is asked, one task after the other.
 */
final class OwnThread implements AutoCloseable {

  /** What the thread is asked to do. */
  @FunctionalInterface
  interface Task<T> {
    T run() throws InterposeException;
  }

  private final ExecutorService executor;

  private OwnThread(ExecutorService executor) {
    this.executor = executor;
  }

  static OwnThread start(String name) {
    return new OwnThread(
        Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).daemon().factory()));
  }

  /** Waits for the task whatever happens, so that the thread is never left with half of it. */
  <T> T run(Task<T> task) throws InterposeException {
    CompletableFuture<T> result = new CompletableFuture<>();
    executor.execute(() -> {
      try {
        result.complete(task.run());
      } catch (InterposeException | RuntimeException | Error failure) {
        result.completeExceptionally(failure);
      }
    });
    try {
      return result.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof InterposeException refused) {
        throw refused;
      }
      throw failed;
    }
  }

  /** The same for a task that nothing can refuse. */
  void run(Runnable task) {
    CompletableFuture.runAsync(task, executor).join();
  }

  /** Ends the thread, and waits for that. */
  @Override
  public void close() {
    executor.close();
  }
}
