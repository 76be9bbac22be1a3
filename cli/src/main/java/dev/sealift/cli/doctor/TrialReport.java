package dev.sealift.cli.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealift.cli.Lines;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A processor beside one in software, step by step.
 *
 * @param same whether every step was answered in the same way
 * @param steps in their order
 */
record TrialReport(boolean same, List<Compared> steps) {
  private static final int COLUMN = 44;

  /**
   * A step.
   *
   * @param answer what this machine's processor answered
   * @param software what the one in software answers; null where it is the same
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Compared(String step, String answer, @Nullable String software) {}

  /** Compares two trials, which have the same steps. */
  static TrialReport of(List<TrialStep> here, List<TrialStep> software) {
    List<Compared> compared = new ArrayList<>();
    for (int i = 0; i < Math.max(here.size(), software.size()); i++) {
      String answer = i < here.size() ? here.get(i).answer() : "not asked";
      String expected = i < software.size() ? software.get(i).answer() : "not asked";
      String name = i < here.size() ? here.get(i).name() : software.get(i).name();
      compared.add(new Compared(name, answer, answer.equals(expected) ? null : expected));
    }
    return new TrialReport(
        compared.stream().allMatch(step -> step.software() == null), List.copyOf(compared));
  }

  /** In words. */
  String page() {
    Lines lines = new Lines(COLUMN);
    for (Compared step : steps) {
      lines.line(step.step(), step.answer());
      if (step.software() != null) {
        lines.line("  DIFFERENT: the one in software answers", step.software());
      }
    }
    long different = steps.stream().filter(step -> step.software() != null).count();
    lines.blank();
    lines.sentence(
        same
            ? "THE SAME: all %d answers are those of the processor in software."
                .formatted(steps.size())
            : "DIFFERENT: %d of %d answers are others than those of the processor in software."
                .formatted(different, steps.size()));
    return lines.toString();
  }
}
