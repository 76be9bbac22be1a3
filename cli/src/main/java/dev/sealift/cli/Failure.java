package dev.sealift.cli;

import org.jspecify.annotations.Nullable;

/** A failure that ends a command, told in one sentence. */
public final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  private final @Nullable String more;

  /** Says what happened, to what, and what to do next. */
  public Failure(String sentence) {
    super(sentence);
    this.more = null;
  }

  public Failure(String sentence, Throwable cause) {
    super(sentence, cause);
    this.more = null;
  }

  private Failure(String sentence, @Nullable String more) {
    super(sentence);
    this.more = more;
  }

  /**
   * A failure of another process, whose causes are not here.
   *
   * @param more the command line that says more of it; null where there is none
   */
  public static Failure elsewhere(String sentence, @Nullable String more) {
    return new Failure(sentence, more);
  }

  /** The command line that says more, where that was told with it; null where it was not. */
  public @Nullable String more() {
    return more;
  }

  /** What a person is told of any failure: its own sentence, or for one that has none, its kind. */
  public static String sentence(Throwable problem) {
    String message = problem.getMessage();
    return message == null || message.isBlank() ? problem.getClass().getSimpleName() : message;
  }
}
