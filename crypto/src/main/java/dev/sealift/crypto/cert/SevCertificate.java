package dev.sealift.crypto.cert;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.MissingAlgorithm;
import dev.sealift.crypto.P384;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A SEV certificate, version 1: 2084 bytes, kept as they came.
 *
 * <pre>
 *   offset  0        4           6        8       C            10           414     61C      824
 *          +---------+-----------+--------+-------+------------+------------+-------+--------+
 *          | version | API major | 0      | usage | algorithm  | public key | sig 1 | sig 2  |
 *          |         | and minor |        |       |            | 1028 bytes | 520   | 520    |
 *          +---------+-----------+--------+-------+------------+------------+-------+--------+
 *          {@literal |<------------------- signed: the body, 1044 bytes ------------->|}
 *
 *   public key:  0 curve u32 (2: P-384), 4 x[72], 4C y[72], 94 zeros; little-endian
 * </pre>
 *
 * <p>Reading checks the length only: what a certificate claims is judged in {@link
 * CertificateChecks}, and bytes without a meaning are signed too, so they are kept. Immutable.
 * Source: AMD publication 55766, SEV certificate format.
 */
public final class SevCertificate implements Certificate {

  /** Bytes of a certificate. */
  public static final int SIZE = SevLimits.CERTIFICATE;

  /** Bytes that a signature covers. */
  public static final int BODY = 1044;

  /** Bytes of a signature, padding included. */
  public static final int SIGNATURE_SIZE = SignatureSlot.SIGNATURE_SIZE;

  /** How many signatures a certificate has room for. */
  public static final int SLOTS = 2;

  static final int VERSION_1 = 1;
  private static final int CURVE_P384 = 2;
  private static final int COORDINATE_SIZE = 72;

  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_cert");
  private static final Field.U32 VERSION = STRUCT.u32("version");
  private static final Field.U8 API_MAJOR = STRUCT.u8("api_major");
  private static final Field.U8 API_MINOR = STRUCT.u8("api_minor");
  private static final Field.U32 USAGE = STRUCT.reserved(2).u32("pubkey_usage");
  private static final Field.U32 ALGORITHM = STRUCT.u32("pubkey_algo");
  private static final Field.U32 CURVE = STRUCT.u32("curve");
  private static final Field.Bytes X = STRUCT.bytes("qx", COORDINATE_SIZE);
  private static final Field.Bytes Y = STRUCT.bytes("qy", COORDINATE_SIZE);
  private static final Field.U32[] SLOT_USAGE = new Field.U32[SLOTS];
  private static final Field.U32[] SLOT_ALGORITHM = new Field.U32[SLOTS];
  private static final Field.Bytes[] SLOT_SIGNATURE = new Field.Bytes[SLOTS];

  static {
    STRUCT.reserved(BODY - Y.offset() - Y.size());
    for (int slot = 0; slot < SLOTS; slot++) {
      SLOT_USAGE[slot] = STRUCT.u32("sig" + (slot + 1) + "_usage");
      SLOT_ALGORITHM[slot] = STRUCT.u32("sig" + (slot + 1) + "_algo");
      SLOT_SIGNATURE[slot] = STRUCT.bytes("sig" + (slot + 1), SIGNATURE_SIZE);
    }
  }

  /** 2084 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(SIZE);

  static final FaultyBytes VERSION_BYTES = bytesOf(VERSION, "version");
  static final FaultyBytes USAGE_BYTES = bytesOf(USAGE, "usage");
  static final FaultyBytes ALGORITHM_BYTES = bytesOf(ALGORITHM, "algorithm");

  /** Curve and point. */
  static final FaultyBytes KEY_BYTES =
      FaultyBytes.signed(CURVE.offset(), Y.offset() + Y.size() - CURVE.offset(), "public key");

  /** What a key is for. */
  public enum Usage {
    /** AMD root key. */
    ARK(0x0000),
    /** AMD SEV signing key. */
    ASK(0x0013),
    /** No key: marks an empty signature slot. */
    NONE(0x1000),
    /** Owner certificate authority. */
    OCA(0x1001),
    /** Platform endorsement key. */
    PEK(0x1002),
    /** Platform Diffie-Hellman key. */
    PDH(0x1003),
    /** Chip endorsement key. */
    CEK(0x1004);

    private final int value;

    Usage(int value) {
      this.value = value;
    }

