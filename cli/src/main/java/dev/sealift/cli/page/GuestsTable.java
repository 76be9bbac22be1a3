package dev.sealift.cli.page;

import dev.sealift.cli.MemorySize;
import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;

/** The guests of a host. */
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
    var table =
        new CardTable(
            html,
            "guests",
            "Guests of this host",
            "Guest",
            "State",
            "Memory",
            "Pages",
            "Policy",
            "Here");
    for (GuestView guest : host.guests()) {
      row(html, table, guest);
    }
    table.end();
  }

  private static void row(Html html, CardTable table, GuestView guest) {
    table.row(guest.name()).leaf("span", guest.workload(), "class", "quiet").close();
    table.cell("State").open("span", "class", "state " + tone(guest.state()));
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
    table.cell("Memory").text(new MemorySize(guest.memoryBytes()).toString()).close();
    pages(table.cell("Pages"), guest);
    policy(table.cell("Policy"), guest.policy());
    here(table.cell("Here"), guest);
    table.endRow();
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
