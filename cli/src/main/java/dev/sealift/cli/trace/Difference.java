package dev.sealift.cli.trace;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Something that a replay answers otherwise than the trace has it.
 *
 * @param call the call's number
 * @param on what it was issued on
 * @param name the command
 * @param what which part of the answer
 * @param recorded what the trace has
 * @param replayed what the replay has
 * @param follows why it is no wonder; null if nothing is known that would explain it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Difference(
    int call,
    String on,
    String name,
    String what,
    String recorded,
    String replayed,
    @Nullable String follows) {

  /** In a line. */
  String words() {
    return "call %d %s %s: %s was %s, is %s%s"
        .formatted(
            call, on, name, what, recorded, replayed, follows == null ? "" : " (" + follows + ")");
  }
}
