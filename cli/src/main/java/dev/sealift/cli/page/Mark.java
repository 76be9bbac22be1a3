package dev.sealift.cli.page;

/** Whether something holds, as a sign and a word: a colour alone says nothing to many. */
final class Mark {
  private Mark() {}

  /** A sign, and beside it the words. */
  static void write(Html html, boolean holds, String words) {
    html.open("span", "class", holds ? "mark holds" : "mark broken");
    html.leaf("span", holds ? "✓" : "✗", "aria-hidden", "true");
    html.text(" " + words).close();
  }
}
