package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;

/** A kind of thing that can be explained. */
interface Topic {

  /** How sure it is that something is of this kind. */
  enum Fit {
    /** It is not. */
    NO,
    /** Its form lets it be, and it may be something else. */
    MAYBE,
    /** It says so itself. */
    SURE
  }

  /** The word that asks for it on the command line. */
  String word();

  /** What it is, with an article, for people. */
  String what();

  /** Whether something may be of this kind. */
  Fit fit(Thing thing);

  /**
   * Explains it.
   *
   * @throws BadInput if it is not of this kind, in a sentence
   */
  Explanation explain(Thing thing, Context context) throws BadInput;
}
