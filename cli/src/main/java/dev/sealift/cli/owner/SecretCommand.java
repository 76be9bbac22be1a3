package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.cli.Lines;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.OutputOptions;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.launch.MalformedLaunchException;
import dev.sealift.crypto.launch.ReportedMeasurement;
import dev.sealift.crypto.launch.SecretTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code sealift secret}. */
@Command(
    name = "secret",
    mixinStandardHelpOptions = true,
    description = {
      "Seals secrets for a guest that has been measured and has not run yet.",
      "",
      "Header and payload are those of LAUNCH_SECRET, in base64 as QMP's sev-inject-launch-secret"
          + " takes them (packet-header, secret). They open in the launch of this measurement and"
          + " in no other. Check the measurement first: sealift measure --check."
    },
    footer = {
      "",
      "Example:  sealift secret --tek vm_tek.bin --tik vm_tik.bin --measurement MEASUREMENT"
          + " --disk-password passphrase --out-header header.b64 --out-payload payload.b64"
    })
public final class SecretCommand implements Callable<Integer> {
  private static final int BLOCK = 16;

  @Option(
      names = "--tek",
      paramLabel = "FILE",
      required = true,
      description = "The session's TEK, 16 bytes.")
  private Path tek = Path.of("");

  @Option(
      names = "--tik",
      paramLabel = "FILE",
      required = true,
      description = "The session's TIK, 16 bytes.")
  private Path tik = Path.of("");

  @Option(
      names = {"-m", "--measurement"},
      paramLabel = "MEASUREMENT",
      required = true,
      description = "The measurement that the platform reports: base64, or a file with it.")
  private String measurement = "";

  @Option(
      names = "--entry",
      paramLabel = "GUID=FILE",
      converter = SecretEntry.Converter.class,
      description = "A secret and the GUID under which the guest looks for it; may be repeated.")
  private List<SecretEntry> entries = new ArrayList<>();

  @Option(
      names = "--disk-password",
      paramLabel = "FILE",
      description =
          "The passphrase of the guest's disk, under the GUID 736869e5-84f0-4973-92ec-06879ce3da0b."
              + " All bytes of the file count, a line end too.")
  private @Nullable Path diskPassword;

  @Option(
      names = "--raw",
      paramLabel = "FILE",
      description = "Instead of a table: these bytes as they are, 16 to 20480 in blocks of 16.")
  private @Nullable Path raw;

  @Option(
      names = "--api",
      paramLabel = "MAJOR.MINOR",
      defaultValue = "1.55",
      converter = ApiConverter.class,
      description =
          "The platform's API version: before 0.17 secrets are not bound to the measurement"
              + " (default: ${DEFAULT-VALUE}).")
  private ApiVersion api = new ApiVersion(1, 55);

  @Option(
      names = "--out-header",
      paramLabel = "FILE",
      required = true,
      description = "Where the packet header goes, 52 bytes.")
  private Path header = Path.of("");

  @Option(
      names = "--out-payload",
      paramLabel = "FILE",
      required = true,
      description = "Where the encrypted payload goes.")
  private Path payload = Path.of("");

  @Option(names = "--binary", description = "Write both as they are, not in base64.")
  private boolean binary;

  @Mixin private OutputOptions output = new OutputOptions();

