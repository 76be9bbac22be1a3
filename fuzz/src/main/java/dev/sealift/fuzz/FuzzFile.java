package dev.sealift.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Inputs as files, in memory where the machine has a place for that: disks are slow. */
public final class FuzzFile {
  private static final Path FOLDER =
      Stream.of("/dev/shm", System.getProperty("java.io.tmpdir", "."))
          .map(Path::of)
          .filter(Files::isWritable)
          .findFirst()
          .orElse(Path.of("."));

  private final Reading reading;
  private @Nullable Path file;

  private FuzzFile(Reading reading) {
    this.reading = reading;
  }

  /** Reads a file that somebody else has written. */
  public interface Reading {
    void read(Path file) throws Exception;
  }

  /** Puts one input after the other into a file, which is gone in the end. */
  public static FuzzTarget.Reading inFile(Reading reading) {
    return new FuzzFile(reading)::read;
  }

  private void read(byte[] input) throws Exception {
    Path there = file;
    if (there == null) {
      there = Files.createTempFile(FOLDER, "sealift-fuzz", "");
      there.toFile().deleteOnExit();
      file = there;
    }
    Files.write(there, input);
    reading.read(there);
  }
}
