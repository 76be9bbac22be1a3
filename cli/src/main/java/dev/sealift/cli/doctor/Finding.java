package dev.sealift.cli.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was looked for.
 *
 * @param name what
 * @param sentence what was found
 * @param advice what to do about it; null where there is nothing to do
 * @param command the command that mends it, in a line; null where none does
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Finding(
    String name, State state, String sentence, @Nullable String advice, @Nullable String command) {

  /** How it is. */
  enum State {
    /** It is there, whole. */
    @JsonProperty("ok")
    OK,
    /** It is there, but not all of it, or not as fast as it could be. */
    @JsonProperty("limited")
    LIMITED,
    /** It is not there; something else takes its place, or something cannot be done. */
    @JsonProperty("missing")
    MISSING
  }

  static Finding ok(String name, String sentence) {
    return new Finding(name, State.OK, sentence, null, null);
  }

  static Finding limited(String name, String sentence, String advice) {
    return new Finding(name, State.LIMITED, sentence, advice, null);
  }

  static Finding missing(String name, String sentence, String advice) {
    return new Finding(name, State.MISSING, sentence, advice, null);
  }

  /** The same with a command that mends it, for whoever may run it. */
  Finding mendedBy(String line) {
    return new Finding(name, state, sentence, advice, line);
  }
}
