package dev.sealift.cli.identity;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.InputFile;
import dev.sealift.cli.OutputFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/** Keys, certificates and requests in PEM files, as openssl reads and writes them. */
final class IdentityFiles {
  static final String KEY = "PRIVATE KEY";
  static final String CERTIFICATE = "CERTIFICATE";
  static final String REQUEST = "CERTIFICATE REQUEST";
  static final String PUBLIC_KEY = "PUBLIC KEY";

  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_CERTIFICATES = 256;
  private static final int LEAST_RSA_BITS = 2048;
  private static final byte[] PROOF = {1, 2, 3};

  private IdentityFiles() {}

  /**
   * The private key in a file.
   *
   * @throws BadInput if there is not one of PKCS #8 without a password, on an elliptic curve or RSA
   */
  static PrivateKey key(Path file) throws BadInput {
    List<Pem> parts = parts(file, "a private key in PEM");
    try {
      for (Pem part : parts) {
        if (part.label().equals(KEY)) {
          return key(file, part.der());
        }
      }
    } finally {
      parts.forEach(part -> Arrays.fill(part.der(), (byte) 0));
    }
    boolean locked = parts.stream().anyMatch(part -> part.label().startsWith("ENCRYPTED"));
    throw new BadInput(
        locked
            ? file
                + " holds a private key behind a password; take the password off with openssl pkey"
                + " -in FILE -out NEWFILE, and name the new file."
            : file
                + " holds no private key that starts with -----BEGIN PRIVATE KEY-----; write it anew"
                + " with openssl pkey -in FILE -out NEWFILE, or make one with sealift identity"
                + " create.");
  }

  private static PrivateKey key(Path file, byte[] der) throws BadInput {
    for (String algorithm : List.of("EC", "RSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException other) {
        // Perhaps it is of the next kind.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java platform has " + algorithm, e);
      }
    }
    throw new BadInput(
        file
            + " holds a private key that is neither on an elliptic curve nor RSA, or a damaged one;"
            + " make one with sealift identity create.");
  }

  /**
   * All certificates in a file, at least one.
   *
   * @throws BadInput if there is none or a damaged one
   */
  static List<X509Certificate> certificates(Path file) throws BadInput {
    List<X509Certificate> found = new ArrayList<>();
    for (Pem part : parts(file, "certificates in PEM")) {
      if (part.label().equals(CERTIFICATE)) {
        found.add(certificate(file, part.der()));
      }
    }
    if (found.isEmpty() || found.size() > MOST_CERTIFICATES) {
      throw new BadInput(
          "%s holds %d certificates, and 1 to %d can be used; a certificate starts with -----BEGIN CERTIFICATE-----."
              .formatted(file, found.size(), MOST_CERTIFICATES));
    }
    return found;
  }

  private static X509Certificate certificate(Path file, byte[] der) throws BadInput {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException damaged) {
      throw new BadInput(
          "%s holds a damaged certificate: %s.".formatted(file, Failure.sentence(damaged)),
          damaged);
    }
  }

  /**
   * The public key of whatever is first in a file: a certificate, a request, or the key itself.
   *
   * @throws BadInput if there is none of them
   */
  static PublicKey publicKey(Path file) throws BadInput {
    for (Pem part : parts(file, "a certificate in PEM")) {
      switch (part.label()) {
        case CERTIFICATE -> {
          return certificate(file, part.der()).getPublicKey();
        }
        case REQUEST -> {
          return publicKey(file, request(file, part.der()));
        }
        case PUBLIC_KEY -> {
          return publicKey(file, part.der());
        }
        default -> {
          // A private key, say, beside the certificate.
        }
      }
    }
    throw new BadInput(
        file + " holds neither a certificate nor a request nor a public key in PEM.");
  }

  /** The key that a request asks to have certified. */
  static PublicKey publicKey(Path file, PKCS10CertificationRequest request) throws BadInput {
    try {
      return publicKey(file, request.getSubjectPublicKeyInfo().getEncoded());
    } catch (IOException damaged) {
      throw new BadInput(file + " holds a damaged request: its key cannot be read.", damaged);
    }
  }

  private static PublicKey publicKey(Path file, byte[] der) throws BadInput {
    for (String algorithm : List.of("EC", "RSA")) {
      try {
        PublicKey key =
            KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
        if (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < LEAST_RSA_BITS) {
          throw new BadInput(
              "%s holds an RSA key of %d bits, and %d are the least; make one on P-256."
                  .formatted(file, rsa.getModulus().bitLength(), LEAST_RSA_BITS));
        }
        return key;
      } catch (InvalidKeySpecException other) {
        // Perhaps it is of the next kind.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java platform has " + algorithm, e);
      }
    }
    throw new BadInput(
        file
            + " holds a public key that is neither on an elliptic curve nor RSA, or a damaged one.");
  }

  /**
   * The request for a certificate in a file.
   *
   * @throws BadInput if there is none or a damaged one
   */
  static PKCS10CertificationRequest request(Path file) throws BadInput {
    for (Pem part : parts(file, "a request for a certificate in PEM")) {
      if (part.label().equals(REQUEST) || part.label().equals("NEW " + REQUEST)) {
        return request(file, part.der());
      }
    }
    throw new BadInput(
        file + " holds no request, which starts with -----BEGIN CERTIFICATE REQUEST-----.");
  }

  private static PKCS10CertificationRequest request(Path file, byte[] der) throws BadInput {
    try {
      return new PKCS10CertificationRequest(der);
    } catch (IOException | RuntimeException damaged) {
      throw new BadInput(
          "%s holds a damaged request: %s.".formatted(file, Failure.sentence(damaged)), damaged);
    }
  }

  /** What is in a file, in order. */
  static List<Pem> parts(Path file, String what) throws BadInput {
    byte[] content = InputFile.read(file, what, MOST_BYTES);
    try {
      return Pem.parse(content);
    } catch (IllegalArgumentException damaged) {
      throw new BadInput("%s is damaged: %s.".formatted(file, damaged.getMessage()), damaged);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /**
   * Refuses a key and a certificate of two different hosts.
   *
   * @throws BadInput if what the key signs does not verify under the certificate
   */
  static void checkPair(Path keyFile, PrivateKey key, Path file, X509Certificate certificate)
      throws BadInput {
    try {
      String algorithm = key instanceof ECKey ? "SHA256withECDSA" : "SHA256withRSA";
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(PROOF);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(PROOF);
      if (signature.verify(signed)) {
        return;
      }
    } catch (GeneralSecurityException anothers) {
      // A key of another kind is another's key.
    }
    throw new BadInput(
        "%s is not the private key of the first certificate in %s; name the two that belong together."
            .formatted(keyFile, file));
  }

  /** Writes a private key into a new file that only its owner may read. */
  static void writeKey(Path file, PrivateKey key) throws BadInput {
    byte[] der = key.getEncoded();
    byte[] text = new Pem(KEY, der).text();
    try {
      OutputFile.writeSecret(file, text);
    } finally {
      Arrays.fill(der, (byte) 0);
      Arrays.fill(text, (byte) 0);
    }
  }

  /** Writes a certificate into a new file. */
  static void writeCertificate(Path file, X509Certificate certificate)
      throws BadInput, GeneralSecurityException {
    OutputFile.write(file, new Pem(CERTIFICATE, certificate.getEncoded()).text());
  }

  /** Writes a request into a new file. */
  static void writeRequest(Path file, byte[] request) throws BadInput {
    OutputFile.write(file, new Pem(REQUEST, request).text());
  }
}
