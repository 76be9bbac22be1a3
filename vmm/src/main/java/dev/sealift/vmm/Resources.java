package dev.sealift.vmm;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** What was acquired, released once and in the reverse order. */
final class Resources implements AutoCloseable {
  private final Deque<Runnable> releases = new ArrayDeque<>();

  <T> T keep(T resource, Consumer<T> release) {
    releases.push(() -> release.accept(resource));
    return resource;
  }

  @Override
  public synchronized void close() {
    while (!releases.isEmpty()) {
      releases.pop().run();
    }
  }
}
