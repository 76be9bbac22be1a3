package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.firmware.PacketRun;
import dev.sealift.firmware.SecureProcessor;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The way to the Secure Processor: one command at a time, through one command buffer of the kernel.
 */
final class Mailbox {
  private static final System.Logger LOG = System.getLogger("dev.sealift.kernel");

  /** No command has parameters longer than this. */
  private static final int BUFFER_SIZE = 4096;

  private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

  private final SecureProcessor processor;
  private final KernelBuffer buffer;
  private final long bufferAddress;

  /** Commands have the mailbox to themselves; runs of packets share the processor. */
  private final ReentrantReadWriteLock mutex = new ReentrantReadWriteLock();

  private volatile boolean dead;

  private Mailbox(SecureProcessor processor, KernelBuffer buffer, EncryptionFeatures features) {
    this.processor = processor;
    this.buffer = buffer;
    this.bufferAddress = features.hostAddress(buffer.address());
  }

  /** Opens the mailbox, with a command buffer of its own. */
  static Mailbox open(SecureProcessor processor, KernelMemory memory, EncryptionFeatures features) {
    try {
      return new Mailbox(processor, memory.allocate(BUFFER_SIZE), features);
    } catch (Refusal noMemory) {
      throw new IllegalStateException("no memory for the command buffer", noMemory);
    }
  }

  /** Held around several commands that belong together; a command alone takes it itself. */
  Lock mutex() {
    return mutex.writeLock();
  }

  /** Issues a command that has no parameters. */
  int run(PspCommand command, FirmwareError error) {
    return run(command, NOTHING, 0, error);
  }

  /**
   * Issues a command.
   *
   * @param parameters the command's parameters; what the firmware wrote back is there afterwards,
   *     even if the command failed: that is how lengths are asked for
   * @param length their length in bytes
   * @param error set to the firmware's status
   * @return 0, {@code -EIO} if the firmware refused, {@code -EBUSY} if the processor is lost,
   *     {@code -ETIMEDOUT} if it gets lost now
   */
  int run(PspCommand command, MemorySegment parameters, int length, FirmwareError error) {
    FirmwareCommandEvent event = null;
    mutex().lock();
    try {
      if (dead) {
        return Errno.EBUSY.negated();
      }
      MemorySegment.copy(parameters, 0, buffer.bytes(), 0, length);
      event = FirmwareCommandEvent.start();
      FirmwareStatus status = processor.command(command.id(), length == 0 ? 0 : bufferAddress);
      MemorySegment.copy(buffer.bytes(), 0, parameters, 0, length);
      if (event != null) {
        event.answered(command, parameters, length, status);
      }
      error.set(status.code());
      return status == FirmwareStatus.SUCCESS ? 0 : Errno.EIO.negated();
    } catch (RuntimeException silence) {
      return lose(command, error, event, silence);
    } finally {
      mutex().unlock();
    }
  }

  /**
   * Issues a run of packets; several go on side by side.
   *
   * @param error set to the firmware's status
   * @param progress hears how many packets were done
   * @return as of a command; {@code -EOPNOTSUPP} if the processor has no runs, and then nothing was
   *     done
   */
  int run(PacketRun run, FirmwareError error, IntConsumer progress) {
    FirmwareCommandEvent event = null;
    mutex.readLock().lock();
    try {
      if (dead) {
        return Errno.EBUSY.negated();
      }
      event = FirmwareCommandEvent.start();
      Optional<PacketRun.Answer> answer = processor.run(run);
      if (answer.isEmpty()) {
        return Errno.EOPNOTSUPP.negated();
      }
      FirmwareStatus status = answer.get().status();
      if (event != null) {
        event.answered(run.command(), run.handle(), answer.get().done(), status);
      }
      progress.accept(answer.get().done());
      error.set(status.code());
      return status == FirmwareStatus.SUCCESS ? 0 : Errno.EIO.negated();
    } catch (RuntimeException silence) {
      return lose(run.command(), error, event, silence);
    } finally {
      mutex.readLock().unlock();
    }
  }

  /** A processor that does not answer is never asked again: nobody knows what it half did. */
  private int lose(
      PspCommand command,
      FirmwareError error,
      @Nullable FirmwareCommandEvent event,
      RuntimeException silence) {
    dead = true;
    if (event != null) {
      event.answered(command, 0, 0, null);
    }
    error.set(0);
    LOG.log(Level.ERROR, "the Secure Processor did not answer " + command, silence);
    return Errno.ETIMEDOUT.negated();
  }

  /** WBINVD on every core. */
  void writeBackAndInvalidateCaches() {
    try {
      processor.writeBackAndInvalidateCaches();
    } catch (RuntimeException broken) {
      LOG.log(Level.ERROR, "the caches could not be written back", broken);
    }
  }
}
