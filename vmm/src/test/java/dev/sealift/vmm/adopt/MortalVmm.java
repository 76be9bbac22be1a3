package dev.sealift.vmm.adopt;

import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.ThreadSignals;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.vmm.Host;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The system calls of one VMM, up to the call at which it is killed: from then on none of its
 * threads comes back from a call, and what it had open and did not have kept is closed, as the
 * kernel does with a process.
 */
final class MortalVmm implements SystemCalls, ThreadSignals {
  /** The signal by which a VMM gets its vCPU's thread back. */
  private static final int KICK = 40;

  /** How a thread of a killed VMM ends. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Whether the call that kills it is still done. */
  enum Moment {
    BEFORE,
    AFTER
  }

  private final SystemCalls kernel;
  private final ThreadSignals signals;
  private final MemoryStore store;
  private final int fatalCall;
  private final Moment moment;

  private final Set<Integer> open = new HashSet<>();
  private final Map<Long, MemorySegment> mapped = new HashMap<>();
  private final Set<Thread> vcpus = new HashSet<>();
  private final Set<Integer> vcpuIds = new HashSet<>();
  private int calls;
  private volatile boolean dead;

  /** One that lives until {@link #kill}. */
  MortalVmm(Host machine) {
    this(machine, -1, Moment.BEFORE);
  }

  /**
   * @param machine whose store is a {@link MemoryStore}
   * @param fatalCall the call at which it is killed, counted from 0; none if negative
   */
  MortalVmm(Host machine, int fatalCall, Moment moment) {
    kernel = machine.calls();
    signals = machine.signals();
    store = (MemoryStore) machine.store();
    this.fatalCall = fatalCall;
    this.moment = moment;
  }

  Host host() {
    return new Host(this, this, store);
  }

  boolean isDead() {
    return dead;
  }

  synchronized int calls() {
    return calls;
  }

  /** Kills it, and waits until nothing of it is in the kernel any longer. */
  void kill() throws InterruptedException {
    die();
    Set<Thread> threads;
    synchronized (this) {
      threads = Set.copyOf(vcpus);
    }
    for (Thread thread : threads) {
      // One that rests is in no call, and will never be in one again.
      while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
        thread.join(1);
      }
    }
    synchronized (this) {
      open.stream().filter(fd -> !store.keepsDescriptor(fd)).forEach(kernel::close);
      mapped.values().stream()
          .filter(memory -> !store.keepsMapping(memory.address()))
          .forEach(kernel::munmap);
    }
  }

  /**
   * Kills it from inside a call, which still ends by itself, and nobody hears its answer. From
   * elsewhere a thread might be on its way into the kernel, and be there after the next VMM.
   */
  void vanish() {
    dead = true;
  }

  synchronized void die() {
    dead = true;
    vcpuIds.forEach(id -> signals.send(id, KICK));
  }

  private <T> T call(Supplier<T> call) {
    boolean fatal;
    synchronized (this) {
      checkAlive();
      fatal = calls++ == fatalCall;
      if (fatal && moment == Moment.BEFORE) {
        die();
      }
      checkAlive();
    }
    T answer = call.get();
    if (fatal) {
      die();
    }
    checkAlive();
    return answer;
  }

  private void checkAlive() {
    if (dead) {
      throw new Killed();
    }
  }

  @Override
  public int open(String path, int flags) {
    return call(() -> noteOpen(kernel.open(path, flags)));
  }

  private synchronized int noteOpen(int fd) {
    if (fd >= 0) {
      open.add(fd);
    }
    return fd;
  }

  @Override
  public int close(int fd) {
    return call(() -> {
      noteClosed(fd);
      return kernel.close(fd);
    });
  }

  private synchronized void noteClosed(int fd) {
    open.remove(fd);
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    boolean makes = request == KvmIoctl.CREATE_VM || request == KvmIoctl.CREATE_VCPU;
    return call(() -> {
      int answer = kernel.ioctl(fd, request, argument);
      return makes ? noteOpen(answer) : answer;
    });
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    return call(() -> noteMapped(kernel.mmap(length, protection, flags, fd, offset)));
  }

  private synchronized MapResult noteMapped(MapResult result) {
    if (result instanceof MapResult.Mapped(MemorySegment memory)) {
      mapped.put(memory.address(), memory);
    }
    return result;
  }

  @Override
  public int munmap(MemorySegment mapping) {
    return call(() -> {
      noteUnmapped(mapping.address());
      return kernel.munmap(mapping);
    });
  }

  private synchronized void noteUnmapped(long address) {
    mapped.remove(address);
  }

  @Override
  public int currentThread() {
    int id = signals.currentThread();
    synchronized (this) {
      vcpus.add(Thread.currentThread());
      vcpuIds.add(id);
      checkAlive();
    }
    return id;
  }

  @Override
  public int block(int signal) {
    checkAlive();
    synchronized (this) {
      vcpus.add(Thread.currentThread());
    }
    return signals.block(signal);
  }

  @Override
  public int send(int thread, int signal) {
    checkAlive();
    return signals.send(thread, signal);
  }

  @Override
  public int take(int signal) {
    return signals.take(signal);
  }
}
