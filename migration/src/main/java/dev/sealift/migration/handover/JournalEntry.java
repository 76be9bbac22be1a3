package dev.sealift.migration.handover;

import dev.sealift.migration.wire.MoveId;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A line of the journal: checksum of the rest (CRC-32C, hexadecimal), time, move, step, and what
 * else a restarted host must know, each as a name and a value in the form of URLs.
 *
 * <pre>
 * 5f1d3c07 2026-01-31T12:00:00.123Z 00112233445566778899aabbccddeeff source.FINISHED guest=web-1
 * </pre>
 *
 * @param time when it was written, by the host's clock; for people, nothing is decided by it
 * @param move whose step it is
 * @param step the step
 * @param details what else is to be remembered, see {@link Detail}
 */
public record JournalEntry(
    Instant time, MoveId move, HandOverStep step, Map<Detail, String> details) {

  /** Characters of a line at most, its end included. */
  static final int MOST_LINE = 4096;

  private static final int WORDS = 4;

  /** What a host writes down beside a step. */
  public enum Detail {
    /** The name under which the host keeps the guest. */
    GUEST,
    /** Source, where there is a registry: the name of the guest, by which the registry knows it. */
    NAME,
    /** Source: whether the guest ran when the move began, true or false. */
    RAN,
    /** Source: the host name or address of the destination. */
    ADDRESS,
    /** Source: the port of the destination. */
    PORT,
    /** The SHA-256 of the public key in the peer's TLS certificate, hexadecimal. */
    PEER,
    /** Destination: the root of the move's manifest, hexadecimal. */
    MANIFEST
  }

  public JournalEntry {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  /** The line, with its end. */
  String line() {
    var rest = new StringBuilder();
    rest.append(time).append(' ').append(move).append(' ').append(step.label());
    details.forEach((detail, value) ->
        rest.append(' ')
            .append(word(detail))
            .append('=')
            .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return checksum(rest.toString()) + " " + rest + "\n";
  }

  /** Reads a line without its end; empty if it is not as it was written. */
  static Optional<JournalEntry> parse(String line) {
    String[] words = line.split(" ", -1);
    if (line.length() >= MOST_LINE
        || words.length < WORDS
        || !words[0].equals(checksum(line.substring(words[0].length() + 1)))) {
      return Optional.empty();
    }
    try {
      Map<Detail, String> details = new LinkedHashMap<>();
      for (int i = WORDS; i < words.length; i++) {
        int equals = words[i].indexOf('=');
        Detail detail = detail(words[i].substring(0, Math.max(0, equals)));
        details.put(
            detail, URLDecoder.decode(words[i].substring(equals + 1), StandardCharsets.UTF_8));
      }
      return Optional.of(
          new JournalEntry(
              Instant.parse(words[1]),
              MoveId.parse(words[2]),
              HandOverStep.parse(words[3]),
              details));
    } catch (DateTimeException | IllegalArgumentException foreign) {
      return Optional.empty();
    }
  }

  /** This entry with what an earlier one of the same move remembers, too. */
  JournalEntry after(JournalEntry earlier) {
    Map<Detail, String> all = new LinkedHashMap<>(earlier.details);
    all.putAll(details);
    return new JournalEntry(time, move, step, all);
  }

  private static String word(Detail detail) {
    return detail.name().toLowerCase(Locale.ROOT);
  }

  private static Detail detail(String word) {
    for (Detail detail : Detail.values()) {
      if (word(detail).equals(word)) {
        return detail;
      }
    }
    throw new IllegalArgumentException("there is no detail " + word);
  }

  private static String checksum(String text) {
    var crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
