package dev.sealift.cli.page;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * HTML and SVG as they are written. Whatever is no constant of this package comes as text or as an
 * attribute's value and is escaped there: names and reasons come from peers.
 */
final class Html {
  /** Longer texts end in an ellipsis: no peer makes a page of any length. */
  static final int TEXT_LIMIT = 2000;

  private static final int REPLACEMENT = 0xFFFD;

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Begins an element.
   *
   * @param attributes names and values in turn
   */
  Html open(String tag, String... attributes) {
    begin(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  /** Ends the element that was begun last. */
  Html close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element that holds a text. */
  Html leaf(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** An element that holds nothing. */
  Html empty(String tag, String... attributes) {
    begin(tag, attributes);
    out.append("/>");
    return this;
  }

  /** Text, escaped. */
  Html text(String text) {
    escape(text);
    return this;
  }

  /** Markup as it is: a constant of this package, or what another of these has written. */
  Html markup(String markup) {
    out.append(markup);
    return this;
  }

  private void begin(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      out.append('"');
    }
  }

  private void escape(String text) {
    int end = text.length() <= TEXT_LIMIT ? text.length() : TEXT_LIMIT;
    for (int i = 0; i < end; ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      switch (point) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.appendCodePoint(misleads(point) ? REPLACEMENT : point);
      }
    }
    if (end < text.length()) {
      out.append('…');
    }
  }

  /** Whether it would break the page, or show a text as another one: control, bidi, half a pair. */
  private static boolean misleads(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL -> point != '\n' && point != '\t';
      case Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> true;
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }

  /** All of it. */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("still open: " + open);
    }
    return out.toString();
  }
}
