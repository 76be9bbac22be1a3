package dev.sealift.vmm.guest;

import static dev.sealift.vmm.guest.PseudoRandomWriter.ALL_REVEALED;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW_CHUNK;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW_PAGES;

import dev.sealift.abi.Pages;
import dev.sealift.vmm.GuestPorts;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.PortDevice;
import dev.sealift.vmm.Vcpu;
import dev.sealift.vmm.VirtualMachine;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Orders a guest to show its memory, and compares each chunk while the guest waits. */
final class Revelation {
  private static final String OPERATION = "prove guest memory";

  /** A guest gives a sign of life after every batch, a matter of milliseconds. */
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final long LOOK_MILLIS = 20;

  /** Hours of work; more than this is a register that was garbled. */
  private static final long MOST_STEPS = 1L << 40;

  /** Steps replayed between two signs of life. */
  private static final long REPLAY_SLICE = 1L << 28;

  private static final long FIRST_WINDOW_PAGE = WINDOW / Pages.SIZE;

  private final VirtualMachine machine;
  private final Replay replay;
  private final PageSet mismatching;
  private final byte[] expected = new byte[Pages.SIZE];

  /** The chunk that is to be shown next; -1 until the order was given. */
  private int nextChunk = -1;

  /** What the guest says it has done; -1 until it said so. Of the vCPU's thread. */
  private long steps = -1;

  private long compared;

  private final Object lock = new Object();
  private long lastSignOfLife = System.nanoTime();
  private boolean complete;
  private @Nullable VmmException failure;

  Revelation(VirtualMachine machine, Replay replay) {
    this.machine = machine;
    this.replay = replay;
    mismatching = new PageSet(machine.memory().pages());
  }

  MemoryProof take() throws VmmException {
    Vcpu vcpu = machine.vcpu();
    if (machine.memory().size() != replay.plan().memoryBytes()) {
      throw new VmmException(
          OPERATION,
          "The guest has %d bytes of memory and the plan %d: compare it with the plan it was made by."
              .formatted(machine.memory().size(), replay.plan().memoryBytes()));
    }
    machine.ports().attach(GuestPorts.PROGRESS, new Progress());
    machine.ports().attach(GuestPorts.COMMAND, new Command());
    machine.ports().attach(GuestPorts.REVEAL, new Shown());
    try {
      if (vcpu.state() instanceof Vcpu.State.Ready) {
        vcpu.start();
      } else {
        vcpu.resume();
      }
      awaitAll(vcpu);
    } finally {
      machine.ports().detach(GuestPorts.PROGRESS);
      machine.ports().detach(GuestPorts.COMMAND);
      machine.ports().detach(GuestPorts.REVEAL);
      if (vcpu.failure().isEmpty()) {
        vcpu.pause();
      }
    }
    return new MemoryProof(compared, mismatching, replay.steps());
  }

  private void awaitAll(Vcpu vcpu) throws VmmException {
    synchronized (lock) {
      while (!complete && failure == null) {
        if (vcpu.failure().isPresent()) {
          throw new VmmException(
              OPERATION,
              "The guest ended before it had shown its memory, %s: it cannot be proved."
                  .formatted(vcpu.failure().get()));
        }
        if (System.nanoTime() - lastSignOfLife > PATIENCE_NANOS) {
          throw new VmmException(
              OPERATION, "The guest has shown nothing for a minute: look at what it executes.");
        }
        try {
          lock.wait(LOOK_MILLIS);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw new VmmException(OPERATION, "The proof was interrupted: take it again.");
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** The guest says how many batches it has done. */
  private final class Progress implements PortDevice {
    @Override
    public int read() {
      return 0;
    }

    @Override
    public void write(int batches) {
      signOfLife();
      steps = Integer.toUnsignedLong(batches) * PseudoRandomWriter.STEPS_PER_BATCH;
    }
  }

  /**
   * The guest asks what to do: it is told once to show its memory, when it has said how far it is.
   */
  private final class Command implements PortDevice {
    @Override
    public int read() {
      signOfLife();
      if (nextChunk >= 0 || steps < 0) {
        return 0;
      }
      // The guest is about to overwrite the window, which only the host has compared then.
      compare(FIRST_WINDOW_PAGE);
      nextChunk = 0;
      return PseudoRandomWriter.REVEAL;
    }

    @Override
    public void write(int value) {}
  }

  /** The guest says which chunk stands in the window. */
  private final class Shown implements PortDevice {
    @Override
    public int read() {
      return 0;
    }

    @Override
    public void write(int chunk) {
      signOfLife();
      if (nextChunk < 0 || hasFailed()) {
        return;
      }
      try {
        if (chunk == ALL_REVEALED) {
          end();
        } else {
          show(chunk);
        }
      } catch (VmmException wrong) {
        fail(wrong);
      }
    }
  }

  private void show(int chunk) throws VmmException {
    if (chunk != nextChunk || (long) chunk * WINDOW_PAGES >= replay.plan().pages()) {
      throw new VmmException(
          OPERATION,
          "The guest showed chunk %d when it was the turn of %d: its program is not intact."
              .formatted(chunk, nextChunk));
    }
    if (chunk == 0) {
      replayTo(steps);
    }
    if (chunk != WINDOW_CHUNK) {
      compare((long) chunk * WINDOW_PAGES);
    }
    nextChunk++;
  }

  private void end() throws VmmException {
    if (compared != replay.plan().pages()) {
      throw new VmmException(
          OPERATION,
          "The guest showed %d of its %d pages: its program is not intact."
              .formatted(compared, replay.plan().pages()));
    }
    synchronized (lock) {
      complete = true;
      lock.notifyAll();
    }
  }

  private void replayTo(long done) throws VmmException {
    if (done < replay.steps() || done > MOST_STEPS) {
      throw new VmmException(
          OPERATION,
          "The guest says it has done %s steps, and had done %d before: its registers are not intact."
              .formatted(Long.toUnsignedString(done), replay.steps()));
    }
    while (replay.steps() < done) {
      replay.advance(Math.min(done, replay.steps() + REPLAY_SLICE));
      signOfLife();
    }
  }

  /** Compares what is in the window with a chunk. */
  private void compare(long firstPage) {
    MemorySegment memory = machine.memory().segment();
    MemorySegment right = MemorySegment.ofArray(expected);
    for (int i = 0; i < WINDOW_PAGES; i++) {
      replay.expectedPage(firstPage + i, expected);
      MemorySegment shown = memory.asSlice(WINDOW + (long) i * Pages.SIZE, Pages.SIZE);
      if (shown.mismatch(right) >= 0) {
        mismatching.add(firstPage + i);
      }
    }
    compared += WINDOW_PAGES;
  }

  private void signOfLife() {
    synchronized (lock) {
      lastSignOfLife = System.nanoTime();
    }
  }

  private boolean hasFailed() {
    synchronized (lock) {
      return failure != null;
    }
  }

  private void fail(VmmException wrong) {
    synchronized (lock) {
      failure = wrong;
      lock.notifyAll();
    }
  }
}
