package dev.sealift.cli.page;

/** Where something is shown: tables are folded on the page, and open in a report. */
enum Form {
  /** The page of a host, that changes while one looks at it. */
  PAGE,
  /** A file that is read, sent or printed later. */
  REPORT;

  /**
   * Begins what goes around a table behind a drawing.
   *
   * @param id by which the page knows whether its reader has unfolded it
   */
  void beginTable(Html html, String id, String title) {
    if (this == PAGE) {
      html.open("details", "id", id).leaf("summary", title);
    } else {
      html.open("div", "class", "behind");
    }
  }

  /** Ends it. */
  void endTable(Html html) {
    html.close();
  }
}
