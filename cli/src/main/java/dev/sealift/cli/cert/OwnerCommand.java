package dev.sealift.cli.cert;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputFile;
import dev.sealift.crypto.cert.OwnerAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code sealift cert owner}. */
@Command(
    name = "owner",
    mixinStandardHelpOptions = true,
    description = {
      "Makes an owner of platforms: a private key, and the OCA certificate over it.",
      "",
      "A key file that exists is used as it is: a private key on P-384 in PEM, as openssl writes it."
    },
    footer = {"", "Example:  sealift cert owner --key owner.key --out oca.cert"})
final class OwnerCommand extends CertSubcommand {
  @Option(
      names = "--key",
      paramLabel = "FILE",
      required = true,
      description = "The owner's private key: read if the file exists, made otherwise.")
  private Path keyFile = Path.of("owner.key");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "oca.cert",
      description = "Where the OCA certificate goes (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("oca.cert");

  @Override
  public Integer call() throws BadInput, IOException {
    OutputFile.refuseExisting(out);
    boolean exists = Files.exists(keyFile);
    OwnerAuthority owner =
        exists
            ? OwnerAuthority.withKey(OwnerKeyFile.read(keyFile))
            : OwnerAuthority.create(new SecureRandom());
    OutputFile.write(out, owner.certificate().bytes());
    if (!exists) {
      boolean kept = false;
      try {
        OwnerKeyFile.write(keyFile, owner.privateKey());
        kept = true;
      } finally {
        if (!kept) {
          // A certificate whose key is lost is of no use to anybody.
          Files.deleteIfExists(out);
        }
      }
      printLine(keyFile + ": the owner's new private key; whoever has it owns the platforms");
    }
    printLine("%s: the OCA certificate, key %s".formatted(out, owner.certificate().keyName()));
    return ExitCode.OK;
  }
}
