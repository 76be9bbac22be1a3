package dev.sealift.cli.identity;

import dev.sealift.cli.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where new files go, and for how long a certificate shall be valid. */
final class NewIdentityOptions {
  private static final int MOST_DAYS = 3650;

  private final int usualDays;

  @Option(
      names = "--dir",
      paramLabel = "DIRECTORY",
      defaultValue = ".",
      description = "Where the files go (default: this directory).")
  private Path directory = Path.of(".");

  @Option(
      names = "--days",
      paramLabel = "DAYS",
      description =
          "For how long the certificate is valid, 1 to 3650 (default: 365; 3650 for an"
              + " authority).")
  private @Nullable Integer days;

  NewIdentityOptions(int usualDays) {
    this.usualDays = usualDays;
  }

  Path file(String name) throws BadInput {
    if (!Files.isDirectory(directory)) {
      throw new BadInput(directory + " is no directory; make it, or name another with --dir.");
    }
    return directory.resolve(name);
  }

  int days() throws BadInput {
    return checked(days == null ? usualDays : days);
  }

  /** A number of days that a certificate may be valid. */
  static int checked(int days) throws BadInput {
    if (days < 1 || days > MOST_DAYS) {
      throw new BadInput(
          "A certificate is valid for 1 to %d days, not %d; choose other --days."
              .formatted(MOST_DAYS, days));
    }
    return days;
  }
}
