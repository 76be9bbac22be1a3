package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.trace.TraceSummary;
import dev.sealift.cli.trace.TraceSummary.Refused;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A trace file: what was called, and each call that was refused. */
final class TraceTopic implements Topic {
  private static final int MOST_REFUSALS = 100;

  @Override
  public String word() {
    return "trace";
  }

  @Override
  public String what() {
    return "a trace of SEV commands";
  }

  @Override
  public Fit fit(Thing thing) {
    byte[] bytes = thing.bytes();
    byte[] start = TraceSummary.START.getBytes(StandardCharsets.US_ASCII);
    return thing.file() != null
            && bytes.length > start.length
            && java.util.Arrays.mismatch(bytes, start) == start.length
        ? Fit.SURE
        : Fit.NO;
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    Path file = thing.file();
    if (file == null) {
      throw new BadInput(
          thing.subject() + " is no trace file; record one with sealift trace --record.");
    }
    TraceSummary summary = TraceSummary.read(file);
    Set<String> more = new LinkedHashSet<>();
    List<String> notes = new ArrayList<>();
    for (Refused refused : summary.refused()) {
      if (notes.size() < MOST_REFUSALS) {
        notes.add(refused.words());
      }
      refused.more().ifPresent(more::add);
    }
    if (summary.refused().size() > MOST_REFUSALS) {
      notes.add("Only the first %d refusals are told.".formatted(MOST_REFUSALS));
    }
    notes.add(
        summary.refused().isEmpty()
            ? "No call was refused."
            : "Refused calls: %d of %d.".formatted(summary.refused().size(), summary.calls()));
    List<DataExplanation.Part> parts = new ArrayList<>();
    more.add("sealift replay " + thing.text());
    return new DataExplanation(
        word(),
        "%s: %s, recorded on %s%s: %s"
            .formatted(
                file,
                what(),
                summary.hardware() ? "hardware" : "a platform in software",
                summary.secrets() ? ", with secrets" : "",
                calls(summary)),
        null,
        parts,
        notes,
        List.copyOf(more));
  }

  private static String calls(TraceSummary summary) {
    List<String> counts = new ArrayList<>();
    summary
        .commands()
        .forEach((name, count) -> counts.add(String.format(Locale.ROOT, "%s %d", name, count)));
    return "%d calls (%s), %d VMs ended"
        .formatted(summary.calls(), String.join(", ", counts), summary.vmsEnded());
  }
}
