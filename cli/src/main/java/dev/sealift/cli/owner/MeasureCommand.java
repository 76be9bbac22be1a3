package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputOptions;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.launch.MalformedLaunchException;
import dev.sealift.crypto.launch.ReportedMeasurement;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sealift measure}. */
@Command(
    name = "measure",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    description = {
      "Computes the measurement that a platform must report for a launch, and compares.",
      "",
      "The digest is that of the firmware, with --kernel of the table of hashes that QEMU puts"
          + " behind it (kernel-hashes=on), and for a policy with ES of each vCPU's registers."
    },
    footer = {
      "",
      "Examples:  sealift measure --firmware OVMF_CODE.fd --api-major 1 \\",
      "             --api-minor 55 --build-id 21 --policy 0x1 \\",
      "             --tik vm_tik.bin --check MEASUREMENT",
      "           sealift measure -f OVMF.fd -k bzImage --cmdline quiet --digest"
    },
    exitCodeListHeading = "%nExit codes beside 0 and 2:%n",
    exitCodeList = {"1:with --check: it does not match"})
public final class MeasureCommand implements Callable<Integer> {
  @Mixin private LaunchOptions launch = new LaunchOptions();

  @Option(
      names = "--api-major",
      paramLabel = "N",
      description = "The platform's API version, major.")
  private @Nullable Integer apiMajor;

  @Option(
      names = "--api-minor",
      paramLabel = "N",
      description = "The platform's API version, minor.")
  private @Nullable Integer apiMinor;

  @Option(names = "--build-id", paramLabel = "N", description = "The platform's firmware build.")
  private @Nullable Integer build;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      converter = PolicyConverter.class,
      description = "The guest's policy: " + PolicyConverter.FORMS + ".")
  private @Nullable GuestPolicy policy;

  @Option(names = "--tik", paramLabel = "FILE", description = "The session's TIK, 16 bytes.")
  private @Nullable Path tik;

  @ArgGroup private Wanted wanted = new Wanted();

  /** What is to be computed. */
  static final class Wanted {
    @Option(
        names = "--check",
        paramLabel = "MEASUREMENT",
        description = "Compare with this one: base64, or a file with it.")
    private @Nullable String check;

    @Option(
        names = "--measurement",
        paramLabel = "MEASUREMENT",
        description = "Compute with the nonce of this one.")
    private @Nullable String measurement;

    @Option(
        names = "--nonce",
        paramLabel = "NONCE",
        description = "Compute with this nonce: hexadecimal or base64.")
    private @Nullable String nonce;

    @Option(names = "--digest", description = "Print the launch digest in hexadecimal, no more.")
    private boolean digest;
  }

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput {
    ExpectedLaunch expected = launch.read(policy);
    byte[] digest = expected.digest();
    if (wanted.digest) {
      MeasurePage page = MeasurePage.of(expected, digest, launch.notes(expected));
      output.print(page, page.digest() + System.lineSeparator());
      return CommandLine.ExitCode.OK;
    }
    GuestPolicy measuredPolicy = given(policy, "--policy");
    NearMiss.Platform platform = platform();
    byte[] nonce = nonce();
    try (SecretBytes key = Encoded.key(given(tik, "--tik"), "a TIK")) {
      byte[] mac =
          LaunchMeasurement.compute(
              key, platform.api(), platform.build(), measuredPolicy, digest, nonce);
      MeasurePage page =
          MeasurePage.of(expected, digest, launch.notes(expected))
              .with(measuredPolicy, platform, new ReportedMeasurement(mac, nonce));
      if (wanted.check != null) {
        ReportedMeasurement reported = reported(wanted.check);
        boolean matches = reported.hasMac(mac);
        String hint = null;
        if (!matches) {
          hint =
              new NearMiss(key, reported)
                  .find(platform, measuredPolicy, digest, launch.variants(expected))
                  .orElse(null);
        }
        page = page.compared(reported, matches, hint);
      }
      output.print(page, page.words());
      return Boolean.FALSE.equals(page.matches())
          ? CommandLine.ExitCode.SOFTWARE
          : CommandLine.ExitCode.OK;
    }
  }

  private NearMiss.Platform platform() throws BadInput {
    int number = given(build, "--build-id");
    if (number < 0 || number > 0xFF) {
      throw new BadInput("A firmware build is a number from 0 to 255, not " + number + ".");
    }
    try {
      return new NearMiss.Platform(
          new ApiVersion(given(apiMajor, "--api-major"), given(apiMinor, "--api-minor")), number);
    } catch (IllegalArgumentException e) {
      throw new BadInput("There is no such API version: " + e.getMessage() + ".", e);
    }
  }

  private byte[] nonce() throws BadInput {
    if (wanted.nonce != null) {
      return Encoded.argument(wanted.nonce, "a nonce", LaunchMeasurement.NONCE_SIZE);
    }
    String measurement = wanted.check != null ? wanted.check : wanted.measurement;
    return reported(given(measurement, "--check, --measurement or --nonce (or --digest instead)"))
        .nonce();
  }

  private static ReportedMeasurement reported(String text) throws BadInput {
    byte[] bytes = Encoded.argumentOrFile(text, "a launch measurement", ReportedMeasurement.SIZE);
    try {
      return ReportedMeasurement.parse(bytes);
    } catch (MalformedLaunchException e) {
      throw new BadInput(text + " is no measurement: " + e.getMessage() + ".", e);
    }
  }

  private static <T> T given(@Nullable T value, String option) throws BadInput {
    if (value == null) {
      throw new BadInput("The measurement depends on " + option + ", which is missing.");
    }
    return value;
  }
}
