package dev.sealift.crypto.launch;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.cert.EcdsaSignature;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import dev.sealift.crypto.cert.SignatureSlot;
import java.lang.foreign.MemorySegment;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;

/**
 * What a platform says of a running guest, signed by its PEK: 208 bytes.
 *
 * <pre>
 *   offset  0          10        30       34      38          3C         40          D0
 *          +----------+---------+--------+-------+-----------+----------+-----------+
 *          | nonce of | launch  | policy | usage | algorithm | reserved | signature |
 *          | caller   | digest  |        | 1002h | 2         |          | r[72]s[72]|
 *          +----------+---------+--------+-------+-----------+----------+-----------+
 *          {@literal |<------ signed: 52 bytes --->|}
 * </pre>
 *
 * <p>The nonce is the asker's: without one of one's own a report may be an old one. A guest that
 * has been received reports a launch digest of zeros, because the digest does not travel. Source:
 * AMD publication 55766, ATTESTATION.
 */
public final class AttestationReport {

  /** Bytes of a report. */
  public static final int SIZE = 208;

  /** Bytes of the nonce. */
  public static final int NONCE_SIZE = 16;

  private static final String HASH = "SHA-256";

  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_attestation_report");
  private static final Field.Bytes NONCE = STRUCT.bytes("mnonce", NONCE_SIZE);
  private static final Field.Bytes DIGEST = STRUCT.bytes("launch_digest", LaunchDigest.SIZE);
  private static final Field.U32 POLICY = STRUCT.u32("policy");
  private static final Field.U32 USAGE = STRUCT.u32("sig_usage");
  private static final Field.U32 ALGORITHM = STRUCT.u32("sig_algo");
  private static final Field.Bytes SIGNATURE = STRUCT.reserved(4).bytes("sig", 144);

  /** 208 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(SIZE);

  private final byte[] bytes;
  private final MemorySegment struct;

  /** Takes the array over. */
  private AttestationReport(byte[] bytes) {
    this.bytes = bytes;
    this.struct = MemorySegment.ofArray(bytes);
  }

  /**
   * Reads a report from its 208 bytes; what it claims is judged in {@link #verify}.
   *
   * @throws MalformedLaunchException if there are more or fewer
   */
  public static AttestationReport parse(byte[] bytes) throws MalformedLaunchException {
    if (bytes.length != SIZE) {
      throw new MalformedLaunchException(
          "an attestation report has 208 bytes, not " + bytes.length);
    }
    return new AttestationReport(bytes.clone());
  }

  /**
   * Makes a report, as a platform does.
   *
   * @param nonce the asker's, 16 bytes
   * @param launchDigest 32 bytes
   * @param pek the platform's signing key
   */
  public static AttestationReport sign(
      byte[] nonce, byte[] launchDigest, GuestPolicy policy, ECPrivateKey pek) {
    AttestationReport report = new AttestationReport(new byte[SIZE]);
    NONCE.set(report.struct, nonce);
    DIGEST.set(report.struct, launchDigest);
    POLICY.set(report.struct, policy.word());
    USAGE.set(report.struct, Usage.PEK.value());
    ALGORITHM.set(report.struct, Algorithm.ECDSA_SHA256.value());
    byte[] signature = EcdsaSignature.sign(pek, HASH, report.signed());
    SIGNATURE.set(report.struct, Arrays.copyOf(signature, SIGNATURE.size()));
    return report;
  }

  /** The asker's nonce, 16 bytes. */
  public byte[] nonce() {
    return NONCE.get(struct);
  }

  /** Digest of what was launched, 32 bytes; zeros for a guest that was received. */
  public byte[] launchDigest() {
    return DIGEST.get(struct);
  }

  /** The guest's policy. */
  public GuestPolicy policy() {
    return new GuestPolicy(POLICY.get(struct));
  }

  /** What the signing key is for, as a number; see {@link Usage#of}. */
  public int usage() {
    return USAGE.get(struct);
  }

  /** How the report is signed, as a number; see {@link Algorithm#of}. */
  public int algorithm() {
    return ALGORITHM.get(struct);
  }

  /**
   * Whether the holder of a PEK signed this report. Nothing is said of the PEK itself: its chain is
   * for {@link dev.sealift.crypto.cert.PlatformChain#verify}.
   *
   * @return SUCCESS; INVALID_CERTIFICATE where the certificate is no PEK on P-384 or the report
   *     does not say that a PEK signed it with ECDSA_SHA256; BAD_SIGNATURE otherwise
   */
  public FirmwareStatus verify(SevCertificate pek) {
    if (pek.usage() != Usage.PEK.value()
        || usage() != Usage.PEK.value()
        || algorithm() != Algorithm.ECDSA_SHA256.value()) {
      return FirmwareStatus.INVALID_CERTIFICATE;
    }
    try {
      byte[] slot = Arrays.copyOf(SIGNATURE.get(struct), SignatureSlot.SIGNATURE_SIZE);
      return EcdsaSignature.verify(pek.publicKey(), HASH, signed(), slot)
          ? FirmwareStatus.SUCCESS
          : FirmwareStatus.BAD_SIGNATURE;
    } catch (MalformedCertificateException e) {
      return FirmwareStatus.INVALID_CERTIFICATE;
    }
  }

  /** All 208 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  private byte[] signed() {
    return Arrays.copyOf(bytes, USAGE.offset());
  }
}
