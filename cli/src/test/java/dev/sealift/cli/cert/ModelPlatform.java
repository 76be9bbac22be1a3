package dev.sealift.cli.cert;

import dev.sealift.cli.TestRoot;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;

/** A platform under a model root, as files. */
final class ModelPlatform {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ApiVersion API = new ApiVersion(1, 55);

  /** Made once: its keys take seconds. */
  private static final ModelRoot ROOT = TestRoot.root();

  final OwnerAuthority owner = OwnerAuthority.create(RANDOM);
  final SevCertificate oca = owner.certificate();
  final SevCertificate csr;
  final SevCertificate pek;
  final SevCertificate pdh;
  final SevCertificate unsignedCek;
  final SevCertificate cek;
  final Certificate ask = ROOT.ask();
  final Certificate ark = ROOT.ark();

  ModelPlatform() throws MalformedCertificateException {
    KeyPair cekPair = P384.generate(RANDOM);
    KeyPair pekPair = P384.generate(RANDOM);
    KeyPair pdhPair = P384.generate(RANDOM);
    unsignedCek = certificate(Usage.CEK, Algorithm.ECDSA_SHA256, cekPair);
    cek = ROOT.sign(unsignedCek);
    csr = certificate(Usage.PEK, Algorithm.ECDSA_SHA256, pekPair);
    pek =
        CertificateSigner.sign(owner.sign(csr), 1, Usage.CEK, (ECPrivateKey) cekPair.getPrivate());
    pdh =
        CertificateSigner.sign(
            certificate(Usage.PDH, Algorithm.ECDH_SHA256, pdhPair),
            0,
            Usage.PEK,
            (ECPrivateKey) pekPair.getPrivate());
  }

  /** A file with certificates one behind the other. */
  static Path file(Path file, Certificate... certificates) throws IOException {
    return Files.write(file, join(certificates));
  }

  static byte[] join(Certificate... certificates) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (Certificate certificate : certificates) {
      joined.writeBytes(certificate.bytes());
    }
    return joined.toByteArray();
  }

  private static SevCertificate certificate(Usage usage, Algorithm algorithm, KeyPair pair) {
    return SevCertificate.unsigned(usage, algorithm, API, (ECPublicKey) pair.getPublic());
  }
}
