package dev.sealift.cli.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * PEM (RFC 7468): binary things in text, each between lines that say what it is. Read into arrays
 * and never into strings, because an array can be wiped.
 *
 * @param label what it is: "CERTIFICATE", "PRIVATE KEY"
 * @param der the thing itself; whoever reads a key wipes it
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
record Pem(String label, byte[] der) {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final int LINE = 64;
  private static final int MOST_LABEL = 64;

  /**
   * All that is in a file, in order; other lines in between are left out.
   *
   * @throws IllegalArgumentException if something is begun and not ended, or is no base64; the
   *     message says what
   */
  static List<Pem> parse(byte[] content) {
    List<Pem> found = new ArrayList<>();
    int at = 0;
    while ((at = find(content, at, BEGIN)) >= 0) {
      int labelAt = at + BEGIN.length();
      int labelEnd = find(content, labelAt, DASHES);
      if (labelEnd < 0 || labelEnd - labelAt > MOST_LABEL) {
        throw new IllegalArgumentException("a line that begins something does not end");
      }
      String label = new String(content, labelAt, labelEnd - labelAt, ISO_8859_1);
      int bodyAt = labelEnd + DASHES.length();
      int bodyEnd = find(content, bodyAt, END + label + DASHES);
      if (bodyEnd < 0) {
        throw new IllegalArgumentException("its " + label + " is cut short");
      }
      found.add(new Pem(label, decode(label, content, bodyAt, bodyEnd)));
      at = bodyEnd;
    }
    return found;
  }

  private static byte[] decode(String label, byte[] content, int from, int to) {
    byte[] dense = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      if (content[i] != '\n' && content[i] != '\r' && content[i] != ' ' && content[i] != '\t') {
        dense[length++] = content[i];
      }
    }
    byte[] base64 = Arrays.copyOf(dense, length);
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("its " + label + " is no base64", e);
    } finally {
      Arrays.fill(dense, (byte) 0);
      Arrays.fill(base64, (byte) 0);
    }
  }

  private static int find(byte[] content, int from, String text) {
    byte[] wanted = text.getBytes(ISO_8859_1);
    for (int at = from; at + wanted.length <= content.length; at++) {
      if (Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }

  /** The text; whoever writes a key wipes it. */
  byte[] text() {
    byte[] head = (BEGIN + label + DASHES + "\n").getBytes(US_ASCII);
    byte[] foot = ("\n" + END + label + DASHES + "\n").getBytes(US_ASCII);
    byte[] body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encode(der);
    byte[] text = Arrays.copyOf(head, head.length + body.length + foot.length);
    System.arraycopy(body, 0, text, head.length, body.length);
    System.arraycopy(foot, 0, text, head.length + body.length, foot.length);
    Arrays.fill(body, (byte) 0);
    return text;
  }

  /** Says what it is and nothing of what is in it. */
  @Override
  public String toString() {
    return "Pem[" + label + ", " + der.length + " bytes]";
  }
}
