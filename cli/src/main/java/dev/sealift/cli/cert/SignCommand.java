package dev.sealift.cli.cert;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputFile;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift cert sign}. */
@Command(
    name = "sign",
    mixinStandardHelpOptions = true,
    description = {
      "Signs a platform's PEK as its owner.",
      "",
      "The platform takes the result and the OCA certificate with PEK_CERT_IMPORT, and adds the"
          + " signature of its chip."
    },
    footer = {"", "Example:  sealift cert sign pek.csr --key owner.key --oca oca.cert"})
final class SignCommand extends CertSubcommand {
  @Parameters(paramLabel = "CSR", description = "The PEK request, as PEK_CSR gives it.")
  private Path csr = Path.of("pek.csr");

  @Option(
      names = "--key",
      paramLabel = "FILE",
      required = true,
      description = "The owner's private key.")
  private Path keyFile = Path.of("owner.key");

  @Option(
      names = "--oca",
      paramLabel = "FILE",
      required = true,
      description = "The owner's OCA certificate.")
  private Path ocaFile = Path.of("oca.cert");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "pek.cert",
      description = "Where the PEK certificate goes (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("pek.cert");

  @Override
  public Integer call() throws BadInput, Failure {
    OutputFile.refuseExisting(out);
    OwnerAuthority owner = owner();
    SevCertificate request = (SevCertificate) CertificateBag.readOnly(csr, Usage.PEK);
    SevCertificate pek;
    try {
      pek = owner.sign(request);
    } catch (MalformedCertificateException e) {
      throw new BadInput(csr + " holds no PEK that can be signed: " + e.getMessage() + ".", e);
    }
    FirmwareStatus verified = CertificateChecks.verify(pek, owner.certificate());
    if (verified != FirmwareStatus.SUCCESS) {
      throw new Failure(
          "The signed PEK does not verify under the OCA (%s); nothing was written."
              .formatted(verified));
    }
    OutputFile.write(out, pek.bytes());
    if (!request.isUnsigned()) {
      printLine(csr + ": signatures that were there before are left out");
    }
    printLine(
        "%s: the PEK certificate, key %s, signed by the OCA, key %s"
            .formatted(out, pek.keyName(), owner.certificate().keyName()));
    return ExitCode.OK;
  }

  private OwnerAuthority owner() throws BadInput {
    SevCertificate oca = (SevCertificate) CertificateBag.readOnly(ocaFile, Usage.OCA);
    try {
      return OwnerAuthority.of(OwnerKeyFile.read(keyFile), oca);
    } catch (MalformedCertificateException e) {
      throw new BadInput(
          "%s and %s make no owner: %s.".formatted(keyFile, ocaFile, e.getMessage()), e);
    }
  }
}
