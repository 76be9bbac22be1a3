package dev.sealift.crypto.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The examples with certificates")
class CertificateExamplesTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path directory;

  private final KeyPair cekPair = P384.generate(RANDOM);
  private final KeyPair pekPair = P384.generate(RANDOM);
  private final KeyPair pdhPair = P384.generate(RANDOM);

  @Test
  void anOwnerTakesAPlatformAndTheChainHolds() throws Exception {
    SevCertificate csr = certificate(Usage.PEK, Algorithm.ECDSA_SHA256, pekPair);
    OwnerAuthority owner =
        MakeAnOwnerExample.takeOwnership(write("pek.csr", csr.bytes()), directory);
    SevCertificate byOwner =
        SevCertificate.parse(Files.readAllBytes(directory.resolve("pek.cert")));
    assertThat(CertificateChecks.verify(byOwner, owner.certificate()))
        .isEqualTo(FirmwareStatus.SUCCESS);

    // What the platform does with it: its chip signs too, and the new PEK signs the PDH.
    SevCertificate pek =
        CertificateSigner.sign(byOwner, 1, Usage.CEK, (ECPrivateKey) cekPair.getPrivate());
    SevCertificate pdh =
        CertificateSigner.sign(
            certificate(Usage.PDH, Algorithm.ECDH_SHA256, pdhPair),
            0,
            Usage.PEK,
            (ECPrivateKey) pekPair.getPrivate());
    ModelRoot root = ModelRoot.create(RANDOM);
    List<Path> files =
        List.of(
            write("ask-ark.cert", root.amdCertificates()),
            directory.resolve("oca.cert"),
            write("pek-by-both.cert", pek.bytes()),
            write(
                "cek.cert",
                root.sign(certificate(Usage.CEK, Algorithm.ECDSA_SHA256, cekPair)).bytes()),
            write("pdh.cert", pdh.bytes()));

    assertThat(VerifyAChainExample.verify(files, root.root())).endsWith("The chain holds.");
    assertThat(VerifyAChainExample.verify(files))
        .contains("HOLDS  PDH under PEK: valid ECDSA_SHA256 signature by the PEK")
        .contains("UNTRUSTED  ARK under AMD's roots: the chain leads to a model root, not AMD's")
        .endsWith("The chain does not hold.");

    byte[] changed = pdh.bytes();
    changed[0x420] ^= 1;
    Files.write(directory.resolve("pdh.cert"), changed);
    assertThat(VerifyAChainExample.verify(files, root.root()))
        .contains(
            "BROKEN  PDH under PEK: the ECDSA_SHA256 signature by the PEK does not verify, at bytes"
                + " 0x414..0x61B (signature 1) of the PDH");
  }

  private Path write(String name, byte[] content) throws Exception {
    return Files.write(directory.resolve(name), content);
  }

  private static SevCertificate certificate(Usage usage, Algorithm algorithm, KeyPair pair) {
    return SevCertificate.unsigned(
        usage, algorithm, new ApiVersion(1, 55), (ECPublicKey) pair.getPublic());
  }
}
