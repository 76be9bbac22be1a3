package dev.sealift.vmm;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.vmm.Vcpu.State;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The thread that runs a vCPU, and how others stop it.
 *
 * <p>A guest may never leave KVM_RUN by itself. So the thread blocks a signal, KVM unblocks it
 * while the guest runs, and whoever wants the thread back says what it wants and sends the signal:
 * KVM_RUN returns {@code -EINTR}, whether the signal came before or during it. No handler is
 * installed.
 *
 * <p>KVM completes a port access or hypercall at the next KVM_RUN. A thread that is wanted right
 * after one therefore runs once more with immediate_exit set, which completes it and nothing else.
 *
 * <p>A vCPU whose VMM was killed may be in KVM_RUN still, or out of it with an exit that was
 * served, or in part, or not at all. The first ioctl of the thread that takes it up waits for that
 * KVM_RUN; then what stands in the run area is served (see {@link VcpuExits}), and completed.
 */
final class VcpuThread {
  /** A real-time signal that neither the Java virtual machine nor libc uses. */
  private static final int KICK = 40;

  /** struct kvm_signal_mask: a length, then the signals blocked in KVM_RUN (none), packed. */
  private static final int SIGNAL_MASK_LENGTH = 8;

  private static final int SIGNAL_MASK_SIZE = 4 + SIGNAL_MASK_LENGTH;

  /** Reads or writes the state of a vCPU that stands still. */
  interface Access<T> {
    T run() throws VmmException;
  }

  private final Host host;
  private final Descriptor vcpu;
  private final CallMemory callMemory;
  private final RunArea runArea;
  private final VcpuExits exits;
  private final Books books;

  private final Object lock = new Object();
  private @Nullable Thread thread;

  /** The thread is in its loop, or has ended. */
  private boolean begun;

  private int threadId;
  private VcpuWish wish;
  private State state;

  /**
   * Another VMM ran it, and may have left an exit to serve or complete. Of the thread, once begun.
   */
  private final boolean unsettled;

  /** How often the thread has come to rest, so that no rest is too short to be seen. */
  private long rests;

  /** Begins with what the books have: for a vCPU that was never run, nothing. */
  VcpuThread(Host host, MachineParts parts, CallMemory callMemory, VcpuExits exits) {
    this.host = host;
    this.vcpu = parts.vcpu();
    this.callMemory = callMemory;
    this.runArea = parts.runArea();
    this.exits = exits;
    this.books = parts.books();
    VcpuWish last = books.wish();
    state =
        switch (last) {
          case NOT_STARTED -> new State.Ready();
          case RUN, PAUSE -> new State.Paused();
          case STOP -> new State.Stopped();
        };
    wish = last == VcpuWish.RUN ? VcpuWish.PAUSE : last;
    unsettled = state instanceof State.Paused && !books.isSettled();
  }

  State state() {
    synchronized (lock) {
      return state;
    }
  }

  void start() throws VmmException {
    synchronized (lock) {
      if (wish != VcpuWish.NOT_STARTED) {
        throw new IllegalStateException("the vCPU was started or stopped before");
      }
      ask(VcpuWish.RUN);
      launch();
      throwIfEnded();
    }
  }

  /** Notes what is wanted, for the thread and for whoever takes the guest up after this process. */
  private void ask(VcpuWish wanted) {
    wish = wanted;
    books.wish(wanted);
  }

  private void launch() {
    state = new State.Running();
    thread = Thread.ofPlatform().daemon().name("vcpu-" + vcpu.fd()).unstarted(this::live);
    thread.start();
    while (!begun) {
      waitUninterruptibly();
    }
  }

  /** Serves and completes what another VMM left, once. */
  private void settle() {
    if (unsettled && thread == null && state instanceof State.Paused) {
      long before = rests;
      launch();
      while (rests == before) {
        waitUninterruptibly();
      }
    }
  }

  void pause() throws VmmException {
    synchronized (lock) {
      refuseOwnThread();
      if (state instanceof State.Running) {
        if (wish == VcpuWish.RUN) {
          ask(VcpuWish.PAUSE);
          kick();
        }
        awaitNextRest();
      } else if (state instanceof State.Paused) {
        ask(VcpuWish.PAUSE);
        settle();
      }
      throwIfEnded();
    }
  }

  void resume() throws VmmException {
    synchronized (lock) {
      refuseOwnThread();
      while (wish != VcpuWish.RUN && state instanceof State.Running) {
        // Somebody waits for the thread to rest: that comes first.
        awaitNextRest();
      }
      throwIfEnded();
      if (wish == VcpuWish.NOT_STARTED || wish == VcpuWish.STOP) {
        throw new IllegalStateException("the vCPU was not started, or was stopped");
      }
      ask(VcpuWish.RUN);
      if (thread == null) {
        launch();
        throwIfEnded();
      } else {
        state = new State.Running();
        lock.notifyAll();
      }
    }
  }

