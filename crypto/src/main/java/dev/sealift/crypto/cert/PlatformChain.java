package dev.sealift.crypto.cert;

import dev.sealift.abi.sev.SevLimits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Everything that a platform shows to prove itself, up to AMD's root.
 *
 * <pre>
 *   ARK -> ASK -> CEK -> PEK -> PDH
 *                 OCA ---^
 * </pre>
 *
 * <p>The CEK is the one that AMD's key server has signed, not the unsigned one that PDH_CERT_EXPORT
 * gives. Source: AMD publication 55766, certificates.
 *
 * @param pdh the platform's key agreement key
 * @param pek the platform's signing key
 * @param oca the platform owner's key
 * @param cek the chip's key
 * @param ask AMD's signing key
 * @param ark AMD's root key
 */
public record PlatformChain(
    SevCertificate pdh,
    SevCertificate pek,
    SevCertificate oca,
    SevCertificate cek,
    AmdCertificate ask,
    AmdCertificate ark) {

  /** Bytes of PEK, OCA and CEK together. */
  public static final int PLATFORM_SIZE = SevLimits.PLATFORM_CERTIFICATES;

  /**
   * Reads a chain from the three blobs that SEND_START takes.
   *
   * @param pdh 2084 bytes
   * @param platform PEK, OCA and CEK, 6252 bytes
   * @param amd ASK and ARK
   * @throws MalformedCertificateException if a blob is not what it should be
   */
  public static PlatformChain parse(byte[] pdh, byte[] platform, byte[] amd)
      throws MalformedCertificateException {
    if (platform.length != PLATFORM_SIZE) {
      throw new MalformedCertificateException(
          "PEK, OCA and CEK together have 6252 bytes, not " + platform.length);
    }
    List<AmdCertificate> askThenArk = AmdCertificate.parseChain(amd);
    return new PlatformChain(
        SevCertificate.parse(pdh),
        nth(platform, 0),
        nth(platform, 1),
        nth(platform, 2),
        askThenArk.get(0),
        askThenArk.get(1));
  }

  /** PEK, OCA and CEK, one behind the other: 6252 bytes. */
  public byte[] platformCertificates() {
    return join(pek.bytes(), oca.bytes(), cek.bytes());
  }

  /** ASK and ARK, one behind the other. */
  public byte[] amdCertificates() {
    return join(ask.bytes(), ark.bytes());
  }

  /** Checks every edge of the chain; the CEK by the algorithm that fits the ASK's key. */
  public ChainVerdict verify(RootOfTrust root) {
    return new ChainVerdict(
        List.of(
            edge("PDH", "PEK", SevCertificateRules.checkPdh(pdh, pek), pek),
            edge("PEK", "OCA", SevCertificateRules.check(pek, oca), oca),
            edge("OCA", "OCA", SevCertificateRules.check(oca, oca), oca),
            edge("PEK", "CEK", SevCertificateRules.check(pek, cek), cek),
            edge("CEK", "ASK", SevCertificateRules.checkCek(cek, ask), ask),
            edge("ASK", "ARK", AmdCertificateRules.checkAsk(ask, ark), ark),
            edge("ARK", root.name(), AmdCertificateRules.checkArk(ark, root), ark)));
  }

  private static ChainVerdict.Edge edge(
      String signed, String signer, Finding finding, Certificate key) {
    return ChainVerdict.Edge.of(signed, signer, finding, key.keyName());
  }

  private static SevCertificate nth(byte[] platform, int index)
      throws MalformedCertificateException {
    int start = index * SevCertificate.SIZE;
    return SevCertificate.parse(Arrays.copyOfRange(platform, start, start + SevCertificate.SIZE));
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer joined = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }
}
