package dev.sealift.cli.identity;

import dev.sealift.cli.Lines;
import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.access.PeerIdentity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * What a certificate says.
 *
 * @param file where it is
 * @param subject whose it is
 * @param names by what its host is reached
 * @param key the fingerprint of its key, as a list of allowed peers has it
 * @param issuer who signed it
 * @param selfSigned whether that is the key itself
 * @param authority whether it may issue others
 * @param validFrom from when, in UTC
 * @param validUntil until when, in UTC
 * @param valid whether it is valid now, by this host's clock
 */
record IdentityReport(
    String file,
    String subject,
    List<String> names,
    String key,
    String issuer,
    boolean selfSigned,
    boolean authority,
    String validFrom,
    String validUntil,
    boolean valid) {

  static IdentityReport of(String file, X509Certificate certificate) {
    Instant now = Instant.now();
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    return new IdentityReport(
        file,
        certificate.getSubjectX500Principal().getName(),
        List.copyOf(PeerIdentity.names(certificate)),
        KeyFingerprint.of(certificate.getPublicKey()).toString(),
        certificate.getIssuerX500Principal().getName(),
        PeerIdentity.isSelfSigned(certificate),
        certificate.getBasicConstraints() >= 0,
        from.toString(),
        until.toString(),
        !now.isBefore(from) && !now.isAfter(until));
  }

  /** The same for people. */
  String words() {
    Lines lines = new Lines(10).sentence(file);
    lines.line("  whose", subject + (authority ? ", an authority" : ""));
    if (!names.isEmpty()) {
      lines.line("  names", String.join(", ", names));
    }
    lines.line("  key", key);
    lines.line("  signed", selfSigned ? "by itself" : "by " + issuer);
    lines.line(
        "  valid",
        "%s to %s%s"
            .formatted(
                validFrom, validUntil, valid ? "" : "; by this host's clock it is not valid now"));
    return lines.toString();
  }
}
