package dev.sealift.cli.identity;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.OutputOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sealift identity issue}. */
@Command(
    name = "issue",
    mixinStandardHelpOptions = true,
    description = {
      "Issues a certificate to a host that asks for one.",
      "",
      "The host gets the names that it asks for: look at them with 'sealift identity show' first,"
          + " or say which they are with --name. Nothing else of the request counts."
    },
    footer = {"", "Example:  sealift identity issue --request host.csr --out host.crt"})
final class IssueCommand implements Callable<Integer> {
  private static final int MOST_NAMES = 64;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      defaultValue = "ca.crt",
      description = "The authority's certificate (default: ${DEFAULT-VALUE}).")
  private Path caFile = Path.of("ca.crt");

  @Option(
      names = "--ca-key",
      paramLabel = "FILE",
      defaultValue = "ca.key",
      description = "The authority's private key (default: ${DEFAULT-VALUE}).")
  private Path caKeyFile = Path.of("ca.key");

  @Option(
      names = "--request",
      paramLabel = "FILE",
      required = true,
      description = "What the host asks for (PKCS #10, PEM).")
  private Path requestFile = Path.of("host.csr");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      converter = HostName.Converter.class,
      description = "A name for the certificate, in place of those in the request.")
  private List<HostName> names = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where the certificate goes.")
  private Path out = Path.of("host.crt");

  @Option(
      names = "--days",
      paramLabel = "DAYS",
      defaultValue = "365",
      description = "For how long it is valid, 1 to 3650 (default: ${DEFAULT-VALUE}).")
  private int days = 365;

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, GeneralSecurityException {
    OutputFile.refuseExisting(out);
    NewIdentityOptions.checked(days);
    X509Certificate authority = IdentityFiles.certificates(caFile).getFirst();
    if (authority.getBasicConstraints() < 0) {
      throw new BadInput(
          caFile + " holds no authority's certificate; name one that 'sealift identity ca' made.");
    }
    PrivateKey key = IdentityFiles.key(caKeyFile);
    IdentityFiles.checkPair(caKeyFile, key, caFile, authority);
    PKCS10CertificationRequest request = IdentityFiles.request(requestFile);
    PublicKey hostKey = IdentityFiles.publicKey(requestFile, request);
    checkProof(request, hostKey);
    List<HostName> wanted = names.isEmpty() ? names(requestFile, request) : names;
    X509Certificate certificate =
        new CertificateMaker()
            .issued(
                new CertificateMaker.Issuer(key, authority),
                wanted.getFirst().text(),
                hostKey,
                new GeneralNames(
                    wanted.stream().map(HostName::inCertificate).toArray(GeneralName[]::new)),
                days);
    IdentityFiles.writeCertificate(out, certificate);
    IdentityReport report = IdentityReport.of(out.toString(), certificate);
    output.print(report, report.words());
    return ExitCode.OK;
  }

  /** Whoever asks has signed the request with the key that it is for. */
  private void checkProof(PKCS10CertificationRequest request, PublicKey key) throws BadInput {
    try {
      if (request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        return;
      }
    } catch (OperatorCreationException | PKCSException | RuntimeException broken) {
      throw new BadInput(
          "%s holds a request whose signature cannot be checked: %s."
              .formatted(requestFile, Failure.sentence(broken)),
          broken);
    }
    throw new BadInput(
        requestFile
            + " holds a request that the key in it has not signed: it was changed; ask the host for"
            + " it again.");
  }

  /** The names that a request asks for. */
  static List<HostName> names(Path file, PKCS10CertificationRequest request) throws BadInput {
    List<HostName> names = new ArrayList<>();
    try {
      Extensions extensions = request.getRequestedExtensions();
      @Nullable GeneralNames asked =
          extensions == null
              ? null
              : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
      if (asked != null) {
        for (GeneralName name : asked.getNames()) {
          names.add(HostName.parse(text(name)).orElseThrow());
        }
      }
    } catch (RuntimeException | UnknownHostException malformed) {
      throw new BadInput(
          file
              + " asks for a name that is neither a DNS name nor an IP address; say the names with"
              + " --name.",
          malformed);
    }
    if (names.isEmpty() || names.size() > MOST_NAMES) {
      throw new BadInput(
          "%s asks for %d names, and 1 to %d can be had; say the names with --name."
              .formatted(file, names.size(), MOST_NAMES));
    }
    return names;
  }

  private static String text(GeneralName name) throws UnknownHostException {
    return switch (name.getTagNo()) {
      case GeneralName.dNSName -> Objects.requireNonNull(name.getName().toString());
      case GeneralName.iPAddress ->
          InetAddress.getByAddress(ASN1OctetString.getInstance(name.getName()).getOctets())
              .getHostAddress();
      default -> "";
    };
  }
}
