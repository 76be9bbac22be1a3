package dev.sealift.cli.platform;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.cert.OwnerKeyFile;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import dev.sealift.vmm.VmmException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sealift platform provision}. */
@Command(
    name = "provision",
    mixinStandardHelpOptions = true,
    description = {
      "Gives the platform to an owner whose key is at hand: pek-csr, signing and pek-import in one.",
      "",
      "An owner who keeps the key elsewhere takes the three steps one by one. Every session made for"
          + " the old PDH is void then."
    },
    footer = {"", "Example:  sealift platform provision owner.cert owner.key --state ./host-a"})
final class ProvisionCommand extends PlatformTask {
  @Parameters(index = "0", paramLabel = "OCA", description = "The owner's certificate: 2084 bytes.")
  private Path ocaFile = Path.of("");

  @Parameters(index = "1", paramLabel = "KEY", description = "The owner's private key: PEM, P-384.")
  private Path keyFile = Path.of("");

  private @Nullable OwnerAuthority owner;

  @Override
  void prepare() throws BadInput {
    SevCertificate oca = CertificateFile.read(ocaFile, Usage.OCA);
    try {
      owner = OwnerAuthority.of(OwnerKeyFile.read(keyFile), oca);
    } catch (MalformedCertificateException e) {
      throw new BadInput(
          "%s and %s are not the certificate and the key of an owner: %s."
              .formatted(ocaFile, keyFile, e.getMessage()),
          e);
    }
  }

  @Override
  PlatformAnswer run(OpenPlatform platform) throws Failure, VmmException {
    OwnerAuthority authority = Objects.requireNonNull(owner, "prepared");
    try {
      SevCertificate request = SevCertificate.parse(platform.device().pekSigningRequest());
      return new OwnerImport(
              authority.sign(request),
              "the PEK that was signed here",
              authority.certificate(),
              ocaFile.toString())
          .into(platform);
    } catch (MalformedCertificateException e) {
      throw new Failure(
          "The platform's answer to PEK_CSR cannot be signed: " + e.getMessage() + ".", e);
    }
  }
}
