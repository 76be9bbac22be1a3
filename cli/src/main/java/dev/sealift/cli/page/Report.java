package dev.sealift.cli.page;

import java.util.function.Consumer;

/**
 * What is left for people of something that is over: one HTML file that needs no other, no network
 * and no program, and looks as the host's page does.
 *
 * @param of what it is a report of
 * @param title its name for people
 * @param badge writes how it ended
 * @param content writes what happened
 * @param foot writes by whom and when it was seen
 */
record Report(
    String of, String title, Consumer<Html> badge, Consumer<Html> content, Consumer<Html> foot) {
  private static final Look LOOK = Look.ofReport();

  /** The report as a document. */
  String document() {
    Html html = new Html();
    html.open("header", "class", "top").open("div", "class", "name");
    html.leaf("p", "Sealift: report of " + of, "class", "brand");
    html.leaf("h1", title).close();
    html.open("p", "class", "connection");
    badge.accept(html);
    html.close().close();
    html.open("main", "id", "content", "class", "report");
    content.accept(html);
    html.close();
    html.open("footer").open("p", "class", "quiet line");
    foot.accept(html);
    html.close().close();
    return LOOK.document(title + " - report of " + of, html.toString());
  }

  /** What such a document may load and run: its own style, nothing else. */
  static String contentSecurityPolicy() {
    return LOOK.contentSecurityPolicy();
  }
}