    /** The number in certificates. */
    public int value() {
      return value;
    }

    /** The usage with this number, or null where the number is not known. */
    public static @Nullable Usage of(int value) {
      return Arrays.stream(values()).filter(usage -> usage.value == value).findFirst().orElse(null);
    }

    /** A number in words, known or not. */
    public static String describe(int value) {
      Usage usage = of(value);
      return usage == null ? "unknown usage 0x" + Integer.toHexString(value) : usage.name();
    }
  }

  /** What a key computes, or how a signature was made. */
  public enum Algorithm {
    /** None: marks an empty signature slot. */
    NONE(0x000),
    RSA_SHA256(0x001),
    ECDSA_SHA256(0x002),
    ECDH_SHA256(0x003),
    RSA_SHA384(0x101),
    ECDSA_SHA384(0x102),
    ECDH_SHA384(0x103);

    private final int value;

    Algorithm(int value) {
      this.value = value;
    }

    /** The number in certificates. */
    public int value() {
      return value;
    }

    /** The algorithm with this number, or null where the number is not known. */
    public static @Nullable Algorithm of(int value) {
      return Arrays.stream(values())
          .filter(algorithm -> algorithm.value == value)
          .findFirst()
          .orElse(null);
    }

    /** A number in words, known or not. */
    public static String describe(int value) {
      Algorithm algorithm = of(value);
      return algorithm == null
          ? "unknown algorithm 0x" + Integer.toHexString(value)
          : algorithm.name();
    }
  }

  private final byte[] bytes;
  private final MemorySegment struct;

  /** Takes the array over. */
  private SevCertificate(byte[] bytes) {
    this.bytes = bytes;
    this.struct = MemorySegment.ofArray(bytes);
  }

  /**
   * Reads a certificate from exactly 2084 bytes.
   *
   * @throws MalformedCertificateException if there are more or fewer
   */
  public static SevCertificate parse(byte[] bytes) throws MalformedCertificateException {
    if (bytes.length != SIZE) {
      throw new MalformedCertificateException(
          "a SEV certificate has 2084 bytes, not " + bytes.length);
    }
    return new SevCertificate(bytes.clone());
  }

  /** A certificate for a P-384 key that nobody has signed yet. */
  public static SevCertificate unsigned(
      Usage usage, Algorithm algorithm, ApiVersion api, ECPublicKey key) {
    if (!P384.isCurveOf(key)) {
      throw new IllegalArgumentException("a SEV certificate holds a key on the curve P-384");
    }
    byte[] bytes = new byte[SIZE];
    MemorySegment struct = MemorySegment.ofArray(bytes);
    VERSION.set(struct, VERSION_1);
    API_MAJOR.set(struct, api.major());
    API_MINOR.set(struct, api.minor());
    USAGE.set(struct, usage.value());
    ALGORITHM.set(struct, algorithm.value());
    CURVE.set(struct, CURVE_P384);
    X.set(struct, LittleEndian.write(key.getW().getAffineX(), COORDINATE_SIZE));
    Y.set(struct, LittleEndian.write(key.getW().getAffineY(), COORDINATE_SIZE));
    return new SevCertificate(bytes).withoutSignatures();
  }

  /** All 2084 bytes. */
  @Override
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The 1044 bytes that signatures cover. */
  public byte[] body() {
    return Arrays.copyOf(bytes, BODY);
  }

  @Override
  public int version() {
    return VERSION.get(struct);
  }

  /** Major API version of the firmware that made the certificate. */
  public int apiMajor() {
    return API_MAJOR.get(struct);
  }

  /** Minor API version of the firmware that made the certificate. */
  public int apiMinor() {
    return API_MINOR.get(struct);
  }

  /** API version of the firmware that made the certificate. */
  public ApiVersion api() {
    return new ApiVersion(apiMajor(), apiMinor());
  }

  @Override
  public int usage() {
    return USAGE.get(struct);
  }

  /** What the key computes, as a number; see {@link Algorithm#of}. */
  public int algorithm() {
    return ALGORITHM.get(struct);
  }

