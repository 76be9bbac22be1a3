package dev.sealift.cli.cert;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.RootFile;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.crypto.cert.ChainVerdict;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift cert verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Verifies a platform's whole chain: PDH under PEK, PEK under OCA and CEK, CEK under ASK, ASK"
          + " under ARK, and the ARK as one of AMD's pinned roots.",
      "",
      "The exit code is 0 only if all of that holds, 1 if something is bad or missing, and 2 for"
          + " files that cannot be read."
    },
    footer = {
      "",
      "Examples:  sealift cert verify chain.cert cek.cert ask_ark.cert",
      "           sealift cert verify pdh.cert pek.cert oca.cert cek.cert --root model-ask-ark.cert"
    })
final class VerifyCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "The platform's and AMD's certificates, in any order.")
  private List<Path> files = List.of();

  @Option(
      names = "--root",
      paramLabel = "FILE",
      description =
          "Believe in the ARK in this file, and in no other, instead of AMD's roots: for platforms"
              + " under a model root.")
  private @Nullable Path root;

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput {
    CertificateBag bag = CertificateBag.read(files);
    VerifyReport report;
    if (root == null) {
      CertificateTree tree = bag.tree();
      report = VerifyReport.of(bag, tree, tree.verify());
    } else {
      CertificateBag all = bag.with(CertificateBag.read(List.of(root)));
      CertificateTree tree = all.tree();
      ChainVerdict verdict = tree.verify(RootFile.read(root));
      report = VerifyReport.of(all, tree, verdict);
    }
    output.print(report, VerifyPage.of(report));
    return report.holds() ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
