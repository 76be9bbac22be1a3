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
 */
final class VcpuThread {
  /** A real-time signal that neither the Java virtual machine nor libc uses. */
  private static final int KICK = 40;

  /** struct kvm_signal_mask: a length, then the signals blocked in KVM_RUN (none), packed. */
  private static final int SIGNAL_MASK_LENGTH = 8;

  private static final int SIGNAL_MASK_SIZE = 4 + SIGNAL_MASK_LENGTH;

  private enum Wish {
    RUN,
    PAUSE,
    STOP
  }

  /** Reads or writes the state of a vCPU that stands still. */
  interface Access<T> {
    T run() throws VmmException;
  }

  private final Host host;
  private final Descriptor vcpu;
  private final CallMemory callMemory;
  private final RunArea runArea;
  private final VcpuExits exits;

  private final Object lock = new Object();
  private @Nullable Thread thread;
  private int threadId;
  private Wish wish = Wish.RUN;
  private State state = new State.Ready();

  /** How often the thread has come to rest, so that no rest is too short to be seen. */
  private long rests;

  VcpuThread(Host host, Descriptor vcpu, CallMemory callMemory, RunArea runArea, VcpuExits exits) {
    this.host = host;
    this.vcpu = vcpu;
    this.callMemory = callMemory;
    this.runArea = runArea;
    this.exits = exits;
  }

  State state() {
    synchronized (lock) {
      return state;
    }
  }

  void start() throws VmmException {
    synchronized (lock) {
      if (thread != null || wish == Wish.STOP) {
        throw new IllegalStateException("the vCPU was started or stopped before");
      }
      thread = Thread.ofPlatform().daemon().name("vcpu-" + vcpu.fd()).unstarted(this::live);
      thread.start();
      while (state instanceof State.Ready) {
        waitUninterruptibly();
      }
      throwIfEnded();
    }
  }

  void pause() throws VmmException {
    synchronized (lock) {
      refuseOwnThread();
      if (state instanceof State.Running) {
        if (wish == Wish.RUN) {
          wish = Wish.PAUSE;
          kick();
        }
        awaitNextRest();
      }
      throwIfEnded();
    }
  }

  void resume() throws VmmException {
    synchronized (lock) {
      refuseOwnThread();
      while (wish != Wish.RUN && state instanceof State.Running) {
        // Somebody waits for the thread to rest: that comes first.
        awaitNextRest();
      }
      throwIfEnded();
      if (thread == null || wish == Wish.STOP) {
        throw new IllegalStateException("the vCPU has no thread to resume");
      }
      wish = Wish.RUN;
      state = new State.Running();
      lock.notifyAll();
    }
  }

  void stop() {
    Thread ending;
    synchronized (lock) {
      wish = Wish.STOP;
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
      state = new State.Running();
      lock.notifyAll();
    }
  }

  private State runToTheEnd() throws VmmException {
    boolean completed = true;
    while (true) {
      boolean wanted = wish() != Wish.RUN;
      if (wanted && completed) {
        if (!rest()) {
          return new State.Stopped();
        }
        continue;
      }
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

  private Wish wish() {
    synchronized (lock) {
      return wish;
    }
  }

  /** Waits for as long as a pause is wished; false if the thread is to end. */
  private boolean rest() {
    synchronized (lock) {
      while (wish == Wish.PAUSE) {
        if (!(state instanceof State.Paused)) {
          state = new State.Paused();
          rests++;
          lock.notifyAll();
        }
        waitUninterruptibly();
      }
      return wish == Wish.RUN;
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
    host.signals().send(threadId, KICK);
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
