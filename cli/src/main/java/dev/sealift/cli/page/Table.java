package dev.sealift.cli.page;

/**
 * A table that scrolls within itself where it is too wide, with its first column as the rows'
 * headings.
 */
final class Table {
  private final Html html;

  /** Begins a table with its caption, which is read out and not shown, and its columns. */
  Table(Html html, String caption, String... columns) {
    this.html = html;
    html.open("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0")
        .open("table")
        .leaf("caption", caption, "class", "unseen")
        .open("thead")
        .open("tr");
    for (String column : columns) {
      html.leaf("th", column, "scope", "col");
    }
    html.close().close().open("tbody");
  }

  /** A row of texts. */
  void row(String heading, String... cells) {
    html.open("tr").leaf("th", heading, "scope", "row");
    for (String cell : cells) {
      html.leaf("td", cell);
    }
    html.close();
  }

  /** Ends the table. */
  void end() {
    html.close().close().close();
  }
}
