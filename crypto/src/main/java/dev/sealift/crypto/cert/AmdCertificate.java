package dev.sealift.crypto.cert;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.crypto.MissingAlgorithm;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * AMD's root certificate (ARK) or SEV signing certificate (ASK): 832 bytes for an RSA key of 2048
 * bits, 1600 for 4096, kept as they came.
 *
 * <pre>
 *   offset  0         4        14               24      28   38              3C             40
 *          +---------+--------+----------------+-------+----+---------------+--------------+
 *          | version | key id | certifying id  | usage | 0  | exponent bits | modulus bits |
 *          +---------+--------+----------------+-------+----+---------------+--------------+
 *          40: exponent, modulus, signature; little-endian, each as long as the modulus
 * </pre>
 *
 * <p>The signature covers everything before it. Reading checks lengths and key sizes; the rest is
 * judged in {@link CertificateChecks}. Immutable. Source: AMD publication 55766, AMD root
 * certificate format.
 */
public final class AmdCertificate implements Certificate {

  /** Bytes of a key id. */
  public static final int KEY_ID_SIZE = 16;

  static final int VERSION_1 = 1;

  private static final StructLayout.Builder STRUCT = StructLayout.packed("amd_cert");
  private static final Field.U32 VERSION = STRUCT.u32("version");
  private static final Field.Bytes KEY_ID = STRUCT.bytes("key_id", KEY_ID_SIZE);
  private static final Field.Bytes CERTIFYING_ID = STRUCT.bytes("certifying_id", KEY_ID_SIZE);
  private static final Field.U32 USAGE = STRUCT.u32("key_usage");
  private static final Field.U32 EXPONENT_BITS = STRUCT.reserved(16).u32("pub_exp_size");
  private static final Field.U32 MODULUS_BITS = STRUCT.u32("modulus_size");

  /** The fixed part, 64 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(64);

  static final FaultyBytes VERSION_BYTES = bytesOf(VERSION, "version");
  static final FaultyBytes USAGE_BYTES = bytesOf(USAGE, "usage");
  static final FaultyBytes CERTIFYING_ID_BYTES = bytesOf(CERTIFYING_ID, "certifying id");

  private final byte[] bytes;
  private final MemorySegment struct;

  /** Takes the array over. */
  private AmdCertificate(byte[] bytes) {
    this.bytes = bytes;
    this.struct = MemorySegment.ofArray(bytes);
  }

  /**
   * Reads a certificate that fills the array.
   *
   * @throws MalformedCertificateException if the length is not what its key sizes ask for, or the
   *     key sizes are not both 2048 or both 4096 bits
   */
  public static AmdCertificate parse(byte[] bytes) throws MalformedCertificateException {
    int size = sizeOf(bytes);
    int keyBytes = keyBytes(size);
    if (bytes.length == size - keyBytes) {
      throw withoutSignature(size);
    }
    if (bytes.length != size) {
      throw new MalformedCertificateException(
          "an AMD certificate for a key of %d bits has %d bytes, not %d"
              .formatted(keyBytes * Byte.SIZE, size, bytes.length));
    }
    return new AmdCertificate(bytes.clone());
  }

  /**
   * Reads an ASK and the ARK behind it, in this order, as SEND_START takes them.
   *
   * @return two certificates
   * @throws MalformedCertificateException if the array does not hold exactly two certificates
   */
  public static List<AmdCertificate> parseChain(byte[] askThenArk)
      throws MalformedCertificateException {
    int askSize = sizeOf(askThenArk);
    if (askThenArk.length < askSize) {
      throw new MalformedCertificateException("the ASK is cut short, and no ARK follows it");
    }
    return List.of(
        parse(Arrays.copyOf(askThenArk, askSize)),
        parse(Arrays.copyOfRange(askThenArk, askSize, askThenArk.length)));
  }

  /** Issues a certificate for a key, signed by another key or by itself. */
  static AmdCertificate issue(
      byte[] keyId,
      byte[] certifyingId,
      SevCertificate.Usage usage,
      RSAPublicKey key,
      RSAPrivateKey signer) {
    int bits = key.getModulus().bitLength();
    int keyBytes = bits / Byte.SIZE;
    byte[] bytes = new byte[LAYOUT.size() + 3 * keyBytes];
    AmdCertificate certificate = new AmdCertificate(bytes);
    VERSION.set(certificate.struct, VERSION_1);
    KEY_ID.set(certificate.struct, keyId);
    CERTIFYING_ID.set(certificate.struct, certifyingId);
    USAGE.set(certificate.struct, usage.value());
    EXPONENT_BITS.set(certificate.struct, bits);
    MODULUS_BITS.set(certificate.struct, bits);
    byte[] exponent = LittleEndian.write(key.getPublicExponent(), keyBytes);
    byte[] modulus = LittleEndian.write(key.getModulus(), keyBytes);
    System.arraycopy(exponent, 0, bytes, LAYOUT.size(), keyBytes);
    System.arraycopy(modulus, 0, bytes, LAYOUT.size() + keyBytes, keyBytes);
    byte[] signature =
        PssSignature.sign(
            signer,
            PssSignature.hashFor(signer.getModulus().bitLength()),
            certificate.signedBytes());
    System.arraycopy(signature, 0, bytes, LAYOUT.size() + 2 * keyBytes, keyBytes);
    return certificate;
  }

