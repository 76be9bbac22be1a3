package dev.sealift.crypto.cert;

import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes where certificates are due")
class CertificateFuzzTest implements FuzzSuite {

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("sev-certificate", CertificateFuzzTest::readSevCertificate)
            .refusing(MalformedCertificateException.class)
            .allocating(4 << 20)
            .sampled(samples -> samples.put("pdh", new TestPlatform().pdh.bytes())),
        FuzzTarget.of("amd-certificate", CertificateFuzzTest::readAmdCertificate)
            .refusing(MalformedCertificateException.class)
            .allocating(4 << 20)
            .sampled(samples -> samples.put("ark", new TestPlatform().ark.bytes())),
        FuzzTarget.of("certificate-file", CertificateFuzzTest::readFile)
            .refusing(MalformedCertificateException.class)
            .allocating(16 << 20)
            .sampled(CertificateFuzzTest::addFiles),
        FuzzTarget.of("certificate-chain", CertificateFuzzTest::judge)
            .refusing(MalformedCertificateException.class)
            .allocating(16 << 20)
            .sampled(samples -> samples.put("chain", joined(new TestPlatform().chain()))));
  }

  private static void addFiles(Map<String, byte[]> samples) {
    TestPlatform platform = new TestPlatform();
    samples.put("ask-ark", joined(List.of(platform.ask, platform.ark)));
    samples.put("pdh-pek", joined(List.of(platform.pdh, platform.pek)));
  }

  private static void readSevCertificate(byte[] input) throws Exception {
    SevCertificate certificate = SevCertificate.parse(input);
    Promise.holds(input, certificate.bytes(), "a certificate is kept as it came");
    // What it claims is put into words, and judged, without trusting it.
    String.valueOf(certificate);
    CertificateChecks.verify(certificate, certificate);
    CertificateChecks.checkPdhBody(certificate);
    CertificateChecks.keyOfPdh(certificate);
  }

  private static void readAmdCertificate(byte[] input) throws Exception {
    AmdCertificate certificate = AmdCertificate.parse(input);
    Promise.holds(input, certificate.bytes(), "a certificate is kept as it came");
    String.valueOf(certificate);
    Generation.named(certificate);
    CertificateChecks.verifyArk(certificate, RootOfTrust.of(certificate));
    certificate.publicKey();
  }

  private static void readFile(byte[] input) throws Exception {
    CertificateFile file = CertificateFile.parse(input);
    Promise.holds(input, joined(file.certificates()), "a file is whole certificates");
    String.valueOf(file.form());
    Promise.holds(
        file.parts().size() <= CertificateFile.MOST_BYTES / 832, "a file has few certificates");
  }

  private static void judge(byte[] input) throws Exception {
    CertificateTree tree = CertificateTree.of(CertificateFile.parse(input).certificates());
    ChainVerdict verdict = tree.verify();
    String.valueOf(verdict);
    Promise.holds(!verdict.holds(), "no chain of a test leads to AMD");
    tree.chain().ifPresent(chain -> chain.verify(RootOfTrust.of(chain.ark())));
  }

  private static byte[] joined(List<? extends Certificate> certificates) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    certificates.forEach(certificate -> bytes.writeBytes(certificate.bytes()));
    return bytes.toByteArray();
  }
}