  /**
   * The key.
   *
   * @throws MalformedCertificateException if it is not a point on P-384
   */
  public ECPublicKey publicKey() throws MalformedCertificateException {
    if (CURVE.get(struct) != CURVE_P384) {
      throw new MalformedCertificateException(
          "the key's curve is number "
              + Integer.toUnsignedString(CURVE.get(struct))
              + ", not 2, which is P-384");
    }
    BigInteger x = LittleEndian.read(X.get(struct));
    BigInteger y = LittleEndian.read(Y.get(struct));
    try {
      return P384.publicKey(x, y);
    } catch (InvalidKeySpecException e) {
      throw new MalformedCertificateException("the key is not a point on the curve P-384");
    }
  }

  /**
   * Names the key, whatever certificate it stands in: SHA-256 over x and y of the point, 48 bytes
   * each, big-endian; 64 hexadecimal digits. So a CEK has the same fingerprint as the firmware
   * exports it and as the key server signed it, and a PEK the same before and after its owner
   * changes.
   *
   * @throws MalformedCertificateException if the key is not a point on P-384
   */
  public String keyFingerprint() throws MalformedCertificateException {
    ECPoint point = publicKey().getW();
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bigEndian(point.getAffineX()));
      digest.update(bigEndian(point.getAffineY()));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  @Override
  public String keyName() {
    try {
      return keyFingerprint();
    } catch (MalformedCertificateException unusable) {
      return "an unusable key";
    }
  }

  /** Whether nobody has signed it, as PEK_CSR gives a PEK and the firmware exports a CEK. */
  public boolean isUnsigned() {
    return slot(0).isEmpty() && slot(1).isEmpty();
  }

  /** One of the two slots, with what it says of signer and algorithm. */
  static FaultyBytes slotBytes(int slot) {
    int first = SLOT_USAGE[slot].offset();
    return FaultyBytes.signed(
        first, SLOT_SIGNATURE[slot].offset() + SIGNATURE_SIZE - first, "signature " + (slot + 1));
  }

  /** Bytes of a slot's signature, counted from its start. */
  static FaultyBytes signatureBytes(int slot, int first, int last) {
    return FaultyBytes.signed(
        SLOT_SIGNATURE[slot].offset() + first, last - first + 1, "signature " + (slot + 1));
  }

  /** Whether every signature of the other is in a slot here. */
  boolean hasSignaturesOf(SevCertificate other) {
    for (int i = 0; i < SLOTS; i++) {
      SignatureSlot theirs = other.slot(i);
      if (!theirs.isEmpty() && !theirs.equals(slot(0)) && !theirs.equals(slot(1))) {
        return false;
      }
    }
    return true;
  }

  private static FaultyBytes bytesOf(Field field, String part) {
    return FaultyBytes.signed(field.offset(), field.size(), part);
  }

  private static byte[] bigEndian(BigInteger coordinate) {
    return LittleEndian.reversed(LittleEndian.write(coordinate, P384.COORDINATE_SIZE));
  }

  /** The first (0) or second (1) signature. */
  public SignatureSlot slot(int slot) {
    return new SignatureSlot(
        SLOT_USAGE[slot].get(struct),
        SLOT_ALGORITHM[slot].get(struct),
        SLOT_SIGNATURE[slot].get(struct));
  }

  /** This certificate with another first (0) or second (1) signature. */
  public SevCertificate withSlot(int slot, SignatureSlot signature) {
    SevCertificate copy = new SevCertificate(bytes.clone());
    SLOT_USAGE[slot].set(copy.struct, signature.usage());
    SLOT_ALGORITHM[slot].set(copy.struct, signature.algorithm());
    SLOT_SIGNATURE[slot].set(copy.struct, signature.signature());
    return copy;
  }

  /** This certificate with a signature of 512 bytes in the first (0) or second (1) slot. */
  public SevCertificate withSignature(
      int slot, Usage signer, Algorithm algorithm, byte[] signature) {
    return withSlot(slot, new SignatureSlot(signer.value(), algorithm.value(), signature));
  }

  /** This certificate with both slots empty. */
  public SevCertificate withoutSignatures() {
    return withSlot(0, SignatureSlot.EMPTY).withSlot(1, SignatureSlot.EMPTY);
  }

  /** Whether the other has the same 1044 signed bytes. */
  public boolean sameBody(SevCertificate other) {
    return Arrays.equals(bytes, 0, BODY, other.bytes, 0, BODY);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SevCertificate certificate && Arrays.equals(bytes, certificate.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Usage, API version and signers. */
  @Override
  public String toString() {
    return "%s certificate, API %s, signatures: %s; %s"
        .formatted(Usage.describe(usage()), api(), slot(0), slot(1));
  }
}
