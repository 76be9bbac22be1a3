package dev.sealift.cli.cert;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputFile;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift cert export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Puts certificates together: into one chain file as sevctl has it, or into the three blobs"
          + " that SEND_START takes.",
      "",
      "Nothing is verified. See sealift cert verify."
    },
    footer = {
      "",
      "Examples:  sealift cert export pdh.cert pek.cert oca.cert cek.cert --out chain.cert",
      "           sealift cert export chain.cert cek.cert ask_ark.cert --send-start target"
    })
final class ExportCommand extends CertSubcommand {
  private static final List<Usage> PLATFORM = List.of(Usage.PEK, Usage.OCA, Usage.CEK);
  private static final List<Usage> AMD = List.of(Usage.ASK, Usage.ARK);

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Certificates of one platform, in any order.")
  private List<Path> files = List.of();

  @ArgGroup(multiplicity = "1")
  private Target target = new Target();

  @Option(
      names = "--full",
      description = "With ASK and ARK behind, as sevctl export --full writes it.")
  private boolean full;

  /** Where it goes. */
  static final class Target {
    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "The chain file to make: PDH, PEK, OCA and CEK, one behind the other.")
    private @Nullable Path chain;

    @Option(
        names = "--send-start",
        paramLabel = "DIRECTORY",
        description =
            "The directory to put pdh.cert, platform.certs (PEK, OCA, CEK) and amd.certs (ASK, ARK)"
                + " in.")
    private @Nullable Path sendStart;
  }

  @Override
  public Integer call() throws BadInput {
    if (full && target.chain == null) {
      throw new BadInput(
          "--full goes with --out; --send-start puts ASK and ARK into a file of their own anyway.");
    }
    CertificateTree tree = CertificateBag.read(files).tree();
    if (target.chain != null) {
      byte[] chain = join(tree, List.of(Usage.PDH), PLATFORM, full ? AMD : List.of());
      OutputFile.write(target.chain, chain);
      printLine(
          "%s: PDH, PEK, OCA%s, %d bytes"
              .formatted(target.chain, full ? ", CEK, ASK and ARK" : " and CEK", chain.length));
    } else if (target.sendStart != null) {
      Map<String, byte[]> blobs = new LinkedHashMap<>();
      blobs.put("pdh.cert", join(tree, List.of(Usage.PDH)));
      blobs.put("platform.certs", join(tree, PLATFORM));
      blobs.put("amd.certs", join(tree, AMD));
      NewFiles.write(target.sendStart, blobs);
      blobs.forEach((name, bytes) ->
          printLine("%s: %d bytes".formatted(target.sendStart.resolve(name), bytes.length)));
    }
    return ExitCode.OK;
  }

  @SafeVarargs
  private static byte[] join(CertificateTree tree, List<Usage>... parts) throws BadInput {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (List<Usage> part : parts) {
      for (Usage usage : part) {
        joined.writeBytes(CertificateBag.only(tree, usage, "The files hold").bytes());
      }
    }
    return joined.toByteArray();
  }
}