  @Override
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public int version() {
    return VERSION.get(struct);
  }

  /** Names the key: 16 bytes. */
  public byte[] keyId() {
    return KEY_ID.get(struct);
  }

  /** The key's id in hexadecimal; one that spells words, which AMD's do not, in these words. */
  @Override
  public String keyName() {
    return name(keyId());
  }

  /** The id of the key that signed, as {@link #keyName} has it. */
  public String certifyingKeyName() {
    return name(certifyingId());
  }

  private static String name(byte[] id) {
    for (byte character : id) {
      if (character < ' ' || character > '~') {
        return HexFormat.of().formatHex(id);
      }
    }
    return new String(id, StandardCharsets.US_ASCII);
  }

  /** Names the key that signed: 16 bytes, the key's own id for an ARK. */
  public byte[] certifyingId() {
    return CERTIFYING_ID.get(struct);
  }

  @Override
  public int usage() {
    return USAGE.get(struct);
  }

  /** 2048 or 4096. */
  public int modulusBits() {
    return MODULUS_BITS.get(struct);
  }

  /**
   * The key.
   *
   * @throws MalformedCertificateException if the numbers make no usable RSA key
   */
  public RSAPublicKey publicKey() throws MalformedCertificateException {
    int keyBytes = keyBytes(bytes.length);
    int modulusAt = LAYOUT.size() + keyBytes;
    byte[] exponent = Arrays.copyOfRange(bytes, LAYOUT.size(), modulusAt);
    byte[] modulus = Arrays.copyOfRange(bytes, modulusAt, modulusAt + keyBytes);
    try {
      return (RSAPublicKey)
          KeyFactory.getInstance("RSA")
              .generatePublic(
                  new RSAPublicKeySpec(LittleEndian.read(modulus), LittleEndian.read(exponent)));
    } catch (InvalidKeySpecException e) {
      throw new MalformedCertificateException("the RSA key is not usable: " + e.getMessage());
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /** Everything that the signature covers. */
  public byte[] signedBytes() {
    return Arrays.copyOf(bytes, bytes.length - keyBytes(bytes.length));
  }

  /** The signature, little-endian. */
  public byte[] signature() {
    return Arrays.copyOfRange(bytes, bytes.length - keyBytes(bytes.length), bytes.length);
  }

  /** Exponent and modulus. */
  FaultyBytes keyBytes() {
    return FaultyBytes.signed(LAYOUT.size(), 2 * keyBytes(bytes.length), "public key");
  }

  FaultyBytes signedPart() {
    return FaultyBytes.signed(0, bytes.length - keyBytes(bytes.length), "signed part");
  }

  FaultyBytes signatureBytes() {
    int size = keyBytes(bytes.length);
    return FaultyBytes.signed(bytes.length - size, size, "signature");
  }

  private static FaultyBytes bytesOf(Field field, String part) {
    return FaultyBytes.signed(field.offset(), field.size(), part);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AmdCertificate certificate && Arrays.equals(bytes, certificate.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Usage, key id and size. */
  @Override
  public String toString() {
    return "%s certificate %s, RSA %d"
        .formatted(
            SevCertificate.Usage.describe(usage()),
            HexFormat.of().formatHex(keyId()),
            modulusBits());
  }

  /** The length that the header at the start of the array asks for. */
  static int sizeOf(byte[] bytes) throws MalformedCertificateException {
    if (bytes.length < LAYOUT.size()) {
      throw new MalformedCertificateException(
          "an AMD certificate starts with 64 bytes of header; there are " + bytes.length);
    }
    MemorySegment header = MemorySegment.ofArray(bytes);
    if (!hasKeySizes(bytes)) {
      throw new MalformedCertificateException(
          "an AMD certificate's exponent and modulus have 2048 or 4096 bits each, not %d and %d"
              .formatted(EXPONENT_BITS.getUnsigned(header), MODULUS_BITS.getUnsigned(header)));
    }
    return LAYOUT.size() + 3 * MODULUS_BITS.get(header) / Byte.SIZE;
  }

  /** Whether the header at the start of the array asks for a length that there is. */
  static boolean hasKeySizes(byte[] bytes) {
    MemorySegment header = MemorySegment.ofArray(bytes);
    int bits = MODULUS_BITS.get(header);
    return EXPONENT_BITS.get(header) == bits && (bits == 2048 || bits == 4096);
  }

  /** The reason to refuse a certificate that lacks its signature, and would have this size. */
  static MalformedCertificateException withoutSignature(int size) {
    return new MalformedCertificateException(
        "the certificate ends before its signature (%d bytes instead of %d): AMD first published"
                .formatted(unsignedSize(size), size)
            + " the Naples ARK so; get the signed one");
  }

  /** Bytes of a certificate of this size before its signature. */
  static int unsignedSize(int size) {
    return size - keyBytes(size);
  }

  private static int keyBytes(int size) {
    return (size - LAYOUT.size()) / 3;
  }
}
