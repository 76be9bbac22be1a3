package dev.sealift.cli.cert;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.cli.OutputFile;
import dev.sealift.crypto.P384;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.jspecify.annotations.Nullable;

/**
 * A private key on P-384 in a file: PEM, as {@code openssl} writes it.
 *
 * <p>Read are PKCS #8 ({@code PRIVATE KEY}) and SEC 1 ({@code EC PRIVATE KEY}, with or without
 * {@code EC PARAMETERS} before it); written is PKCS #8, for its owner's eyes only.
 */
public final class OwnerKeyFile {
  private static final String WHAT = "a private key in PEM";
  private static final int MOST_BYTES = 16 * 1024;
  private static final int LINE = 64;

  private OwnerKeyFile() {}

  /**
   * The key in a file.
   *
   * @throws BadInput if the file cannot be read, or holds anything but one private key on P-384
   *     that no password protects
   */
  public static ECPrivateKey read(Path file) throws BadInput {
    byte[] content = InputFile.read(file, WHAT, MOST_BYTES);
    try {
      return key(file, firstKey(file, content));
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /**
   * Writes a key into a new file that only its owner may read.
   *
   * @throws BadInput if something of this name exists, or if it cannot be written
   */
  public static void write(Path file, ECPrivateKey key) throws BadInput {
    byte[] encoded = key.getEncoded();
    byte[] text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encode(encoded);
    byte[] head = "-----BEGIN PRIVATE KEY-----\n".getBytes(US_ASCII);
    byte[] foot = "\n-----END PRIVATE KEY-----\n".getBytes(US_ASCII);
    byte[] pem = Arrays.copyOf(head, head.length + text.length + foot.length);
    System.arraycopy(text, 0, pem, head.length, text.length);
    System.arraycopy(foot, 0, pem, head.length + text.length, foot.length);
    try {
      OutputFile.writeSecret(file, pem);
    } finally {
      Arrays.fill(encoded, (byte) 0);
      Arrays.fill(text, (byte) 0);
      Arrays.fill(pem, (byte) 0);
    }
  }

  /** The first thing in the file that is a key, or looks like one and is refused. */
  private static PrivateKeyInfo firstKey(Path file, byte[] content) throws BadInput {
    try (PEMParser pem =
        new PEMParser(new InputStreamReader(new ByteArrayInputStream(content), ISO_8859_1))) {
      @Nullable Object part;
      while ((part = pem.readObject()) != null) {
        switch (part) {
          case PrivateKeyInfo key -> {
            return key;
          }
          case PEMKeyPair pair -> {
            return pair.getPrivateKeyInfo();
          }
          case PKCS8EncryptedPrivateKeyInfo _, PEMEncryptedKeyPair _ ->
              throw new BadInput(
                  file
                      + " holds a private key behind a password; take the password off with openssl"
                      + " pkey -in FILE -out NEWFILE, and name the new file.");
          case SubjectPublicKeyInfo _ ->
              throw new BadInput(file + " holds a public key; name the file with the private key.");
          case X509CertificateHolder _ ->
              throw new BadInput(
                  file + " holds an X.509 certificate; name the file with the private key.");
          default -> {
            // The curve before the key, as openssl ecparam writes it: the key names it again.
          }
        }
      }
    } catch (IOException | RuntimeException damaged) {
      throw damaged(file, damaged);
    }
    throw new BadInput(
        file
            + " holds no private key in PEM, which starts with -----BEGIN PRIVATE KEY----- or"
            + " -----BEGIN EC PRIVATE KEY-----.");
  }

  private static ECPrivateKey key(Path file, PrivateKeyInfo key) throws BadInput {
    if (!key.getPrivateKeyAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      throw new BadInput(
          file + " holds a key that is not of an elliptic curve; SEV's owners have keys on P-384.");
    }
    @Nullable ASN1Encodable curve = key.getPrivateKeyAlgorithm().getParameters();
    if (curve == null) {
      throw new BadInput(
          file
              + " holds a key that does not name its curve; write it anew with openssl pkey -in FILE"
              + " -out NEWFILE.");
    }
    if (!SECObjectIdentifiers.secp384r1.equals(curve)) {
      throw new BadInput(
          file
              + " holds a key on another curve than P-384 (secp384r1); make one with openssl ecparam"
              + " -name secp384r1 -genkey -noout -out NEWFILE.");
    }
    try {
      return P384.privateKey(
          org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(key.parsePrivateKey()).getKey());
    } catch (IOException | RuntimeException | InvalidKeySpecException damaged) {
      throw damaged(file, damaged);
    }
  }

  /** The parser's own words repeat what it read, and some of its failures have none. */
  private static BadInput damaged(Path file, Exception damage) {
    return new BadInput(
        file + " holds a damaged private key; take it from a copy, or make a new one.", damage);
  }
}
