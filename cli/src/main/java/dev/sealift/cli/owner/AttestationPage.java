package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Lines;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.AttestationReport;
import dev.sealift.crypto.launch.MalformedLaunchException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A report, and what came of checking it.
 *
 * @param nonce the asker's, in hexadecimal
 * @param digest digest of what was launched, in hexadecimal
 * @param policy the guest's policy
 * @param signer who signed, by the report's word
 * @param algorithm how, by the report's word
 * @param checks what was checked; empty where nothing was
 * @param holds whether every check holds; nothing where there was none
 * @param notes what a reader should know
 */
record AttestationPage(
    String nonce,
    String digest,
    String policy,
    String signer,
    String algorithm,
    List<Check> checks,
    @Nullable Boolean holds,
    List<String> notes) {

  /**
   * One check.
   *
   * @param what what was checked
   * @param holds whether it holds
   * @param why in words
   */
  record Check(String what, boolean holds, String why) {}

  /** Reads a report, as it is or in base64. */
  static AttestationReport read(Path file) throws BadInput {
    byte[] bytes = Encoded.file(file, "an attestation report", AttestationReport.SIZE);
    try {
      return AttestationReport.parse(bytes);
    } catch (MalformedLaunchException e) {
      throw new BadInput(file + " is no report: " + e.getMessage() + ".", e);
    }
  }

  static AttestationPage of(AttestationReport report, List<Check> checks, List<String> notes) {
    return new AttestationPage(
        HexFormat.of().formatHex(report.nonce()),
        HexFormat.of().formatHex(report.launchDigest()),
        report.policy().toString(),
        SevCertificate.Usage.describe(report.usage()),
        SevCertificate.Algorithm.describe(report.algorithm()),
        checks,
        checks.isEmpty() ? null : checks.stream().allMatch(Check::holds),
        notes);
  }

  String words() {
    Lines lines = new Lines(OwnerPages.COLUMN);
    lines.line("nonce", nonce);
    lines.line("digest", digest);
    lines.line("policy", policy);
    lines.line("signed", algorithm + " by " + signer);
    if (holds != null) {
      lines.blank();
      for (Check check : checks) {
        lines.line(check.what(), (check.holds() ? "holds: " : "DOES NOT HOLD: ") + check.why());
      }
    }
    notes.forEach(note -> lines.line("note", note));
    if (holds != null) {
      lines.blank();
      lines.sentence(
          holds
              ? "HOLDS: the report is what was asked for."
              : "DOES NOT HOLD: believe nothing that this report says.");
    }
    return lines.toString();
  }
}
