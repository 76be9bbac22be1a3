package dev.sealift.cli.identity;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.OutputOptions;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sealift identity create}. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a host's identity: a private key (host.key, for its owner's eyes only), a certificate"
          + " that the host has signed itself (host.crt), and a request for one by an authority"
          + " (host.csr).",
      "",
      "Files that exist are left as they are."
    },
    footer = {"", "Example:  sealift identity create --name host-a.example.org --name 10.0.0.7"})
final class CreateCommand implements Callable<Integer> {
  @Option(
      names = "--name",
      paramLabel = "NAME",
      required = true,
      converter = HostName.Converter.class,
      description = "A DNS name or IP address by which peers reach this host; may be given often.")
  private List<HostName> names = new ArrayList<>();

  @Mixin private NewIdentityOptions options = new NewIdentityOptions(365);

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, GeneralSecurityException {
    Path key = options.file("host.key");
    Path certificateFile = options.file("host.crt");
    Path request = options.file("host.csr");
    for (Path file : List.of(key, certificateFile, request)) {
      OutputFile.refuseExisting(file);
    }
    var maker = new CertificateMaker();
    KeyPair keys = maker.newKey();
    X509Certificate certificate = maker.selfSigned(keys, names, options.days());
    IdentityFiles.writeKey(key, keys.getPrivate());
    IdentityFiles.writeCertificate(certificateFile, certificate);
    IdentityFiles.writeRequest(request, maker.request(keys, names));
    IdentityReport report = IdentityReport.of(certificateFile.toString(), certificate);
    output.print(report, report.words());
    return ExitCode.OK;
  }
}
