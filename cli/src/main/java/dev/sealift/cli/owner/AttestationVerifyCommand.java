package dev.sealift.cli.owner;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputOptions;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.AttestationReport;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift attestation verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks a report under the PEK of the platform that made it.",
      "",
      "The PEK is believed: verify its chain first. Without --nonce the report may be an old one."
    },
    footer = {
      "",
      "Example:  sealift attestation verify report.b64 --pek platform.chain --nonce NONCE --digest"
          + " $(sealift measure --firmware OVMF_CODE.fd --digest)"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:every check holds", "1:one does not", "2:bad input"})
final class AttestationVerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REPORT", description = "208 bytes, as they are or in base64.")
  private Path report = Path.of("");

  @Option(
      names = "--pek",
      paramLabel = "FILE",
      required = true,
      description = "The platform's PEK certificate, or its exported chain.")
  private Path pek = Path.of("");

  @Option(
      names = "--nonce",
      paramLabel = "NONCE",
      description = "The nonce that you asked with: 16 bytes in hexadecimal or base64.")
  private @Nullable String nonce;

  @Option(
      names = "--digest",
      paramLabel = "DIGEST",
      description = "The launch digest that you expect: 32 bytes in hexadecimal or base64.")
  private @Nullable String digest;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      converter = PolicyConverter.class,
      description = "The policy that you expect: " + PolicyConverter.FORMS + ".")
  private @Nullable GuestPolicy policy;

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput {
    AttestationReport read = AttestationPage.read(report);
    SevCertificate signer = PlatformCertificates.read(List.of(pek)).only(SevCertificate.Usage.PEK);
    List<AttestationPage.Check> checks = new ArrayList<>();
    checks.add(signature(read.verify(signer)));
    if (nonce != null) {
      byte[] asked = Encoded.argument(nonce, "a nonce", AttestationReport.NONCE_SIZE);
      checks.add(
          check(
              "nonce",
              MessageDigest.isEqual(asked, read.nonce()),
              "it is the one you asked with",
              "it is another, so this answers another question, perhaps long ago"));
    }
    if (digest != null) {
      byte[] expected = Encoded.argument(digest, "a launch digest", LaunchDigest.SIZE);
      checks.add(
          check(
              "digest",
              MessageDigest.isEqual(expected, read.launchDigest()),
              "the guest was launched from what you expect",
              "the guest was launched from something else"));
    }
    if (policy != null) {
      checks.add(
          check(
              "policy",
              policy.equals(read.policy()),
              "it is the one you expect",
              "it is " + read.policy() + ", not " + policy));
    }
    AttestationPage page = AttestationPage.of(read, checks, notes(read));
    output.print(page, page.words());
    return Boolean.TRUE.equals(page.holds())
        ? CommandLine.ExitCode.OK
        : CommandLine.ExitCode.SOFTWARE;
  }

  private static AttestationPage.Check signature(FirmwareStatus status) {
    return new AttestationPage.Check(
        "signature",
        status == FirmwareStatus.SUCCESS,
        switch (status) {
          case SUCCESS -> "the holder of this PEK signed the report";
          case BAD_SIGNATURE ->
              "the report was changed, or signed by another platform or before a new PEK was made";
          default -> "the report or the certificate names no PEK with ECDSA_SHA256 on P-384";
        });
  }

  private List<String> notes(AttestationReport read) {
    List<String> notes = new ArrayList<>();
    notes.add("This PEK is believed as it is: verify its chain, too.");
    if (nonce == null) {
      notes.add("No nonce was compared, so this may be an old report.");
    }
    if (Arrays.equals(read.launchDigest(), new byte[LaunchDigest.SIZE])) {
      notes.add(
          "The digest is zero: this guest was received from another platform, and its digest does"
              + " not travel.");
    }
    return notes;
  }

  private static AttestationPage.Check check(String what, boolean holds, String good, String bad) {
    return new AttestationPage.Check(what, holds, holds ? good : bad);
  }
}
