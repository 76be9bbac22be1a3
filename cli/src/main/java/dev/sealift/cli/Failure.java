package dev.sealift.cli;

/** A failure that ends a command, told in one sentence. */
public final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says what happened, to what, and what to do next. */
  public Failure(String sentence) {
    super(sentence);
  }

  public Failure(String sentence, Throwable cause) {
    super(sentence, cause);
  }

  /** What a person is told of any failure: its own sentence, or for one that has none, its kind. */
  public static String sentence(Throwable problem) {
    String message = problem.getMessage();
    return message == null || message.isBlank() ? problem.getClass().getSimpleName() : message;
  }
}
