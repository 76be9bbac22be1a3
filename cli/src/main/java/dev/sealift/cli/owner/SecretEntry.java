package dev.sealift.cli.owner;

import dev.sealift.crypto.launch.SecretTable;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A secret to be handed over.
 *
 * @param guid what it is for
 * @param file where it is
 */
record SecretEntry(UUID guid, Path file) {
  private static final Pattern FORM =
      Pattern.compile("(\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12})[=:](.+)");

  static SecretEntry diskPassphrase(Path file) {
    return new SecretEntry(SecretTable.DISK_PASSPHRASE, file);
  }

  /** {@code GUID=FILE}. */
  static final class Converter implements ITypeConverter<SecretEntry> {
    @Override
    public SecretEntry convert(String value) {
      Matcher form = FORM.matcher(value);
      if (!form.matches()) {
        throw new TypeConversionException(
            "'" + value + "' is not GUID=FILE with a GUID of 8-4-4-4-12 hexadecimal digits");
      }
      return new SecretEntry(UUID.fromString(form.group(1)), Path.of(form.group(2)));
    }
  }
}
