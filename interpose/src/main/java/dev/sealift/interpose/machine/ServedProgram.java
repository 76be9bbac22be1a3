package dev.sealift.interpose.machine;

import dev.sealift.abi.ThreadSignals;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The program that a machine serves: the connection that tells that it lives, and those of its
 * threads. When the first ends, all end.
 */
final class ServedProgram {
  /** SIGKILL: no mask holds it back, and KVM_RUN returns between two steps of the guest. */
  private static final int KILL = 9;

  private final ProgramId id;
  private final SocketChannel lifeline;
  private final Selector selector;
  private final ThreadSignals signals;

  /** The threads that serve the program's, by the number under which the kernel knows them. */
  private final Map<Integer, Served> threads = new HashMap<>();

  private final CountDownLatch gone = new CountDownLatch(1);
  private volatile boolean atItsEnd;
  private boolean ended;

  private record Served(Thread thread, ServedConnection connection) {}

  /**
   * A program that lives.
   *
   * @param lifeline does not block; it is closed when the program ends
   */
  ServedProgram(ProgramId id, SocketChannel lifeline, ThreadSignals signals) throws IOException {
    this.id = id;
    this.lifeline = lifeline;
    this.signals = signals;
    this.selector = Selector.open();
    lifeline.register(selector, SelectionKey.OP_READ);
  }

  ProgramId id() {
    return id;
  }

  /**
   * Whether the other end of the lifeline is closed: the program has ended, known or not. Whatever
   * comes over it ends it, too.
   */
  boolean isAtItsEnd() {
    try {
      if (lifeline.read(ByteBuffer.allocate(1)) != 0) {
        atItsEnd = true;
      }
    } catch (IOException broken) {
      atItsEnd = true;
    }
    return atItsEnd;
  }

  /** Waits until the program has ended or is cut off. */
  void awaitEnd() {
    try {
      while (!isAtItsEnd()) {
        selector.select();
        selector.selectedKeys().clear();
      }
    } catch (IOException broken) {
      // A lifeline that cannot be watched is none.
    }
  }

  /** Has the program end, from the machine's side. */
  void cutOff() {
    atItsEnd = true;
    selector.wakeup();
  }

  /** Has the calling thread serve one of the program's; false if the program has ended. */
  synchronized boolean join(int thread, ServedConnection connection) {
    if (ended) {
      return false;
    }
    threads.put(thread, new Served(Thread.currentThread(), connection));
    return true;
  }

  synchronized void leave(int thread) {
    threads.remove(thread);
  }

  /** Connections that are open: the lifeline and one for each thread. */
  synchronized int connections() {
    return ended ? 0 : 1 + threads.size();
  }

  /**
   * Ends what runs for the program, as a kernel does when it kills one: its calls come back, and
   * none is under way when this returns.
   */
  void end() {
    Map<Integer, Served> ending;
    synchronized (this) {
      ended = true;
      ending = Map.copyOf(threads);
    }
    close(lifeline);
    close(selector);
    // No call begins any more, and then those under way are told.
    ending.values().forEach(served -> served.connection().close());
    ending.keySet().forEach(thread -> signals.send(thread, KILL));
    ending.values().forEach(served -> join(served.thread()));
  }

  private static void close(Closeable resource) {
    try {
      resource.close();
    } catch (IOException gone) {
      // It is closed whatever is said of it.
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing is left of the program but what it kept. */
  void tidied() {
    gone.countDown();
  }

  /** Waits for that; false if the calling thread was interrupted. */
  boolean awaitTidied() {
    try {
      gone.await();
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
