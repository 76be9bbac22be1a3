package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.handover.HandOverStep;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A host's journal of hand-overs: each line a step, and what a host may do after the last one. */
final class JournalTopic implements Topic {
  private static final int MOST_ROWS = 60;
  private static final int HEAD = 120;
  private static final Pattern FIRST_LINE =
      Pattern.compile(
          "[0-9a-f]{8} \\S{20,40} [0-9a-f]{32} (source|destination)\\.[A-Z_]+[ \n].*",
          Pattern.DOTALL);

  @Override
  public String word() {
    return "journal";
  }

  @Override
  public String what() {
    return "a host's journal of moves";
  }

  @Override
  public Fit fit(Thing thing) {
    byte[] bytes = thing.bytes();
    String head = new String(bytes, 0, Math.min(HEAD, bytes.length), StandardCharsets.ISO_8859_1);
    return thing.file() != null && FIRST_LINE.matcher(head).matches() ? Fit.SURE : Fit.NO;
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    Path file = thing.file();
    if (file == null || fit(thing) == Fit.NO) {
      throw new BadInput(thing.subject() + " is no journal of moves.");
    }
    List<JournalEntry> entries;
    try {
      entries = FileJournal.read(file);
    } catch (IOException e) {
      throw new BadInput(StatusTopic.sentence(Failure.sentence(e)), e);
    }
    Map<String, JournalEntry> last = new LinkedHashMap<>();
    entries.forEach(entry -> last.put(entry.move() + " " + entry.step().side(), entry));
    List<String> notes = new ArrayList<>();
    last.values().stream()
        .skip(Math.max(0, last.size() - MOST_ROWS))
        .forEach(entry -> notes.add(standing(entry)));
    List<FieldRow> rows = rows(entries, thing);
    if (rows.size() < entries.size()) {
      notes.add("Only the last %d of %d steps are shown.".formatted(rows.size(), entries.size()));
    }
    return new DataExplanation(
        word(),
        "%s: %s, %d steps of %d moves".formatted(file, what(), entries.size(), moves(entries)),
        null,
        List.of(new DataExplanation.Part("steps, oldest first; field is the line", rows)),
        notes,
        List.of());
  }

  private static long moves(List<JournalEntry> entries) {
    return entries.stream().map(JournalEntry::move).map(MoveId::toString).distinct().count();
  }

  /** Offsets are those of the lines, which are read as the journal reads them. */
  private static List<FieldRow> rows(List<JournalEntry> entries, Thing thing) {
    String text = new String(thing.bytes(), StandardCharsets.ISO_8859_1);
    List<FieldRow> rows = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < entries.size(); i++) {
      JournalEntry entry = entries.get(i);
      int end = at < 0 ? -1 : text.indexOf('\n', at);
      if (i >= entries.size() - MOST_ROWS && thing.isWhole()) {
        rows.add(
            new FieldRow(
                at,
                end < 0 ? 0 : end + 1 - at,
                "line " + (i + 1),
                entry.time() + " " + entry.step().label(),
                "move %s%s".formatted(entry.move(), details(entry))));
      }
      at = end < 0 ? -1 : end + 1;
    }
    return rows;
  }

  private static String details(JournalEntry entry) {
    return entry.details().entrySet().stream()
        .map(detail ->
            ", %s %s"
                .formatted(
                    detail.getKey().name().toLowerCase(java.util.Locale.ROOT), detail.getValue()))
        .collect(Collectors.joining());
  }

  private static String standing(JournalEntry entry) {
    HandOverStep step = entry.step();
    String next =
        step.isLast()
            ? "it is over"
            : "it may go on with "
                + step.next().stream().map(HandOverStep::name).collect(Collectors.joining(" or "));
    return "move %s stands at %s: this host %s run the guest; %s."
        .formatted(entry.move(), step.label(), step.mayRunHere() ? "may" : "may not", next);
  }
}
