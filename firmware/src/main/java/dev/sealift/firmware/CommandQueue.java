package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.Pages;
import dev.sealift.abi.psp.QueuedCommand;
import dev.sealift.abi.psp.QueuedStatus;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A queue of commands in memory: a page of commands and a page of their answers, each used as a
 * ring of 256 entries. While it is open, only the processor's own hand reaches the two pages.
 */
final class CommandQueue {

  /** Bytes of each of its rings. */
  static final int RING_SIZE = Pages.SIZE;

  private static final int ENTRY_SIZE = QueuedCommand.LAYOUT.size();
  private static final int INDEX_MASK = RING_SIZE / ENTRY_SIZE - 1;

  private final AddressRange commands;
  private final AddressRange answers;
  private final MemorySegment entry = MemorySegment.ofArray(new byte[ENTRY_SIZE]);
  private int head;

  /** Runs a command, as if it had come by mailbox. */
  interface Mailbox {
    FirmwareStatus command(int id, long buffer);
  }

  CommandQueue(AddressRange commands, AddressRange answers) {
    this.commands = commands;
    this.answers = answers;
  }

  /** The memory that it takes. */
  List<AddressRange> rings() {
    return List.of(commands, answers);
  }

  /** The index of the first command that is not done. */
  int head() {
    return head;
  }

  /**
   * Runs command after command until the queue is empty or one fails.
   *
   * @return whether the queue is empty
   */
  boolean work(int tail, CheckedMemory memory, Mailbox mailbox) {
    try {
      while (head != (tail & INDEX_MASK)) {
        if (runFirst(memory, mailbox) != FirmwareStatus.SUCCESS) {
          return false;
        }
        head = head + 1 & INDEX_MASK;
      }
      return true;
    } catch (Refusal ringIsGone) {
      return false;
    }
  }

  private FirmwareStatus runFirst(CheckedMemory memory, Mailbox mailbox) throws Refusal {
    long offset = (long) head * ENTRY_SIZE;
    memory.readSetAside(commands.first() + offset, entry);
    QueuedCommand command = QueuedCommand.read(entry);
    FirmwareStatus status = mailbox.command(command.id(), command.buffer());
    new QueuedStatus(status.code()).write(entry);
    memory.writeSetAside(answers.first() + offset, entry);
    return status;
  }
}
