package dev.sealift.cli.page;

/**
 * A table each of whose rows becomes a card on a narrow screen; it stays a table for readers, which
 * is what the roles are for.
 */
final class CardTable {
  private final Html html;

  /** Begins a table with its caption, which is read out and not shown, and its columns. */
  CardTable(Html html, String kind, String caption, String... columns) {
    this.html = html;
    html.open("table", "class", kind + " cards", "role", "table")
        .leaf("caption", caption, "class", "unseen")
        .open("thead", "role", "rowgroup")
        .open("tr", "role", "row");
    for (String column : columns) {
      html.leaf("th", column, "scope", "col", "role", "columnheader");
    }
    html.close().close().open("tbody", "role", "rowgroup");
  }

  /** Begins a row with its heading, which is left open for more. */
  Html row(String heading) {
    return html.open("tr", "role", "row")
        .open("th", "scope", "row", "role", "rowheader")
        .text(heading);
  }

  /** Begins a cell. */
  Html cell(String column) {
    return html.open("td", "role", "cell", "data-column", column);
  }

  /** Ends the row. */
  void endRow() {
    html.close();
  }

  /** Ends the table. */
  void end() {
    html.close().close();
  }
}
