package dev.sealift.cli.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealift.cli.reference.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What bytes are, field by field.
 *
 * @param bytes how many there are; null for a number or a file that is read line by line
 * @param parts one or more tables, in the order of the bytes
 * @param notes what a reader should know beside the fields
 * @param more command lines that say more
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record DataExplanation(
    String kind,
    String title,
    @Nullable Integer bytes,
    List<Part> parts,
    List<String> notes,
    List<String> more)
    implements Explanation {

  DataExplanation {
    parts = List.copyOf(parts);
    notes = List.copyOf(notes);
    more = List.copyOf(more);
  }

  static DataExplanation of(Topic topic, String title, int bytes, List<Part> parts) {
    return new DataExplanation(topic.word(), title, bytes, parts, List.of(), List.of());
  }

  DataExplanation noting(List<String> others) {
    return new DataExplanation(kind, title, bytes, parts, others, more);
  }

  DataExplanation seeing(String... commands) {
    return new DataExplanation(kind, title, bytes, parts, notes, List.of(commands));
  }

  /**
   * Fields that belong together.
   *
   * @param title what they are
   */
  record Part(String title, List<FieldRow> fields) {
    Part {
      title = Printable.of(title);
      fields = List.copyOf(fields);
    }
  }

  /** The table's form: offset and size in bytes, then name and value, then the meaning below. */
  @Override
  public String page() {
    Page page = new Page();
    page.line(title);
    for (Part part : parts) {
      page.blank().line(part.title());
      page.row("  offset   size  field");
      for (FieldRow row : part.fields()) {
        page.hanging(row.label(), row.value());
        if (!row.meaning().isEmpty()) {
          page.hanging(" ".repeat(FieldRow.NAME_AT), row.meaning());
        }
      }
    }
    if (!notes.isEmpty()) {
      page.blank();
    }
    notes.forEach(note -> page.hanging("Note  ", Printable.of(note)));
    if (!more.isEmpty()) {
      page.blank();
    }
    more.forEach(line -> page.hanging("More  ", line));
    return page.toString();
  }
}
