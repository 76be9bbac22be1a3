package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command that the processor serves: a row of the interface table whose words are bound to what
 * they mean.
 */
final class Command {
  private final BufferClass bufferClass;
  private final Call call;
  private final Step[] steps;
  private final Effect effect;
  private final Runnable afterwards;

  /** What a command does once no check has found a fault. */
  interface Effect {

    /**
     * Acts.
     *
     * @throws Refusal where memory that was there is gone
     */
    void run(Call call) throws Refusal;
  }

  /** What is written into the command buffer. */
  interface Write {
    void into(MemorySegment buffer);
  }

  /**
   * A check and its answer.
   *
   * @param ofContent whether it looks at what the command's addresses lead to
   */
  record Step(Check check, FirmwareStatus status, List<Write> writes, boolean ofContent) {}

  /**
   * A command.
   *
   * @param row of the interface table
   * @param buffer the processor's own copy of the command buffer, of the command's fixed size
   * @param steps every check, in order
   * @param afterwards wipes what the checks have left, whatever the answer
   */
  Command(
      CommandRow row, MemorySegment buffer, List<Step> steps, Effect effect, Runnable afterwards) {
    this.bufferClass = row.bufferClass();
    this.call = new Call(row.command(), buffer);
    this.steps = steps.toArray(Step[]::new);
    this.effect = effect;
    this.afterwards = afterwards;
  }

  /** Runs the command on the buffer at an address. */
  FirmwareStatus run(CheckedMemory memory, long address) {
    try {
      if (bufferClass != BufferClass.IGNORED) {
        memory.readHost(address, call.buffer());
      }
      FirmwareStatus status = answer();
      if (bufferClass.isWrittenBackOn(status)) {
        memory.writeHost(address, call.buffer());
      }
      return status;
    } catch (Refusal refusal) {
      return refusal.status();
    } finally {
      finish();
    }
  }

  /**
   * Runs the command with a buffer that lies nowhere: nothing is written back to it.
   *
   * @param buffer lays the processor's copy of it out
   */
  FirmwareStatus run(Write buffer) {
    try {
      buffer.into(call.buffer());
      return answer();
    } catch (Refusal refusal) {
      return refusal.status();
    } finally {
      finish();
    }
  }

  /**
   * The guest of a command that passes every check but those of its content; null where one fails.
   * Asks only: several may ask at once, while no command runs.
   *
   * @param buffer lays the command's buffer out
   */
  @Nullable Guest admitted(Write buffer) {
    byte[] copy = new byte[(int) call.buffer().byteSize()];
    Call asked = new Call(call.command(), MemorySegment.ofArray(copy));
    buffer.into(asked.buffer());
    try {
      for (Step step : steps) {
        if (!step.ofContent() && step.check().fails(asked)) {
          return null;
        }
      }
      return asked.guest();
    } catch (Refusal refusal) {
      return null;
    }
  }

  private void finish() {
    afterwards.run();
    call.guest(null);
  }

  /** Bytes of guest memory that it has moved, where it has just succeeded. */
  long guestBytes() {
    return GuestData.bytes(call);
  }

  private FirmwareStatus answer() throws Refusal {
    for (Step step : steps) {
      if (step.check().fails(call)) {
        for (Write write : step.writes()) {
          write.into(call.buffer());
        }
        return step.status();
      }
    }
    effect.run(call);
    return FirmwareStatus.SUCCESS;
  }
}
