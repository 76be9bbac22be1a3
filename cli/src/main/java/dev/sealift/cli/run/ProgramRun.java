package dev.sealift.cli.run;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.interpose.ClientProgram;
import dev.sealift.interpose.InterposeException;
import java.util.List;

/**
 * A program that is given SEV, from its start to its end, with the signals that are meant for it.
 */
public final class ProgramRun {

  private ProgramRun() {}

  /**
   * Runs a program.
   *
   * @param program is ready for one
   * @param command the program and its arguments
   * @return its exit code, as a shell says it
   * @throws BadInput if it cannot be started
   */
  public static int of(ClientProgram program, List<String> command) throws BadInput, Failure {
    // From before it starts: it must not be left alone by a signal that was meant for it.
    try (PassedOnSignals _ = PassedOnSignals.to(number -> passOn(program, number))) {
      start(program, command);
      return program.await();
    } catch (InterposeException lost) {
      throw new Failure(Failure.sentence(lost), lost);
    }
  }

  private static void start(ClientProgram program, List<String> command) throws BadInput {
    try {
      program.start(command);
    } catch (InterposeException refused) {
      throw new BadInput(
          command.getFirst() + " cannot be run: " + Failure.sentence(refused), refused);
    }
  }

  private static void passOn(ClientProgram program, int signal) {
    if (!program.signal(signal)) {
      // It has ended, and what it left behind need not be waited for; or it need not begin.
      program.close();
    }
  }
}
