package dev.sealift.cli.guest;

import dev.sealift.cli.Lines;
import dev.sealift.cli.MemorySize;
import dev.sealift.cli.Table;
import dev.sealift.cli.view.GuestView;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Guests in words for people. */
final class GuestWords {
  private static final int COLUMN = 12;

  private GuestWords() {}

  /** A line a guest. */
  static String table(List<GuestView> guests) {
    Table table =
        Table.withHeads("NAME", "STATE", "MEMORY", "SHARED PAGES", "POLICY", "STEPS", "FROM");
    for (GuestView guest : guests) {
      table.row(
          guest.name(),
          guest.state(),
          new MemorySize(guest.memoryBytes()),
          guest.sharedPages(),
          guest.policy(),
          guest.steps() == null ? "-" : guest.steps(),
          guest.cameFrom() == null ? "here" : guest.cameFrom());
    }
    return table.toString();
  }

  /** All of a guest. */
  static String page(GuestView guest) {
    Lines lines = new Lines(COLUMN).sentence(guest.name());
    lines.line("  state", guest.state());
    if (guest.sev() != null) {
      lines.line("  firmware", guest.sev());
    }
    lines.line(
        "  memory",
        "%s: %d pages private, %d shared"
            .formatted(
                new MemorySize(guest.memoryBytes()), guest.privatePages(), guest.sharedPages()));
    lines.line("  policy", guest.policy());
    lines.line("  workload", guest.workload());
    if (guest.steps() != null) {
      lines.line("  steps", guest.steps());
    }
    lines.line("  since", guest.since().truncatedTo(ChronoUnit.SECONDS));
    lines.line("  from", guest.cameFrom() == null ? "launched here" : guest.cameFrom());
    if (guest.move() != null) {
      lines.line("  move", guest.move());
    }
    return lines.toString();
  }
}
