package dev.sealift.cli.page;

import dev.sealift.cli.MemorySize;
import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.FleetGuest;
import dev.sealift.cli.view.FleetHost;
import java.util.List;
import java.util.TreeMap;

/** The hosts of a fleet: whether they are there, their guests, their room and their links. */
final class FleetHostsTable {
  private final Html html;
  private final CardTable table;
  private final String own;

  private FleetHostsTable(Html html, String caption, String own) {
    this.html = html;
    this.own = own;
    table =
        new CardTable(html, "hosts", caption, "Host", "State", "Guests", "Memory", "Moves", "Link");
  }

  /**
   * The table.
   *
   * @param own the host whose page it is on; empty for none
   */
  static void write(Html html, String caption, List<FleetGlance.Host> hosts, String own) {
    var rows = new FleetHostsTable(html, caption, own);
    hosts.forEach(rows::row);
    rows.table.end();
  }

  private void row(FleetGlance.Host shown) {
    FleetHost host = shown.host();
    table.row(host.name());
    StringBuilder where = new StringBuilder(host.name().equals(own) ? "this host" : host.address());
    new TreeMap<>(host.labels()).forEach((name, value) -> where.append(", " + name + "=" + value));
    html.leaf("span", where.toString(), "class", "quiet").close();
    state(host);
    guests(host, shown.guests());
    memory(host);
    table
        .cell("Moves")
        .text(
            host.movesOut() + host.movesIn() == 0
                ? "none"
                : host.movesOut() + " out, " + host.movesIn() + " in")
        .close();
    table.cell("Link").text(host.present() ? Figures.link(host.linkBytesPerSecond()) : "").close();
    table.endRow();
  }

  private void state(FleetHost host) {
    String state = !host.present() ? "gone" : host.takesGuests() ? "open" : "closed";
    String tone = !host.present() ? "bad" : host.takesGuests() ? "good" : "warn";
    table.cell("State").open("span", "class", "state " + tone);
    html.leaf("span", "●", "aria-hidden", "true").text(" " + state).close();
    html.leaf(
            "span",
            !host.present()
                ? "its guests stay its own"
                : host.takesGuests() ? "firmware " + host.api() : "takes no more guests",
            "class",
            "quiet")
        .close();
  }

  private void guests(FleetHost host, List<FleetGuest> guests) {
    table.cell("Guests").leaf("strong", Figures.count(host.guests()));
    if (!guests.isEmpty()) {
      html.open("span", "class", "quiet");
      String comma = "";
      for (FleetGuest guest : guests) {
        String to = guest.movesTo();
        html.text(comma + guest.name() + (to == null ? "" : " → " + to));
        comma = ", ";
      }
      if (host.guests() > guests.size()) {
        html.text(" and " + Figures.count(host.guests() - guests.size()) + " more");
      }
      html.close();
    }
    html.close();
  }

  private void memory(FleetHost host) {
    table.cell("Memory");
    if (!host.present()) {
      html.text(new MemorySize(host.memoryBytes()).toString()).close();
      return;
    }
    MemoryBar.write(html, host.memoryBytes(), host.capacityBytes());
    html.close();
  }
}
