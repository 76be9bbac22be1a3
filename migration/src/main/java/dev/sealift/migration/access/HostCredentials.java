package dev.sealift.migration.access;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * What a host proves with who it is: a private key, and the certificate over it.
 *
 * @param key its key
 * @param chain its certificate, then those of the authorities between it and the one that its peers
 *     name
 */
public record HostCredentials(PrivateKey key, List<X509Certificate> chain) {
  private static final char[] NO_PASSWORD = {};

  /**
   * @throws IllegalArgumentException if there is no certificate
   */
  public HostCredentials {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("a host's credentials hold a certificate");
    }
  }

  /** Who this host is to its peers. */
  public PeerIdentity identity() {
    return PeerIdentity.of(chain.getFirst());
  }

  /**
   * The TLS side of this host.
   *
   * @param trust whom it believes
   * @throws GeneralSecurityException if key and certificate cannot be used
   */
  public SSLContext context(PeerTrust trust) throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, NO_PASSWORD);
    } catch (IOException impossible) {
      throw new GeneralSecurityException("a new key store cannot be made", impossible);
    }
    store.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, NO_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), new TrustManager[] {trust}, null);
    return context;
  }

  /** Says whose they are and nothing of the key. */
  @Override
  public String toString() {
    return "HostCredentials[" + identity().words() + "]";
  }
}
