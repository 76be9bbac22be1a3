package dev.sealift.cli.reference;

import dev.sealift.cli.OutputOptions;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.firmware.CommandRow;
import dev.sealift.firmware.FirmwareInterface;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sealift reference}. */
@Command(
    name = "reference",
    mixinStandardHelpOptions = true,
    description = {
      "Says what a command of the Secure Processor takes, checks and does.",
      "",
      "It is read from the table that the software processor runs on: every check in its order"
          + " with its answer, the layout of the buffer, and the system calls that lead there."
    },
    footer = {
      "",
      "Examples:  sealift reference send-update-data",
      "           sealift reference 0x41 --profile specification --api 0.24",
      "           sealift reference KVM_SEV_LAUNCH_START --json"
    })
public final class ReferenceCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "COMMAND",
      description =
          "A name of the firmware's or the kernel's, or a hexadecimal number of the firmware's;"
              + " without it all commands are listed.")
  private @Nullable String asked;

  @Option(
      names = "--profile",
      paramLabel = "default|shipped|specification",
      defaultValue = "default",
      description =
          "Whose checks: those this software makes unless told otherwise, those of shipped"
              + " firmware, or those of the published specification.")
  private Behaviour profile = Behaviour.DEFAULT;

  @Option(
      names = "--api",
      paramLabel = "0.17|0.24|1.55",
      defaultValue = "1.55",
      converter = KnownApi.class,
      description = "The firmware's interface version (default: ${DEFAULT-VALUE}).")
  private ApiVersion api = new ApiVersion(1, 55);

  @Mixin private OutputOptions output = new OutputOptions();

  @Spec private @Nullable CommandSpec spec;

  /** The versions whose differences are known. */
  static final class KnownApi implements ITypeConverter<ApiVersion> {
    private static final List<ApiVersion> KNOWN =
        List.of(new ApiVersion(0, 17), new ApiVersion(0, 24), new ApiVersion(1, 55));

    @Override
    public ApiVersion convert(String value) {
      return KNOWN.stream()
          .filter(version -> version.toString().equals(value))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("'" + value + "' is none of 0.17, 0.24, 1.55"));
    }
  }

  @Override
  public Integer call() {
    FirmwareInterface table = FirmwareInterface.load();
    if (asked == null) {
      ReferenceList all = ReferenceList.of(table);
      output.print(all, all.page());
      return CommandLine.ExitCode.OK;
    }
    CommandNames names = new CommandNames(table);
    Optional<CommandRow> row = names.find(asked);
    if (row.isEmpty()) {
      List<String> nearest = names.nearest(asked);
      commandLine()
          .getErr()
          .println(
              "There is no command %s: the nearest are %s, and sealift reference lists all."
                  .formatted(asked, String.join(", ", nearest)));
      return CommandLine.ExitCode.USAGE;
    }
    CommandReference command = CommandReference.of(row.get(), profile, api);
    output.print(command, ReferencePage.of(command));
    return CommandLine.ExitCode.OK;
  }

  private CommandLine commandLine() {
    return Objects.requireNonNull(spec, "picocli sets it").commandLine();
  }
}
