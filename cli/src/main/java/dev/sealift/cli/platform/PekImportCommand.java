package dev.sealift.cli.platform;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import dev.sealift.vmm.VmmException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sealift platform pek-import}. */
@Command(
    name = "pek-import",
    mixinStandardHelpOptions = true,
    description = {
      "Gives the platform to an owner who has signed its PEK (PEK_CERT_IMPORT).",
      "",
      "Every session made for the old PDH is void then."
    },
    footer = {"", "Example:  sealift platform pek-import pek.cert owner.cert --state ./host-a"})
final class PekImportCommand extends PlatformTask {
  @Parameters(
      index = "0",
      paramLabel = "SIGNED_PEK",
      description = "What pek-csr wrote, with the owner's signature: 2084 bytes.")
  private Path pekFile = Path.of("");

  @Parameters(index = "1", paramLabel = "OCA", description = "The owner's certificate: 2084 bytes.")
  private Path ocaFile = Path.of("");

  private @Nullable SevCertificate pek;
  private @Nullable SevCertificate oca;

  @Override
  void prepare() throws BadInput {
    pek = CertificateFile.read(pekFile, Usage.PEK);
    oca = CertificateFile.read(ocaFile, Usage.OCA);
  }

  @Override
  PlatformAnswer run(OpenPlatform platform) throws Failure, VmmException {
    return new OwnerImport(
            Objects.requireNonNull(pek, "prepared"),
            pekFile.toString(),
            Objects.requireNonNull(oca, "prepared"),
            ocaFile.toString())
        .into(platform);
  }
}