  /** An API version such as 1.55. */
  static final class ApiConverter implements ITypeConverter<ApiVersion> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})");

    @Override
    public ApiVersion convert(String value) {
      Matcher form = FORM.matcher(value);
      if (!form.matches()) {
        throw new TypeConversionException("'" + value + "' is no API version such as 1.55");
      }
      try {
        return new ApiVersion(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /**
   * What was sealed.
   *
   * @param header file of the packet header
   * @param payload file of the payload
   * @param bytes of the payload, before base64
   * @param entries how many secrets the table holds; 0 where there is none
   * @param measurement what it is bound to, in base64; nothing before API 0.17
   * @param notes what the user may not expect
   */
  record Sealed(
      Path header,
      Path payload,
      int bytes,
      int entries,
      @Nullable String measurement,
      List<String> notes) {}

  @Override
  public Integer call() throws BadInput {
    List<SecretEntry> wanted = new ArrayList<>(entries);
    if (diskPassword != null) {
      wanted.add(SecretEntry.diskPassphrase(diskPassword));
    }
    if (wanted.isEmpty() == (raw == null)) {
      throw new BadInput(
          "Say what to seal: --disk-password and --entry, as many as you like, or else --raw.");
    }
    OutputFile.refuseExisting(header);
    OutputFile.refuseExisting(payload);
    ReportedMeasurement reported = reported();
    List<String> notes = new ArrayList<>();
    try (SecretBytes encryption = Encoded.key(tek, "a TEK");
        SecretBytes integrity = Encoded.key(tik, "a TIK");
        TransportKeys keys = TransportKeys.of(encryption, integrity);
        SecretBytes plain = raw == null ? table(wanted, notes) : rawBytes(raw)) {
      LaunchSecret.Packed packed =
          plain.open(bytes -> LaunchSecret.pack(keys, api, reported.mac(), bytes));
      write(packed);
      if (plain.length() > SecretTable.LINUX_LIMIT) {
        notes.add(
            "The payload has %d bytes, and Linux hands the firmware %d at most."
                .formatted(plain.length(), SecretTable.LINUX_LIMIT));
      }
      Sealed sealed =
          new Sealed(
              header,
              payload,
              plain.length(),
              wanted.size(),
              api.atLeast(new ApiVersion(0, 17)) ? reported.base64() : null,
              notes);
      output.print(sealed, words(sealed));
      return CommandLine.ExitCode.OK;
    }
  }

  private ReportedMeasurement reported() throws BadInput {
    byte[] bytes =
        Encoded.argumentOrFile(measurement, "a launch measurement", ReportedMeasurement.SIZE);
    try {
      return ReportedMeasurement.parse(bytes);
    } catch (MalformedLaunchException e) {
      throw new BadInput(measurement + " is no measurement: " + e.getMessage() + ".", e);
    }
  }

  private static SecretBytes table(List<SecretEntry> wanted, List<String> notes) throws BadInput {
    List<SecretTable.Entry> secrets = new ArrayList<>();
    try {
      for (SecretEntry entry : wanted) {
        SecretBytes secret =
            SecretBytes.take(InputFile.read(entry.file(), "a secret", SecretTable.FIRMWARE_LIMIT));
        secrets.add(new SecretTable.Entry(entry.guid(), secret));
        if (secret.open(bytes -> bytes.length > 0 && bytes[bytes.length - 1] == '\n')) {
          notes.add(entry.file() + " ends with a line end, which is part of the secret.");
        }
      }
      try (SecretTable table = new SecretTable(secrets)) {
        return table.payload();
      }
    } catch (MalformedLaunchException e) {
      throw new BadInput("These secrets cannot be sealed: " + e.getMessage() + ".", e);
    } finally {
      secrets.forEach(entry -> entry.secret().close());
    }
  }

  private static SecretBytes rawBytes(Path file) throws BadInput {
    SecretBytes bytes =
        SecretBytes.take(InputFile.read(file, "a raw payload", SecretTable.FIRMWARE_LIMIT));
    if (bytes.length() == 0 || bytes.length() % BLOCK != 0) {
      bytes.close();
      throw new BadInput(
          "%s has %d bytes, and a raw payload has 16 to 20480 in whole blocks of 16."
              .formatted(file, bytes.length()));
    }
    return bytes;
  }

  private void write(LaunchSecret.Packed packed) throws BadInput {
    OutputFile.write(header, encoded(packed.header()));
    boolean whole = false;
    try {
      OutputFile.write(payload, encoded(packed.ciphertext()));
      whole = true;
    } finally {
      if (!whole) {
        remove(header);
      }
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] encoded(byte[] bytes) {
    return binary
        ? bytes
        : Base64.getEncoder().encodeToString(bytes).getBytes(StandardCharsets.US_ASCII);
  }

  private static String words(Sealed sealed) {
    Lines lines = new Lines(OwnerPages.COLUMN);
    lines.line("header", sealed.header() + ", 52 bytes: packet-header of sev-inject-launch-secret");
    lines.line(
        "payload",
        "%s, %d bytes encrypted%s: secret of sev-inject-launch-secret"
            .formatted(
                sealed.payload(),
                sealed.bytes(),
                sealed.entries() == 0 ? "" : ", a table of " + sealed.entries()));
    lines.line(
        "opens",
        sealed.measurement() == null
            ? "in any launch under these keys: API before 0.17"
            : "in the launch measured as " + sealed.measurement());
    sealed.notes().forEach(note -> lines.line("note", note));
    return lines.toString();
  }
}
