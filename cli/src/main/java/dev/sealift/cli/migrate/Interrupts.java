package dev.sealift.cli.migrate;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.control.Cancelled;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.run.PassedOnSignals;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What Ctrl-C does to a move that is being watched: the first one asks the host to call it off, the
 * second one leaves it to the host. Whatever else would end the command leaves it, too.
 */
final class Interrupts implements AutoCloseable {
  /** What shells say of a program that Ctrl-C has ended. */
  static final int EXIT_CODE = 130;

  private static final int SIGINT = 2;

  private final Path directory;
  private final String move;
  private final PrintWriter err;
  private @Nullable PassedOnSignals signals;
  private @Nullable ControlClient following;
  private boolean asked;
  private boolean left;

  private Interrupts(Path directory, String move, PrintWriter err) {
    this.directory = directory;
    this.move = move;
    this.err = err;
  }

  /** The user does not want to wait any longer; the move goes on. */
  static final class LeftException extends Exception {
    private static final long serialVersionUID = 1L;

    LeftException(String sentence, Throwable cause) {
      super(sentence, cause);
    }
  }

  /** A conversation that lasts as long as the move. */
  interface Following<T> {
    T run() throws BadInput, Failure;
  }

  /**
   * From here on signals are dealt with.
   *
   * @param following is closed where the move is left to the host
   */
  static Interrupts of(Path directory, String move, ControlClient following, PrintWriter err) {
    var interrupts = new Interrupts(directory, move, err);
    interrupts.following = following;
    interrupts.signals = PassedOnSignals.all(interrupts::heard);
    return interrupts;
  }

  /** Whether the user has called the move off. */
  synchronized boolean asked() {
    return asked;
  }

  void heard(int signal) {
    synchronized (this) {
      if (signal != SIGINT || asked) {
        left = true;
        if (following != null) {
          following.close();
        }
        return;
      }
      asked = true;
    }
    say("Calling the move off; Ctrl-C again leaves it to the host.");
    try (ControlClient control = ControlClient.of(directory)) {
      Cancelled cancelled = control.ask(new Order.MigrateCancel(move), Cancelled.class);
      if (!cancelled.cancelled()) {
        say(cancelled.reason());
      }
    } catch (BadInput | Failure unheard) {
      say(Failure.sentence(unheard));
    }
  }

  private synchronized void say(String sentence) {
    err.println();
    err.println(sentence);
    err.flush();
  }

  /**
   * Follows a move to its end.
   *
   * @throws LeftException if the user left before
   */
  <T> T follow(Following<T> work) throws BadInput, Failure, LeftException {
    try {
      return work.run();
    } catch (Failure ended) {
      synchronized (this) {
        if (left) {
          throw new LeftException(
              asked
                  ? "The host was asked to call the move %s off, and finishes that by itself: sealift guest list tells where the guest is."
                      .formatted(move)
                  : "The move %s goes on in the host: sealift guest list tells where the guest is."
                      .formatted(move),
              ended);
        }
      }
      throw ended;
    }
  }

  @Override
  public void close() {
    if (signals != null) {
      signals.close();
    }
  }
}
