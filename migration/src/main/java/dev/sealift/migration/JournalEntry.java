package dev.sealift.migration;

import dev.sealift.migration.wire.MoveId;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A line of the journal: checksum of the rest, time, move, step.
 *
 * <pre>
 * 5f1d3c07 2026-01-31T12:00:00.123Z 00112233445566778899aabbccddeeff source.FINISHED
 * </pre>
 *
 * @param time when it was written
 * @param move whose step it is
 * @param step the step
 */
public record JournalEntry(Instant time, MoveId move, HandOverStep step) {

  /** The line, with its end. */
  String line() {
    String rest = time + " " + move + " " + step.label();
    return checksum(rest) + " " + rest + "\n";
  }

  /** Reads a line without its end; empty if it is not as it was written. */
  static Optional<JournalEntry> parse(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 4 || !words[0].equals(checksum(line.substring(words[0].length() + 1)))) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new JournalEntry(
              Instant.parse(words[1]), MoveId.parse(words[2]), HandOverStep.parse(words[3])));
    } catch (DateTimeException | IllegalArgumentException foreign) {
      return Optional.empty();
    }
  }

  private static String checksum(String text) {
    var crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
