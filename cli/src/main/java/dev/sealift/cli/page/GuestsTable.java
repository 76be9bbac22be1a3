package dev.sealift.cli.page;

import dev.sealift.cli.MemorySize;
import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;

/**
 * The guests of a host. On a narrow screen each row becomes a card; it stays a table for readers.
 */
final class GuestsTable {
  private GuestsTable() {}

  /** The table, or how to come to a first guest. */
  static void write(Html html, HostView host) {
    html.leaf("h2", "Guests");
    if (host.guests().isEmpty()) {
      html.open("p", "class", "empty")
          .text("No guest is here. Start one: ")
          .leaf("code", "sealift guest start NAME --memory 128M")
          .close();
      return;
    }
    html.open("table", "class", "guests", "role", "table")
        .leaf("caption", "Guests of this host", "class", "unseen")
        .open("thead", "role", "rowgroup")
        .open("tr", "role", "row");
    for (String column : new String[] {"Guest", "State", "Memory", "Pages", "Policy", "Here"}) {
      html.leaf("th", column, "scope", "col", "role", "columnheader");
    }
    html.close().close().open("tbody", "role", "rowgroup");
    for (GuestView guest : host.guests()) {
      row(html, guest);
    }
    html.close().close();
  }

  private static void row(Html html, GuestView guest) {
    html.open("tr", "role", "row");
    html.open("th", "scope", "row", "role", "rowheader")
        .text(guest.name())
        .leaf("span", guest.workload(), "class", "quiet")
        .close();
    cell(html, "State").open("span", "class", "state " + tone(guest.state()));
    html.leaf("span", "●", "aria-hidden", "true").text(" " + guest.state()).close();
    String sev = guest.sev();
    if (sev != null) {
      html.leaf("span", "firmware: " + sev, "class", "quiet");
    }
    String move = guest.move();
    if (move != null) {
      html.leaf("a", "its move", "href", "#move-" + Anchors.of(move));
    }
    html.close();
    cell(html, "Memory").text(new MemorySize(guest.memoryBytes()).toString()).close();
    pages(cell(html, "Pages"), guest);
    policy(cell(html, "Policy"), guest.policy());
    here(cell(html, "Here"), guest);
    html.close();
  }

  private static Html cell(Html html, String column) {
    return html.open("td", "role", "cell", "data-column", column);
  }

  /** In a narrow column it goes on in the next line behind a comma, not in the middle of a word. */
  private static void policy(Html html, String policy) {
    html.open("code");
    String comma = "";
    for (String word : policy.split(",", -1)) {
      if (!comma.isEmpty()) {
        html.text(comma).empty("wbr");
      }
      html.text(word);
      comma = ",";
    }
    html.close().close();
  }

  private static void pages(Html html, GuestView guest) {
    double all = guest.privatePages() + guest.sharedPages();
    // A few shared pages among very many are to be seen, too.
    double most = guest.sharedPages() > 0 ? 0.98 : 1;
    double part = all > 0 ? Math.min(guest.privatePages() / all, most) : 0;
    html.open("svg", "class", "pages", "width", "100%", "height", "8", "aria-hidden", "true")
        .empty("rect", "width", "100%", "height", "8", "class", "shared")
        .empty("rect", "width", Figures.part(part), "height", "8", "class", "private")
        .close();
    html.leaf(
            "span",
            Figures.count(guest.privatePages())
                + " private, "
                + Figures.count(guest.sharedPages())
                + " shared")
        .close();
  }

  private static void here(Html html, GuestView guest) {
    String from = guest.cameFrom();
    html.text(from == null ? "started " : "moved from " + from + " ");
    html.leaf("time", Figures.time(guest.since()), "datetime", guest.since().toString());
    Long steps = guest.steps();
    if (steps != null) {
      html.leaf("span", Figures.count(steps) + " steps done", "class", "quiet");
    }
    html.close();
  }

  private static String tone(String state) {
    return switch (state) {
      case "running" -> "good";
      case "paused", "prelaunch", "shutdown", "postmigrate" -> "warn";
      case "internal-error" -> "bad";
      default -> "busy";
    };
  }
}
