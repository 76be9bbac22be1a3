package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.RING_BUFFER;

import dev.sealift.abi.psp.RingBufferBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The mode that RING_BUFFER begins: two queues of commands in memory, worked whenever the door-bell
 * rings, until a command comes by mailbox.
 *
 * <p>Layouts and registers are published; that a command by mailbox is not run but ends the mode,
 * the alignment of the rings, and that they may not overlap, are this model's choice.
 */
final class RingBufferMode {
  private final CheckedMemory memory;
  private @Nullable Queues queues;
  private boolean working;

  private record Queues(CommandQueue low, CommandQueue high) {
    List<AddressRange> rings() {
      return Stream.of(low, high).flatMap(queue -> queue.rings().stream()).toList();
    }
  }

  RingBufferMode(CheckedMemory memory) {
    this.memory = memory;
  }

  void bind(Bindings bindings) {
    bindings.check("the command comes from a queue", call -> working);
    bindings.checkOf(
        "flags other than INT_ON_EMPTY are set",
        shape -> {
          Shape.Value flags = shape.number("flags");
          return call -> (flags.of(call.buffer()) & ~RingBufferBuffer.INT_ON_EMPTY) != 0;
        });
    bindings.check("two rings overlap", call -> overlap(queuesOf(call)));
    bindings.effect(RING_BUFFER, call -> begin(queuesOf(call)));
  }

  private Queues queuesOf(Call call) {
    RingBufferBuffer buffer = RingBufferBuffer.read(call.buffer());
    return new Queues(
        new CommandQueue(ring(buffer.qLoCmdPtr()), ring(buffer.qLoStatVal())),
        new CommandQueue(ring(buffer.qHiCmdPtr()), ring(buffer.qHiStatVal())));
  }

  private AddressRange ring(long address) {
    return memory.range(address, CommandQueue.RING_SIZE);
  }

  /** The rings are pages: two overlap where they are the same. */
  private static boolean overlap(Queues queues) {
    Set<AddressRange> different = new HashSet<>(queues.rings());
    return different.size() < queues.rings().size();
  }

  private void begin(Queues opened) {
    queues = opened;
    opened.rings().forEach(memory::setAside);
  }

  boolean isOn() {
    return queues != null;
  }

  /**
   * Ends the mode, if it is on.
   *
   * @return whether it was
   */
  boolean end() {
    Queues open = queues;
    if (open == null) {
      return false;
    }
    open.rings().forEach(memory::giveBack);
    queues = null;
    return true;
  }

  /**
   * Works the queues, that of high priority first, until both are empty or a command fails.
   *
   * @return where the heads are; empty where the mode is off
   */
  Optional<RingHeads> work(RingTails tails, CommandQueue.Mailbox mailbox) {
    Queues open = queues;
    if (open == null) {
      return Optional.empty();
    }
    working = true;
    try {
      boolean empty =
          open.high().work(tails.high(), memory, mailbox)
              && open.low().work(tails.low(), memory, mailbox);
      return Optional.of(new RingHeads(open.low().head(), open.high().head(), !empty));
    } finally {
      working = false;
    }
  }
}
