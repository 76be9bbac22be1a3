package dev.sealift.cli.identity;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.migration.access.AllowList;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.access.HostCredentials;
import dev.sealift.migration.access.PeerTrust;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Who a host is and whom it speaks to, from its files: what a source or a destination needs.
 *
 * @param identity its TLS side: its certificate, and whose it believes
 * @param peers whom it allows, and what
 */
public record HostAccess(SSLContext identity, AllowedPeers peers) {

  /**
   * Reads the files of a host.
   *
   * @param keyFile its private key
   * @param certificateFile its certificate, and perhaps those between it and an authority
   * @param listFile its list of allowed peers; the keys on it are the ones it has pinned
   * @param authoritiesFile the certificates of the authorities that it believes, or null
   * @throws BadInput if a file is missing or not what it should be, if key and certificate do not
   *     belong together, or if the certificate is not valid now; the sentence says which
   */
  public static HostAccess load(
      Path keyFile, Path certificateFile, Path listFile, @Nullable Path authoritiesFile)
      throws BadInput {
    PrivateKey key = IdentityFiles.key(keyFile);
    List<X509Certificate> chain = IdentityFiles.certificates(certificateFile);
    IdentityFiles.checkPair(keyFile, key, certificateFile, chain.getFirst());
    checkTime(certificateFile, chain.getFirst());
    List<X509Certificate> authorities =
        authoritiesFile == null ? List.of() : IdentityFiles.certificates(authoritiesFile);
    AllowedPeers peers = peers(listFile);
    try {
      SSLContext identity =
          new HostCredentials(key, chain).context(new PeerTrust(peers.keys(), authorities));
      return new HostAccess(identity, peers);
    } catch (GeneralSecurityException e) {
      throw unusable(keyFile, certificateFile, e);
    }
  }

  /**
   * The same, with a list that is read anew whenever it has changed. One that cannot be read allows
   * nobody until it can.
   *
   * @param unreadable is told in a sentence, once for each change, when the list cannot be read
   */
  public static HostAccess following(
      Path keyFile,
      Path certificateFile,
      Path listFile,
      @Nullable Path authoritiesFile,
      Consumer<String> unreadable)
      throws BadInput {
    PrivateKey key = IdentityFiles.key(keyFile);
    List<X509Certificate> chain = IdentityFiles.certificates(certificateFile);
    IdentityFiles.checkPair(keyFile, key, certificateFile, chain.getFirst());
    checkTime(certificateFile, chain.getFirst());
    List<X509Certificate> authorities =
        authoritiesFile == null ? List.of() : IdentityFiles.certificates(authoritiesFile);
    peers(listFile);
    AllowedPeers peers =
        AllowedPeers.following(new FollowedList(listFile, HostAccess::peers, unreadable));
    try {
      SSLContext identity =
          new HostCredentials(key, chain).context(PeerTrust.following(peers::keys, authorities));
      return new HostAccess(identity, peers);
    } catch (GeneralSecurityException e) {
      throw unusable(keyFile, certificateFile, e);
    }
  }

  private static BadInput unusable(
      Path keyFile, Path certificateFile, GeneralSecurityException why) {
    return new BadInput(
        "%s and %s cannot be used for TLS: %s."
            .formatted(keyFile, certificateFile, Failure.sentence(why)),
        why);
  }

  private static void checkTime(Path file, X509Certificate certificate) throws BadInput {
    IdentityReport report = IdentityReport.of(file.toString(), certificate);
    if (!report.valid()) {
      throw new BadInput(
          "%s is valid from %s to %s, and this host's clock says %s: have a new one issued, or set the clock."
              .formatted(file, report.validFrom(), report.validUntil(), Instant.now()));
    }
  }

  private static AllowedPeers peers(Path file) throws BadInput {
    try {
      return AllowList.read(file);
    } catch (AllowList.MalformedException malformed) {
      throw new BadInput(malformed.getMessage() + ".", malformed);
    } catch (IOException unreadable) {
      throw new BadInput(
          "%s, the list of allowed peers, cannot be read: %s; make one with sealift identity allow."
              .formatted(file, Failure.sentence(unreadable)),
          unreadable);
    }
  }
}
