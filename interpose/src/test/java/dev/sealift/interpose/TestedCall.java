package dev.sealift.interpose;

import dev.sealift.interpose.SevCaller.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call of the table: what is called, and in which way.
 *
 * @param command the constant of SevDeviceCommand or SevCommand; null where it is none
 * @param way in words: what is right or wrong with the call
 * @param step makes it
 */
record TestedCall(@Nullable Enum<?> command, String way, Step step) {

  /** Makes one call of SEV, at the end of whatever leads to it. */
  interface Step {
    Outcome make(SevCallSituation situation) throws Exception;
  }

  /**
   * All that a caller is told.
   *
   * @param call which
   * @param outcome the result, and the firmware's status
   * @param written what was written to the caller's memory
   */
  record Answer(String call, Outcome outcome, List<String> written) {}

  @Override
  public String toString() {
    return (command == null ? "" : command + " ") + way;
  }

  /** Makes the calls one after the other. */
  static List<Answer> make(List<TestedCall> calls, SevCallSituation situation) throws Exception {
    List<Answer> answers = new ArrayList<>();
    for (TestedCall call : calls) {
      situation.clearParameters();
      Outcome outcome = call.step().make(situation);
      answers.add(new Answer(call.toString(), outcome, situation.changes()));
    }
    return answers;
  }
}
