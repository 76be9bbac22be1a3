package dev.sealift.migration;

import dev.sealift.fuzz.FuzzFile;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import dev.sealift.migration.handover.FileJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes where a journal is due")
class JournalFuzzTest implements FuzzSuite {
  private static final String STEPS =
      Stream.of("source.PAUSED", "source.FINISHED", "destination.COMMITTED")
          .map(step -> "0 2026-01-31T12:00:00.123Z 00112233445566778899aabbccddeeff " + step + "\n")
          .collect(Collectors.joining());

  @Override
  public List<FuzzTarget> targets() {
    FuzzTarget.Reading lines = FuzzFile.inFile(JournalFuzzTest::open);
    return List.of(
        FuzzTarget.of("journal", FuzzFile.inFile(JournalFuzzTest::open))
            .refusing(IOException.class)
            .allocating(8 << 20)
            .sampled(samples -> samples.put("three-steps", withChecksums(bytes(STEPS)))),
        FuzzTarget.of("journal-line", input -> lines.read(withChecksums(input)))
            .refusing(IOException.class)
            .allocating(8 << 20)
            .speaking(" ", "\n", "source.", "destination.", "STAYED", "T24:00:00Z", "+1000000-")
            .sampled(samples -> samples.put("three-steps", bytes(STEPS))));
  }

  /** What can be read can be opened, which takes away at most what a crash left of a last line. */
  private static void open(Path path) throws IOException {
    byte[] input = Files.readAllBytes(path);
    try {
      List<?> entries = FileJournal.read(path);
      FileJournal.open(path).close();
      Promise.holds(Files.size(path) <= input.length, "a journal that is opened grows no longer");
      if (entries.isEmpty()) {
        Promise.holds(Files.size(path) == 0, "what is no step is cut off");
      }
    } catch (IOException refused) {
      Promise.holds(input, Files.readAllBytes(path), "a journal that is refused is left as it is");
      throw refused;
    }
  }

  /** Puts a checksum that holds in place of the first word of each line. */
  private static byte[] withChecksums(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    return text.lines()
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .map(rest -> checksum(rest) + " " + rest + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String checksum(String text) {
    var crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
