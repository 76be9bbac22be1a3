package dev.sealift.migration.access;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whose TLS certificates a host believes: those over a pinned key, whoever signed them, and those
 * that an authority of the operator has issued, through whatever authorities between.
 *
 * <p>Either kind must be valid now by this host's clock, must be for the end of the connection that
 * shows it (extended key usage, where there is one), and a destination's must be for the name or
 * address that the source asked for. There are no lists of revoked certificates: who is no longer
 * to be let in is taken off the list of allowed peers. Source: RFC 5280, sections 4.2.1 and 6; RFC
 * 9525.
 */
public final class PeerTrust extends X509ExtendedTrustManager {
  private final Supplier<Set<KeyFingerprint>> pinned;
  private final List<X509Certificate> authorities;
  private final InstantSource clock;

  /**
   * Trust in some peers.
   *
   * @param pinned the keys of peers that prove themselves by their key
   * @param authorities the certificates of authorities whose peers are believed
   */
  public PeerTrust(Set<KeyFingerprint> pinned, List<X509Certificate> authorities) {
    this(pinned, authorities, InstantSource.system());
  }

  PeerTrust(Set<KeyFingerprint> pinned, List<X509Certificate> authorities, InstantSource clock) {
    this(supplying(Set.copyOf(pinned)), authorities, clock);
  }

  private PeerTrust(
      Supplier<Set<KeyFingerprint>> pinned,
      List<X509Certificate> authorities,
      InstantSource clock) {
    this.pinned = pinned;
    this.authorities = List.copyOf(authorities);
    this.clock = clock;
  }

  private static Supplier<Set<KeyFingerprint>> supplying(Set<KeyFingerprint> pinned) {
    return () -> pinned;
  }

  /**
   * Trust in some peers of a list that may change meanwhile.
   *
   * @param pinned asked in every handshake; answers soon, on any thread
   */
  public static PeerTrust following(
      Supplier<Set<KeyFingerprint>> pinned, List<X509Certificate> authorities) {
    return new PeerTrust(pinned, authorities, InstantSource.system());
  }

  private interface PathCheck {
    void by(X509ExtendedTrustManager manager, X509Certificate[] chain) throws CertificateException;
  }

  /** Which end of a connection shows a certificate, and the object identifier of that use. */
  private enum End {
    DESTINATION("a destination (serverAuth)", "1.3.6.1.5.5.7.3.1"),
    SOURCE("a source (clientAuth)", "1.3.6.1.5.5.7.3.2");

    private static final String ANY = "2.5.29.37.0";

    private final String words;
    private final String usage;

    End(String words, String usage) {
      this.words = words;
      this.usage = usage;
    }

    void check(X509Certificate own) throws CertificateException {
      List<String> usages = own.getExtendedKeyUsage();
      if (usages != null && !usages.contains(usage) && !usages.contains(ANY)) {
        throw unfit(own, "its extended key usage does not let it be " + words);
      }
    }
  }

  private void check(End end, X509Certificate @Nullable [] shown, PathCheck path)
      throws CertificateException {
    if (shown == null || shown.length == 0) {
      throw new CertificateException("the peer shows no certificate");
    }
    X509Certificate own = shown[0];
    boolean isPinned = pinned.get().contains(KeyFingerprint.of(own.getPublicKey()));
    // Of a pinned peer nothing but its own certificate counts.
    X509Certificate[] chain = isPinned ? new X509Certificate[] {own} : shown;
    for (X509Certificate certificate : chain) {
      checkTime(certificate);
    }
    List<X509Certificate> anchors = isPinned ? List.of(own) : authorities;
    if (anchors.isEmpty()) {
      throw stranger(own, "its key is not pinned here, and no authority is named");
    }
    try {
      path.by(managerOf(anchors), chain);
    } catch (CertificateException refused) {
      throw isPinned || !isPathFault(refused)
          ? unfit(own, String.valueOf(refused.getMessage()))
          : stranger(own, "its key is not pinned here, and no authority named here has issued it");
    }
    end.check(own);
  }

  /** Whether the fault is that of the path to an authority, not of a name or a usage. */
  private static boolean isPathFault(CertificateException refused) {
    return refused.getCause() instanceof GeneralSecurityException;
  }

  private void checkTime(X509Certificate certificate) throws CertificateException {
    Instant now = clock.instant();
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (now.isBefore(from)) {
      throw refused(
          "the certificate of %s is not valid before %s, and this host's clock says %s: if the clock is wrong, set it; if it is right, wait, or have one issued that is valid now"
              .formatted(words(certificate), from, now.truncatedTo(ChronoUnit.SECONDS)),
          BasicReason.NOT_YET_VALID);
    }
    if (now.isAfter(until)) {
      throw refused(
          "the certificate of %s has expired: it was valid until %s, and this host's clock says %s; if the clock is right, have a new one issued over the same key"
              .formatted(words(certificate), until, now.truncatedTo(ChronoUnit.SECONDS)),
          BasicReason.EXPIRED);
    }
  }

  /** TLS makes its alert to the peer from the reason. */
  private static CertificateException refused(String sentence, BasicReason reason) {
    return new CertificateException(
        sentence,
        new CertPathValidatorException(sentence, null, (@Nullable CertPath) null, -1, reason));
  }

  private static CertificateException unfit(X509Certificate own, String why) {
    return new CertificateException(
        "the certificate of %s is not for this use: %s; have one issued that is"
            .formatted(words(own), why));
  }

  private static CertificateException stranger(X509Certificate own, String why) {
    return new CertificateException(
        "the certificate of %s is not believed: %s; if that peer is to be trusted, put its key on the list of allowed peers, or name its authority"
            .formatted(words(own), why));
  }

  private static String words(X509Certificate certificate) {
    return PeerIdentity.of(certificate).words();
  }

  private static X509ExtendedTrustManager managerOf(List<X509Certificate> anchors)
      throws CertificateException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < anchors.size(); i++) {
        store.setCertificateEntry(Integer.toString(i), anchors.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | IOException e) {
      throw new CertificateException("the anchors of trust cannot be used", e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(End.SOURCE, chain, (manager, path) -> manager.checkClientTrusted(path, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(
        End.DESTINATION,
        chain,
        (manager, path) -> manager.checkServerTrusted(path, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(End.SOURCE, chain, (manager, path) -> manager.checkClientTrusted(path, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(
        End.DESTINATION,
        chain,
        (manager, path) -> manager.checkServerTrusted(path, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(End.SOURCE, chain, (manager, path) -> manager.checkClientTrusted(path, authType));
  }

  /** Without a connection there is no name that was asked for. */
  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(End.DESTINATION, chain, (manager, path) -> manager.checkServerTrusted(path, authType));
  }

  /**
   * None: a peer that is told which authorities count would keep a certificate to itself that it
   * signed itself, and its key may be pinned.
   */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
