package dev.sealift.interpose;

import java.util.List;

/** A program that is given SEV, from before it starts to its end. */
public interface ClientProgram extends AutoCloseable {

  /**
   * Starts the program, once, with this process's input, output, errors and environment.
   *
   * @param command the program, which is looked for in PATH, and its arguments
   * @throws InterposeException if it cannot be started
   */
  void start(List<String> command) throws InterposeException;

  /**
   * Sends the program a signal, if it runs; one that is being started gets it afterwards.
   *
   * @param number of the signal
   * @return false if it does not run
   */
  boolean signal(int number);

  /**
   * Waits for its end.
   *
   * @return the program's exit code, or 128 and the number of the signal that killed it
   */
  int await() throws InterposeException;

  /** Ends what it was given; the program itself goes on without. */
  @Override
  void close();
}
