package dev.sealift.fleet.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A name and a password by which the registry knows a fleet (ZooKeeper's digest scheme). What is
 * written with it, only the same login reads and writes. Comes from a file, never from a command
 * line, which every user of a machine can read.
 */
public final class RegistryLogin {
  private static final int MOST_BYTES = 1024;

  private final String words;

  private RegistryLogin(String words) {
    this.words = words;
  }

  /**
   * Reads {@code name:password}, one line.
   *
   * @throws IOException if there is no such line in the file; the message is a sentence without the
   *     password
   */
  public static RegistryLogin read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    }
    String words = new String(bytes, StandardCharsets.UTF_8).strip();
    int colon = words.indexOf(':');
    if (bytes.length > MOST_BYTES
        || colon < 1
        || colon == words.length() - 1
        || words.lines().count() != 1) {
      throw new IOException(
          "%s is no login of a registry: it has to hold one line, name:password, of up to %d bytes."
              .formatted(file, MOST_BYTES));
    }
    return new RegistryLogin(words);
  }

  /** For ZooKeeper's client. */
  byte[] reveal() {
    return words.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "RegistryLogin[...]";
  }
}
