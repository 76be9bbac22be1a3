package dev.sealift.cli.receipt;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.RootFile;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.ReceiptCheck;
import dev.sealift.migration.trust.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift receipt verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks a receipt: both platforms' chains, both signatures, the guest's policy and launch"
          + " digest.",
      "",
      "Exit code 0 only where every rule is kept."
    },
    footer = {"", "Example:  sealift receipt verify demo.receipt --root ./root/model-ask-ark.cert"})
final class ReceiptVerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The receipt.")
  private Path file = Path.of("");

  @Option(
      names = "--root",
      paramLabel = "FILE",
      description =
          "Believe in the root key (ARK) in this file or model root, in place of AMD's. May be given"
              + " more than once.")
  private List<Path> roots = List.of();

  @Option(
      names = "--digest",
      paramLabel = "HEX",
      description =
          "The launch digest that the guest must have, 64 digits; sealift measure computes it.")
  private @Nullable String digest;

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput {
    Receipt receipt = ReceiptFile.read(file);
    Verdict verdict = new ReceiptCheck(believed()).verify(receipt, launchDigest());
    ReceiptReport report = ReceiptReport.of(receipt, verdict);
    output.print(report, ReceiptPage.of(report));
    return verdict.holds() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private List<RootOfTrust> believed() throws BadInput {
    if (roots.isEmpty()) {
      return Arrays.stream(Generation.values()).map(RootOfTrust::of).toList();
    }
    List<RootOfTrust> believed = new ArrayList<>();
    for (Path root : roots) {
      believed.add(RootFile.read(root));
    }
    return believed;
  }

  private byte @Nullable [] launchDigest() throws BadInput {
    if (digest == null) {
      return null;
    }
    try {
      byte[] bytes = HexFormat.of().parseHex(digest);
      if (bytes.length == LaunchDigest.SIZE) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new BadInput("--digest is 64 hexadecimal digits, not '%s'.".formatted(digest));
  }
}
