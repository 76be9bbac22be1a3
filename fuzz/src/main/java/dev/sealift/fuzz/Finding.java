package dev.sealift.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A target does not keep its promise for an input, which lies in a file from then on. */
public final class Finding extends AssertionError {
  private static final long serialVersionUID = 1L;

  private static final Path FOLDER = Path.of("target", "fuzz-findings");

  Finding(FuzzTarget target, String what, byte[] input, @Nullable Throwable cause) {
    super(
        "%s: %s. The input is %s: mend the reader, and put the file into the corpus."
            .formatted(target.name(), what, kept(target, input)),
        cause);
  }

  private static Path kept(FuzzTarget target, byte[] input) {
    var checksum = new CRC32C();
    checksum.update(input);
    Path file = FOLDER.resolve("%s-%08x".formatted(target.name(), checksum.getValue()));
    try {
      Files.createDirectories(FOLDER);
      return Files.write(file, input).toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