  void stop() {
    Thread ending;
    synchronized (lock) {
      ask(VcpuWish.STOP);
      if (thread == null) {
        state = new State.Stopped();
      }
      if (state instanceof State.Running) {
        kick();
      }
      lock.notifyAll();
      ending = thread;
    }
    if (ending != null && ending != Thread.currentThread()) {
      joinUninterruptibly(ending);
    }
  }

  private void refuseOwnThread() {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("a vCPU's own thread cannot wait for itself");
    }
  }

  <T> T whileStill(Access<T> access) throws VmmException {
    synchronized (lock) {
      if (state instanceof State.Running && Thread.currentThread() != thread) {
        throw new IllegalStateException("the vCPU runs; pause it first");
      }
      settle();
      return access.run();
    }
  }

  private void live() {
    State end;
    try {
      prepareSignals();
      end = runToTheEnd();
    } catch (VmmException failed) {
      end = new State.Ended("the VMM could not serve it (" + failed.getMessage() + ")");
    } catch (RuntimeException | Error broken) {
      end = new State.Ended("a device of the VMM broke (" + broken + ")");
    }
    synchronized (lock) {
      state = end;
      begun = true;
      rests++;
      lock.notifyAll();
    }
    // Nobody kicks a thread that has ended. One kick may be left, and Java unblocks the signal
    // before it lets the thread go: it would end the process.
    takeKicks();
  }

  private void prepareSignals() throws VmmException {
    int blocked = host.signals().block(KICK);
    if (blocked < 0) {
      throw VmmException.ofCall("rt_sigprocmask", vcpu.name(), Errno.of(blocked));
    }
    try (CallMemory.Frame call = callMemory.frame()) {
      MemorySegment mask = call.take(SIGNAL_MASK_SIZE);
      mask.set(ValueLayout.JAVA_INT, 0, SIGNAL_MASK_LENGTH);
      vcpu.ioctl("KVM_SET_SIGNAL_MASK", KvmIoctl.SET_SIGNAL_MASK, mask.address());
    }
    synchronized (lock) {
      threadId = host.signals().currentThread();
      begun = true;
      lock.notifyAll();
    }
  }

  private State runToTheEnd() throws VmmException {
    boolean completed = !unsettled;
    if (unsettled && runArea.holdsExit()) {
      Optional<String> end = exits.serve();
      if (end.isPresent()) {
        return new State.Ended(end.get());
      }
    }
    while (true) {
      boolean wanted = wish() != VcpuWish.RUN;
      if (wanted && completed) {
        if (!rest()) {
          return new State.Stopped();
        }
        continue;
      }
      books.settled(false);
      exits.conclude();
      runArea.setImmediateExit(wanted);
      int result = vcpu.tryIoctl(KvmIoctl.RUN, 0);
      if (result == Errno.EINTR.negated()) {
        takeKicks();
        completed = true;
      } else if (result < 0) {
        throw VmmException.ofCall("KVM_RUN", vcpu.name(), Errno.of(result));
      } else {
        Optional<String> end = exits.serve();
        if (end.isPresent()) {
          return new State.Ended(end.get());
        }
        completed = false;
      }
    }
  }

  private VcpuWish wish() {
    synchronized (lock) {
      return wish;
    }
  }

  /** Waits for as long as a pause is wished; false if the thread is to end. */
  private boolean rest() {
    synchronized (lock) {
      while (wish == VcpuWish.PAUSE) {
        if (!(state instanceof State.Paused)) {
          books.settled(true);
          state = new State.Paused();
          rests++;
          lock.notifyAll();
        }
        waitUninterruptibly();
      }
      return wish == VcpuWish.RUN;
    }
  }

  /** Takes kicks away, also those left over from a wish that was seen without them. */
  private void takeKicks() {
    int taken;
    do {
      taken = host.signals().take(KICK);
    } while (taken > 0);
  }

  private void kick() {
    // A thread that has not begun looks at the wish before it enters the guest.
    if (begun) {
      host.signals().send(threadId, KICK);
    }
  }

  private void throwIfEnded() throws VmmException {
    if (state instanceof State.Ended(String reason)) {
      throw new VmmException(
          "KVM_RUN", "The guest has ended by itself, " + reason + ": launch it again.");
    }
  }

  /** Waits, with the lock held, until the thread has come to rest once more, or has ended. */
  private void awaitNextRest() {
    long before = rests;
    while (rests == before) {
      waitUninterruptibly();
    }
  }

  /** What is waited for comes soon and must be waited for: an interrupt is kept for later. */
  @SuppressWarnings("WaitNotInLoop") // every caller asks its own condition in a loop
  private void waitUninterruptibly() {
    boolean interrupted = Thread.interrupted();
    try {
      lock.wait();
    } catch (InterruptedException _) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void joinUninterruptibly(Thread ending) {
    boolean interrupted = false;
    while (ending.isAlive()) {
      try {
        ending.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
