package dev.sealift.crypto.cert;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.MissingAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The root that platforms in software chain to, in AMD's place: an ARK and an ASK of the form that
 * AMD uses since Rome (RSA 4096, SHA-384), with key ids that spell out whose they are.
 *
 * <p>The ARK's private key signs twice, itself and the ASK, and is then forgotten. Whoever holds
 * the ASK's can make any number of believable platforms under this root; it says nothing to those
 * who believe in AMD's. On disk a root is two files: {@value #CERTIFICATES_FILE}, ASK and ARK as
 * SEND_START takes them, and {@value #KEY_FILE}, the ASK's private key in PKCS #8, which only its
 * owner may read.
 */
public final class ModelRoot {

  /** ASK and ARK certificates, one behind the other. */
  public static final String CERTIFICATES_FILE = "model-ask-ark.cert";

  /** The ASK's private key. */
  public static final String KEY_FILE = "model-ask.key";

  /** Either file has some 3 KB. */
  private static final int MOST_BYTES = 1 << 14;

  private static final String NAME = "Sealift model root, not AMD's";
  private static final byte[] ARK_KEY_ID = "SEALIFTMODEL ARK".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ASK_KEY_ID = "SEALIFTMODEL ASK".getBytes(StandardCharsets.US_ASCII);

  private final AmdCertificate ark;
  private final AmdCertificate ask;
  private final RSAPrivateKey askKey;

  private ModelRoot(AmdCertificate ark, AmdCertificate ask, RSAPrivateKey askKey) {
    this.ark = ark;
    this.ask = ask;
    this.askKey = askKey;
  }

  /** A fresh root. Takes seconds: two RSA keys are made, side by side on two threads. */
  public static ModelRoot create(SecureRandom random) {
    CompletableFuture<KeyPair> askPair =
        CompletableFuture.supplyAsync(
            () -> generate(random), task -> Thread.ofPlatform().name("model ASK").start(task));
    KeyPair arkPair = generate(random);
    RSAPrivateKey arkKey = (RSAPrivateKey) arkPair.getPrivate();
    AmdCertificate ark =
        AmdCertificate.issue(
            ARK_KEY_ID,
            ARK_KEY_ID,
            SevCertificate.Usage.ARK,
            (RSAPublicKey) arkPair.getPublic(),
            arkKey);
    KeyPair pair = askPair.join();
    AmdCertificate ask =
        AmdCertificate.issue(
            ASK_KEY_ID,
            ARK_KEY_ID,
            SevCertificate.Usage.ASK,
            (RSAPublicKey) pair.getPublic(),
            arkKey);
    return new ModelRoot(ark, ask, (RSAPrivateKey) pair.getPrivate());
  }

  /** The root certificate. */
  public AmdCertificate ark() {
    return ark;
  }

  /** The signing certificate. */
  public AmdCertificate ask() {
    return ask;
  }

  /** ASK and ARK, one behind the other, as SEND_START takes them. */
  public byte[] amdCertificates() {
    byte[] askBytes = ask.bytes();
    byte[] arkBytes = ark.bytes();
    byte[] joined = Arrays.copyOf(askBytes, askBytes.length + arkBytes.length);
    System.arraycopy(arkBytes, 0, joined, askBytes.length, arkBytes.length);
    return joined;
  }

  /** What to believe in to accept platforms under this root. */
  public RootOfTrust root() {
    return root(ark);
  }

  /** What to believe in to accept platforms under the model root with this ARK. */
  public static RootOfTrust root(AmdCertificate ark) {
    return RootOfTrust.of(NAME, ark);
  }

  /** Whether an ARK or ASK has the key id of model roots, whoever's it is. */
  public static boolean isNamedLike(AmdCertificate certificate) {
    return Arrays.equals(certificate.keyId(), ARK_KEY_ID)
        || Arrays.equals(certificate.keyId(), ASK_KEY_ID);
  }

  /** The CEK certificate with this root's signature, as AMD's key server would give it. */
  public SevCertificate sign(SevCertificate cek) {
    return CertificateSigner.signCek(cek, askKey);
  }

  /**
   * Writes the root to a directory, which is made if need be.
   *
   * @throws IOException if that fails; a root that was there before may then be unusable
   */
  public void save(Path directory) throws IOException {
    Files.createDirectories(directory);
    byte[] key = askKey.getEncoded();
    try {
      replace(directory.resolve(KEY_FILE), key, "rw-------");
    } finally {
      Arrays.fill(key, (byte) 0);
    }
    replace(directory.resolve(CERTIFICATES_FILE), amdCertificates(), "rw-r--r--");
  }

  /**
   * Reads a root from a directory and checks that its parts belong together.
   *
   * @throws IOException if a file is missing or not what it should be; the message says which
   */
  public static ModelRoot load(Path directory) throws IOException {
    Path certificatesFile = directory.resolve(CERTIFICATES_FILE);
    Path keyFile = directory.resolve(KEY_FILE);
    List<AmdCertificate> askThenArk;
    try {
      askThenArk = AmdCertificate.parseChain(read(certificatesFile));
    } catch (MalformedCertificateException e) {
      throw new IOException(certificatesFile + " is damaged: " + e.getMessage(), e);
    }
    AmdCertificate ask = askThenArk.get(0);
    AmdCertificate ark = askThenArk.get(1);
    if (CertificateChecks.verifyArk(ark, RootOfTrust.of(ark)) != FirmwareStatus.SUCCESS
        || CertificateChecks.verifyAsk(ask, ark) != FirmwareStatus.SUCCESS
        || !Arrays.equals(ark.keyId(), ARK_KEY_ID)) {
      throw new IOException(certificatesFile + " does not hold the certificates of a model root");
    }
    RSAPrivateKey key = readKey(keyFile);
    try {
      if (!key.getModulus().equals(ask.publicKey().getModulus())) {
        throw new IOException(keyFile + " is not the key of the ASK in " + certificatesFile);
      }
    } catch (MalformedCertificateException e) {
      throw new IOException(certificatesFile + " is damaged: " + e.getMessage(), e);
    }
    return new ModelRoot(ark, ask, key);
  }

  private static RSAPrivateKey readKey(Path file) throws IOException {
    byte[] encoded = read(file);
    try {
      return (RSAPrivateKey)
          KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " does not hold an RSA key in PKCS #8", e);
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
  }

  private static byte[] read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        Arrays.fill(bytes, (byte) 0);
        throw new IOException(file + " is too long for a file of a model root");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new IOException("there is no model root here: " + file + " is missing", e);
    }
  }

  /** Puts a file in place whole or not at all, with its permissions from the first byte on. */
  private static void replace(Path file, byte[] content, String permissions) throws IOException {
    Path fresh =
        Files.createTempFile(
            file.getParent(),
            file.getFileName().toString(),
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
    try {
      Files.write(fresh, content);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static KeyPair generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(new RSAKeyGenParameterSpec(4096, RSAKeyGenParameterSpec.F4), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }
}
