package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.QueuedCommand;
import dev.sealift.abi.psp.QueuedStatus;
import dev.sealift.abi.psp.RingBufferBuffer;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** The queues of RING_BUFFER, as a driver uses them. */
final class TestQueues {
  static final int ENTRIES = 256;

  private final TestMachine machine;
  final Queue low;
  final Queue high;

  /** A queue on the driver's side. */
  final class Queue {
    final long commands = machine.room(TestMachine.PAGE);
    final long answers = machine.room(TestMachine.PAGE);
    int tail;

    /** Puts a command at the tail; its index. */
    int put(int id, long buffer) {
      int index = tail;
      replace(index, id, buffer);
      tail = (tail + 1) % ENTRIES;
      return index;
    }

    int put(PspCommand command, long buffer) {
      return put(command.id(), buffer);
    }

    /** Puts a command with a buffer of its own. */
    int put(PspCommand command, StructLayout layout, Consumer<MemorySegment> fill) {
      byte[] bytes = new byte[layout.size()];
      fill.accept(MemorySegment.ofArray(bytes));
      return put(command, machine.place(bytes));
    }

    /** Puts a command where one is already. */
    void replace(int index, int id, long buffer) {
      byte[] entry = new byte[16];
      // Flags and the caller's own word mean nothing to the processor.
      new QueuedCommand(id, 0xFFFF, -1, buffer).write(MemorySegment.ofArray(entry));
      machine.memory.write(commands + 16L * index, entry);
    }

    FirmwareStatus answer(int index) {
      byte[] entry = machine.memory.read(answers + 16L * index, 16);
      return FirmwareStatus.of(QueuedStatus.read(MemorySegment.ofArray(entry)).status());
    }
  }

  /** Queues that are not open yet. */
  TestQueues(TestMachine machine) {
    this.machine = machine;
    low = new Queue();
    high = new Queue();
  }

  /** Opens queues. */
  static TestQueues open(TestMachine machine) {
    TestQueues queues = new TestQueues(machine);
    assertThat(queues.open(queues.flawless())).isEqualTo(FirmwareStatus.SUCCESS);
    return queues;
  }

  RingBufferBuffer flawless() {
    return new RingBufferBuffer(
        low.commands, low.answers, high.commands, high.answers, 1, 1, 0, 0, 1);
  }

  FirmwareStatus open(RingBufferBuffer command) {
    return machine.send(PspCommand.RING_BUFFER, RingBufferBuffer.LAYOUT, command::write).status();
  }

  RingHeads ring() {
    return machine.processor.ring(new RingTails(low.tail, high.tail)).orElseThrow();
  }

  /** Closes the queues, by a command that is not run. */
  void close() {
    assertThat(machine.send(PspCommand.NOP)).isEqualTo(FirmwareStatus.EXIT_RING_BUFFER);
  }
}
