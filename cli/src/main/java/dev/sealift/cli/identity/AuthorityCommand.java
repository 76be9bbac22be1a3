package dev.sealift.cli.identity;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.OutputOptions;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sealift identity ca}. */
@Command(
    name = "ca",
    mixinStandardHelpOptions = true,
    description = {
      "Makes an authority that issues certificates to hosts: a private key (ca.key, for its owner's"
          + " eyes only) and its certificate (ca.crt), which every host gets.",
      "",
      "Keep ca.key away from the hosts: whoever has it can be any of them."
    },
    footer = {"", "Example:  sealift identity ca --name 'Hosts of site 7'"})
final class AuthorityCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N} ._'/()-]{1,64}");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      required = true,
      description = "What the authority is called: letters, digits, blanks, up to 64 characters.")
  private String name = "";

  @Mixin private NewIdentityOptions options = new NewIdentityOptions(3650);

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, GeneralSecurityException {
    if (!NAME.matcher(name).matches() || name.isBlank()) {
      throw new BadInput(
          "'%s' is no name for an authority: use letters, digits and blanks, up to 64 characters."
              .formatted(name));
    }
    Path key = options.file("ca.key");
    Path certificateFile = options.file("ca.crt");
    OutputFile.refuseExisting(key);
    OutputFile.refuseExisting(certificateFile);
    var maker = new CertificateMaker();
    KeyPair keys = maker.newKey();
    X509Certificate certificate = maker.authority(keys, name.strip(), options.days());
    IdentityFiles.writeKey(key, keys.getPrivate());
    IdentityFiles.writeCertificate(certificateFile, certificate);
    IdentityReport report = IdentityReport.of(certificateFile.toString(), certificate);
    output.print(report, report.words());
    return ExitCode.OK;
  }
}
