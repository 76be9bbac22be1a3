package dev.sealift.cli.page;

import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The page of a host. It is made of pieces, and a piece that has changed replaces the one of its
 * name on a page that is open somewhere.
 */
final class StatusPage {
  /** Pieces whose names begin so are moves, in their order. */
  static final String MOVE = "move-";

  private final Look look = Look.ofPage();

  /** What it may load and run. */
  String contentSecurityPolicy() {
    return look.contentSecurityPolicy();
  }

  /** The whole page as it is now. */
  String document(HostView host) {
    Map<String, String> pieces = pieces(host);
    Html html = new Html();
    html.leaf("a", "Skip to the content", "class", "skip", "href", "#content");
    html.open("header", "class", "top").open("div", "class", "name");
    html.leaf("p", "Sealift", "class", "brand").leaf("h1", host.name()).close();
    html.open("p", "id", "connection", "class", "connection", "role", "status")
        .text("As of " + Figures.time(host.now()))
        .close();
    html.close();
    html.open("main", "id", "content", "tabindex", "-1");
    piece(html, "emulated", pieces);
    piece(html, "facts", pieces);
    section(html, "guests", "Guests", pieces);
    section(html, "fleet", "Fleet", pieces);
    html.open("div", "class", "columns");
    html.open("section", "aria-labelledby", "moves-title", "class", "moves");
    html.leaf("h2", "Moves", "id", "moves-title");
    piece(html, "no-moves", pieces);
    html.open("div", "id", "moves");
    pieces.keySet().stream()
        .filter(name -> name.startsWith(MOVE))
        .forEach(name -> piece(html, name, pieces));
    html.close().close();
    section(html, "platform", "Platform", pieces);
    html.close().close();
    html.open("footer").open("nav", "aria-label", "Other forms of this page");
    html.leaf("a", "status.json", "href", "status.json");
    html.leaf("a", "metrics", "href", "metrics").close();
    html.leaf("p", "", "id", "spoken", "class", "unseen", "aria-live", "polite").close();
    return look.document(host.name() + " - Sealift", html.toString());
  }

  /** All pieces by their names, in the order of the page. */
  static Map<String, String> pieces(HostView host) {
    Map<String, String> pieces = new LinkedHashMap<>();
    pieces.put("emulated", written(html -> HostSection.emulated(html, host)));
    pieces.put("facts", written(html -> HostSection.facts(html, host)));
    pieces.put("guests", written(html -> GuestsTable.write(html, host)));
    FleetGlance fleet = host.fleet();
    pieces.put(
        "fleet",
        fleet == null ? "" : written(html -> FleetSection.write(html, fleet, host.name())));
    pieces.put("no-moves", written(html -> noMoves(html, host)));
    boolean first = true;
    for (MoveView move : host.moves()) {
      boolean open = first || !move.ended();
      pieces.putIfAbsent(MOVE + Anchors.of(move.id()), written(html -> move(html, move, open)));
      first = false;
    }
    pieces.put("platform", written(html -> HostSection.platform(html, host, Form.PAGE)));
    return pieces;
  }

  private static String written(Consumer<Html> writer) {
    Html html = new Html();
    writer.accept(html);
    return html.toString();
  }

  private static void piece(Html html, String name, Map<String, String> pieces) {
    html.open("div", "id", name).markup(pieces.getOrDefault(name, "")).close();
  }

  private static void section(Html html, String name, String label, Map<String, String> pieces) {
    html.open("section", "id", name, "class", name, "aria-label", label)
        .markup(pieces.getOrDefault(name, ""))
        .close();
  }

  private static void noMoves(Html html, HostView host) {
    if (host.moves().isEmpty()) {
      html.open("p", "class", "empty")
          .text("No guest has moved. Move one: ")
          .leaf("code", "sealift migrate GUEST HOST")
          .close();
    }
  }

  private static void move(Html html, MoveView move, boolean open) {
    String key = Anchors.of(move.id());
    html.open(
        "article",
        "class",
        "move",
        "data-status",
        move.status(),
        "data-title",
        MoveSection.title(move));
    if (open) {
      html.open("details", "id", "of-" + key, "open", "");
    } else {
      html.open("details", "id", "of-" + key);
    }
    html.open("summary").open("h3").text(MoveSection.title(move)).close();
    MoveSection.badge(html, move);
    html.close();
    MoveSection.write(html, move, Form.PAGE);
    html.open("p", "class", "quiet line")
        .text("Move ")
        .leaf("code", move.id())
        .text(", began ")
        .leaf("time", Figures.time(move.started()), "datetime", move.started().toString())
        .text(", last step ")
        .leaf("code", move.step())
        .text(". ")
        .leaf("a", "Report", "href", reportPath(move))
        .close();
    html.close().close();
  }

  private static String reportPath(MoveView move) {
    return "report/"
        + URLEncoder.encode(move.id(), StandardCharsets.UTF_8).replace("+", "%20")
        + ".html";
  }
}
