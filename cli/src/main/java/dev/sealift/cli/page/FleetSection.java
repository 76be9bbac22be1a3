package dev.sealift.cli.page;

import dev.sealift.cli.MemorySize;
import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.FleetTask;
import java.time.Instant;
import java.util.Set;

/** The fleet that a host belongs to: hosts, guests, moves under way, jobs. */
final class FleetSection {
  private final Html html;
  private final FleetGlance fleet;

  private FleetSection(Html html, FleetGlance fleet) {
    this.html = html;
    this.fleet = fleet;
  }

  /**
   * All that is known of it.
   *
   * @param own the host whose page it is
   */
  static void write(Html html, FleetGlance fleet, String own) {
    var section = new FleetSection(html, fleet);
    html.leaf("h2", "Fleet");
    section.registry();
    FleetGlance.Totals totals = fleet.totals();
    if (totals == null) {
      return;
    }
    section.figures(totals);
    for (String warning : fleet.warnings()) {
      html.open("p", "class", "note warn").leaf("strong", "Warning: ").text(warning).close();
    }
    section.jobs();
    section.moves(totals);
    html.leaf("h3", "Hosts and their guests");
    FleetHostsTable.write(html, "Hosts of the fleet", fleet.hosts(), own);
    if (fleet.hosts().size() < totals.hosts()) {
      html.leaf(
          "p",
          "%s of %s hosts are shown: those with moves, then those that are gone, then by name. sealift fleet status shows all."
              .formatted(Figures.count(fleet.hosts().size()), Figures.count(totals.hosts())),
          "class",
          "more");
    }
  }

  private void registry() {
    boolean answers = fleet.link().equals("answers");
    html.open("p", "class", "lead").text("Its registry ").leaf("code", fleet.registry());
    if (fleet.link().equals("connecting")) {
      html.text(" has not answered yet.").close();
      return;
    }
    html.text(" ");
    Mark.write(html, answers, answers ? "answers" : "does not answer");
    html.text(fleet.totals() == null ? "; the fleet has not been read yet." : "").close();
    Instant asOf = fleet.asOf();
    if (asOf != null) {
      html.open("p", "class", "note warn");
      html.text("This is old: it is the fleet as it was at ");
      html.leaf("time", Figures.time(asOf), "datetime", asOf.toString());
      html.text(answers ? ", and is being read again." : ". Guests and moves go on meanwhile.");
      html.close();
    }
  }

  private void figures(FleetGlance.Totals totals) {
    html.open("dl", "class", "figures");
    figure("Hosts", Figures.count(totals.hosts()), hosts(totals));
    figure(
        "Guests",
        Figures.count(totals.guests()),
        totals.moves() == 0 ? "none of them moves" : Figures.count(totals.moves()) + " move");
    figure(
        "Memory",
        Figures.share((double) totals.memoryBytes(), (double) totals.capacityBytes()),
        new MemorySize(totals.memoryBytes()) + " of " + new MemorySize(totals.capacityBytes()));
    html.close();
  }

  private static String hosts(FleetGlance.Totals totals) {
    return Figures.count(totals.open())
        + " open"
        + (totals.closed() == 0 ? "" : ", " + Figures.count(totals.closed()) + " closed")
        + (totals.gone() == 0 ? "" : ", " + Figures.count(totals.gone()) + " gone");
  }

  private void figure(String name, String value, String more) {
    html.open("div").leaf("dt", name).open("dd").leaf("strong", value);
    html.leaf("span", more, "class", "quiet").close().close();
  }

  private void jobs() {
    if (fleet.jobs().isEmpty()) {
      return;
    }
    html.leaf("h3", "Jobs");
    fleet.jobs().forEach(this::job);
  }

  private void job(FleetGlance.Job job) {
    html.open("div", "class", "job").open("h4");
    html.text(job.subject().isEmpty() ? job.kind() : job.kind() + " " + job.subject());
    html.leaf("span", job.state().replace('-', ' '), "class", "badge " + tone(job)).close();
    html.open("p").text(JobBar.words(job.guests()));
    Double left = job.secondsLeft();
    html.leaf(
        "span",
        "job " + job.id() + (left == null ? "" : ", about " + Figures.seconds(left) + " to go"),
        "class",
        "quiet");
    html.close();
    JobBar.write(html, job.guests());
    if (!job.obstacles().isEmpty()) {
      html.open("ul", "class", "obstacles");
      for (FleetTask task : job.obstacles()) {
        html.open("li").leaf("strong", task.guest()).text(" (" + task.state() + "): ");
        html.text(task.reason()).close();
      }
      html.close();
    }
    html.close();
  }

  private static String tone(FleetGlance.Job job) {
    return switch (job.state()) {
      case "cancelling" -> "warn";
      case "ended" -> job.guests().keySet().equals(Set.of("moved")) ? "good" : "bad";
      default -> "busy";
    };
  }

  private void moves(FleetGlance.Totals totals) {
    if (fleet.moves().isEmpty()) {
      return;
    }
    html.leaf("h3", "Moves under way");
    var table =
        new CardTable(
            html,
            "moving",
            "Moves under way in the fleet",
            "Guest",
            "From",
            "To",
            "Left of its round",
            "Time left",
            "Attempt");
    for (FleetGlance.Move move : fleet.moves()) {
      FleetTask task = move.task();
      table.row(task.guest()).close();
      table.cell("From").text(task.from()).close();
      table.cell("To").text(task.to()).close();
      Long bytes = task.bytesLeft();
      table
          .cell("Left of its round")
          .text(bytes == null ? "not known yet" : Figures.bytes((double) bytes))
          .close();
      Double seconds = task.secondsLeft();
      table
          .cell("Time left")
          .text(seconds == null ? "not known yet" : Figures.seconds(seconds))
          .close();
      table.cell("Attempt").text(Integer.toString(task.attempts())).close();
      table.endRow();
    }
    table.end();
    if (fleet.moves().size() < totals.moves()) {
      html.leaf(
          "p",
          "%s of %s moves are shown."
              .formatted(Figures.count(fleet.moves().size()), Figures.count(totals.moves())),
          "class",
          "more");
    }
  }
}
