package dev.sealift.cli.identity;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.access.PeerIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The identity of a host that has made it by itself. */
public final class OwnIdentity {
  private static final int DAYS = 3650;

  private OwnIdentity() {}

  /**
   * Makes a private key and a certificate that the host signs itself, valid for ten years; does
   * nothing where both files are there.
   *
   * @param names DNS names and addresses by which peers may reach the host; what is neither is left
   *     out
   * @return whether they were made
   * @throws BadInput if one of the files is there, but not the other, or if they cannot be written
   */
  public static boolean createIfMissing(
      Path keyFile, Path certificateFile, Collection<String> names) throws BadInput, Failure {
    boolean hasKey = Files.exists(keyFile);
    if (hasKey && Files.exists(certificateFile)) {
      return false;
    }
    if (hasKey) {
      throw new BadInput(
          "%s is there, but the certificate over it, %s, is not: restore it, or move the key away to have both made anew."
              .formatted(keyFile, certificateFile));
    }
    List<HostName> valid =
        names.stream().map(HostName::parse).flatMap(Optional::stream).distinct().toList();
    try {
      var maker = new CertificateMaker();
      KeyPair keys = maker.newKey();
      X509Certificate certificate = maker.selfSigned(keys, valid, DAYS);
      IdentityFiles.writeCertificate(certificateFile, certificate);
      IdentityFiles.writeKey(keyFile, keys.getPrivate());
      return true;
    } catch (GeneralSecurityException e) {
      throw new Failure("A certificate cannot be made here: %s.".formatted(Failure.sentence(e)), e);
    }
  }

  /** The fingerprint of the key in a certificate file, as lists of allowed peers have it. */
  public static KeyFingerprint fingerprint(Path certificateFile) throws BadInput {
    return KeyFingerprint.of(IdentityFiles.certificates(certificateFile).getFirst().getPublicKey());
  }

  /** By what names a host is reached, by its certificate. */
  public static Set<String> names(Path certificateFile) throws BadInput {
    return PeerIdentity.names(IdentityFiles.certificates(certificateFile).getFirst());
  }
}
