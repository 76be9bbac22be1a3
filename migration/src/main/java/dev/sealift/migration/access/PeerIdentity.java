package dev.sealift.migration.access;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Who a peer is, by the certificate that it showed in the TLS handshake.
 *
 * @param key the fingerprint of its key
 * @param names the DNS names and IP addresses that somebody else has signed to be its own, in lower
 *     case; none where it has signed its certificate itself, for then it could have written
 *     anybody's
 * @param subject whom the certificate says it is, for people
 */
public record PeerIdentity(KeyFingerprint key, Set<String> names, String subject) {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;
  private static final int MOST_NAMES = 64;
  private static final int MOST_WORDS = 80;

  public PeerIdentity {
    names = Set.copyOf(names);
  }

  /**
   * The peer that showed a certificate.
   *
   * @param certificate its own, the first of the chain
   */
  public static PeerIdentity of(X509Certificate certificate) {
    return new PeerIdentity(
        KeyFingerprint.of(certificate.getPublicKey()),
        isSelfSigned(certificate) ? Set.of() : names(certificate),
        certificate.getSubjectX500Principal().getName());
  }

  /** Whether the key in a certificate has signed it. */
  public static boolean isSelfSigned(X509Certificate certificate) {
    try {
      certificate.verify(certificate.getPublicKey());
      return true;
    } catch (GeneralSecurityException anothers) {
      return false;
    }
  }

  /**
   * The DNS names and IP addresses in a certificate, in lower case, whoever signed it; the first 64
   * of them.
   */
  public static Set<String> names(X509Certificate certificate) {
    Set<String> names = new LinkedHashSet<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          int kind = (Integer) alternative.get(0);
          if ((kind == DNS_NAME || kind == IP_ADDRESS) && names.size() < MOST_NAMES) {
            names.add(alternative.get(1).toString().toLowerCase(Locale.ROOT));
          }
        }
      }
    } catch (CertificateParsingException malformed) {
      return Set.of();
    }
    return names;
  }

  /** Subject and key, for a sentence. */
  public String words() {
    String who = subject.length() > MOST_WORDS ? subject.substring(0, MOST_WORDS) + "..." : subject;
    return "%s (key %s)".formatted(who.isEmpty() ? "a peer without a name" : who, key);
  }
}
