package dev.sealift.cli.trace;

import java.util.Arrays;
import java.util.List;

/**
 * In what two answers of different platforms must agree, where the bytes are random, or made with
 * keys that no two platforms share.
 *
 * @param words what it is
 * @param stride bytes after which the same fields come again; 0 if they do not
 * @param fields the fields that must agree
 */
record Form(String words, int stride, List<Range> fields) {

  /** Bytes of it. */
  record Range(String name, int offset, int length) {}

  /** Random as a whole: only the length counts. */
  static final Form LENGTH = new Form("length", 0, List.of());

  /** SEV certificates, one behind the other (AMD publication 55766, certificate format). */
  static final Form CERTIFICATES =
      new Form(
          "length; version, API, usage and algorithm of each certificate",
          2084,
          List.of(
              new Range("version", 0x00, 4),
              new Range("API", 0x04, 2),
              new Range("usage", 0x08, 4),
              new Range("algorithm", 0x0C, 4)));

  /** An attestation report (AMD publication 55766, ATTESTATION). */
  static final Form REPORT =
      new Form(
          "length; nonce, policy, usage and algorithm",
          0,
          List.of(
              new Range("nonce", 0x00, 16),
              new Range("policy", 0x30, 4),
              new Range("usage", 0x34, 4),
              new Range("algorithm", 0x38, 4)));

  /** Every byte counts. */
  static final Form EXACT = new Form("every byte", 1, List.of(new Range("bytes", 0, 1)));

  /** The fields in which two of the same length differ. */
  List<String> differences(byte[] one, byte[] other) {
    return fields.stream().filter(field -> !agree(field, one, other)).map(Range::name).toList();
  }

  private boolean agree(Range field, byte[] one, byte[] other) {
    int last = Math.min(one.length, other.length) - field.length();
    for (int at = field.offset(); at <= last; at += stride) {
      if (!Arrays.equals(one, at, at + field.length(), other, at, at + field.length())) {
        return false;
      }
      if (stride == 0) {
        break;
      }
    }
    return true;
  }
}
