package dev.sealift.cli;

/**
 * Something the caller gave is not what the command can work with: told in one sentence, with exit
 * code 2.
 */
public final class BadInput extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong, with which file or value, and what would be right. */
  public BadInput(String sentence) {
    super(sentence);
  }

  public BadInput(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
