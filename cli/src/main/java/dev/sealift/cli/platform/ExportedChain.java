package dev.sealift.cli.platform;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.VmmException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a platform shows to others: its certificates by name, in the order of sevctl.
 *
 * @param platform PDH, PEK, OCA and CEK, the last with its maker's signature
 * @param all the same, then ASK and ARK where they are known
 */
record ExportedChain(Map<String, byte[]> platform, Map<String, byte[]> all) {

  /**
   * Asks a platform for its certificates.
   *
   * @param cekFile the signed CEK that the caller named; null where that is nothing
   * @param amd ASK and ARK, or nothing
   */
  static ExportedChain of(OpenPlatform platform, @Nullable Path cekFile, List<AmdCertificate> amd)
      throws BadInput, Failure, VmmException {
    ExportedCertificates exported = platform.device().exportCertificates();
    Map<String, byte[]> own = new LinkedHashMap<>();
    own.put("PDH", exported.pdh());
    own.put("PEK", nth(exported.chain(), 0));
    own.put("OCA", nth(exported.chain(), 1));
    own.put("CEK", SignedCek.of(platform, unsignedCek(exported.chain()), cekFile).bytes());
    Map<String, byte[]> all = new LinkedHashMap<>(own);
    if (!amd.isEmpty()) {
      all.put("ASK", amd.getFirst().bytes());
      all.put("ARK", amd.getLast().bytes());
    }
    return new ExportedChain(own, all);
  }

  /** Certificates one behind the other. */
  static byte[] join(Map<String, byte[]> certificates) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    certificates.values().forEach(joined::writeBytes);
    return joined.toByteArray();
  }

  private static SevCertificate unsignedCek(byte[] chain) throws Failure {
    try {
      return SevCertificate.parse(nth(chain, 2));
    } catch (MalformedCertificateException e) {
      throw new Failure("The platform's certificates cannot be used: " + e.getMessage() + ".", e);
    }
  }

  private static byte[] nth(byte[] chain, int index) {
    int start = index * SevCertificate.SIZE;
    return Arrays.copyOfRange(chain, start, start + SevCertificate.SIZE);
  }
}
