package dev.sealift.crypto.cert;

import static dev.sealift.abi.FirmwareStatus.BAD_SIGNATURE;
import static dev.sealift.abi.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The model root, in AMD's place")
class ModelRootTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ApiVersion API = new ApiVersion(1, 55);

  /** Made once: RSA keys of 4096 bits take their time. */
  private static ModelRoot root;

  @TempDir Path directory;

  @BeforeAll
  static void create() {
    root = ModelRoot.create(RANDOM);
  }

  @Test
  void itsCertificatesHaveTheFormOfAmds() throws MalformedCertificateException {
    assertThat(root.ark().bytes()).hasSize(1600);
    assertThat(root.ask().bytes()).hasSize(1600);
    assertThat(root.ark().usage()).isEqualTo(Usage.ARK.value());
    assertThat(root.ask().usage()).isEqualTo(Usage.ASK.value());
    assertThat(root.ark().publicKey().getModulus().bitLength()).isEqualTo(4096);
    assertThat(root.ark().publicKey()).isNotEqualTo(root.ask().publicKey());
    assertThat(AmdCertificate.parseChain(root.amdCertificates()))
        .containsExactly(root.ask(), root.ark());
    assertThat(CertificateChecks.verifyArk(root.ark(), root.root())).isEqualTo(SUCCESS);
    assertThat(CertificateChecks.verifyAsk(root.ask(), root.ark())).isEqualTo(SUCCESS);
  }

  @Test
  void nobodyTakesItForAmds() {
    assertThat(new String(root.ark().keyId(), StandardCharsets.US_ASCII))
        .isEqualTo("SEALIFTMODEL ARK");
    assertThat(new String(root.ask().keyId(), StandardCharsets.US_ASCII))
        .isEqualTo("SEALIFTMODEL ASK");
    assertThat(root.root().name()).contains("model").contains("not AMD's");
    for (Generation generation : Generation.values()) {
      assertThat(CertificateChecks.verifyArk(root.ark(), RootOfTrust.of(generation)))
          .isEqualTo(INVALID_CERTIFICATE);
    }
  }

  @Test
  void aPlatformInSoftwareChainsToIt() throws MalformedCertificateException {
    PlatformChain chain = platform();
    assertThat(chain.verify(root.root()).firstFault()).isEmpty();
    assertThat(chain.verify(root.root()).holds()).isTrue();
    assertThat(chain.verify(RootOfTrust.of(Generation.GENOA)).holds()).isFalse();
    assertThat(CertificateChecks.verifyCek(chain.cek(), root.ask(), Algorithm.RSA_SHA384))
        .isEqualTo(SUCCESS);
    assertThat(CertificateChecks.verifyCek(chain.cek(), root.ask(), Algorithm.RSA_SHA256))
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(
            PlatformChain.parse(
                chain.pdh().bytes(), chain.platformCertificates(), chain.amdCertificates()))
        .isEqualTo(chain);
  }

  @Test
  void aChangeInAnyByteOfACekIsRefused() throws MalformedCertificateException {
    SevCertificate cek = platform().cek();
    for (int at = 0; at < SevCertificate.BODY + 8 + 512; at++) {
      byte[] changed = cek.bytes();
      changed[at] ^= (byte) (1 << at % 8);
      boolean slotHeader = at >= SevCertificate.BODY && at < SevCertificate.BODY + 8;
      assertThat(CertificateChecks.verifyCek(SevCertificate.parse(changed), root.ask()))
          .as("byte %d", at)
          .isEqualTo(slotHeader ? INVALID_CERTIFICATE : BAD_SIGNATURE);
    }
  }

  @Test
  void anUnsignedCekIsNamedAsTheFault() throws MalformedCertificateException {
    PlatformChain chain = platform();
    PlatformChain unsigned =
        new PlatformChain(
            chain.pdh(),
            chain.pek(),
            chain.oca(),
            chain.cek().withoutSignatures(),
            chain.ask(),
            chain.ark());
    assertThat(unsigned.verify(root.root()).firstFault())
        .isEqualTo("CEK under ASK: there is no RSA_SHA384 signature by the ASK");
  }

  @Test
  void blobsOfAnotherLengthAreNoChain() throws MalformedCertificateException {
    PlatformChain chain = platform();
    byte[] pdh = chain.pdh().bytes();
    byte[] platform = chain.platformCertificates();
    byte[] amd = chain.amdCertificates();
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> PlatformChain.parse(Arrays.copyOf(pdh, 2083), platform, amd));
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> PlatformChain.parse(pdh, Arrays.copyOf(platform, 6251), amd))
        .withMessageContaining("6252");
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> PlatformChain.parse(pdh, platform, Arrays.copyOf(amd, 3199)));
  }

  @Test
  void aSavedRootIsTheSameWhenReadAgain() throws IOException, MalformedCertificateException {
    Path there = directory.resolve("a/b");
    root.save(there);
    root.save(there);
    ModelRoot read = ModelRoot.load(there);
    assertThat(read.ark()).isEqualTo(root.ark());
    assertThat(read.ask()).isEqualTo(root.ask());
    assertThat(read.root()).isEqualTo(root.root());
    SevCertificate cek = read.sign(platform().cek().withoutSignatures());
    assertThat(CertificateChecks.verifyCek(cek, root.ask())).isEqualTo(SUCCESS);
    try (var files = Files.list(there)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(ModelRoot.CERTIFICATES_FILE, ModelRoot.KEY_FILE);
    }
  }

  @Test
  void onlyItsOwnerMayReadTheKey() throws IOException {
    root.save(directory);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve(ModelRoot.KEY_FILE))))
        .isEqualTo("rw-------");
  }

  @Test
  void aMissingOrDamagedFileIsNamed() throws IOException {
    assertThatIOException()
        .isThrownBy(() -> ModelRoot.load(directory))
        .withMessageContaining("there is no model root here")
        .withMessageContaining(ModelRoot.CERTIFICATES_FILE);
    root.save(directory);
    Path key = directory.resolve(ModelRoot.KEY_FILE);
    Path certificates = directory.resolve(ModelRoot.CERTIFICATES_FILE);
    byte[] good = Files.readAllBytes(certificates);

    Files.write(certificates, Arrays.copyOf(good, 3199));
    assertThatIOException()
        .isThrownBy(() -> ModelRoot.load(directory))
        .withMessageContaining(certificates + " is damaged");
    byte[] changed = good.clone();
    changed[1000] ^= 1;
    Files.write(certificates, changed);
    assertThatIOException()
        .isThrownBy(() -> ModelRoot.load(directory))
        .withMessageContaining("does not hold the certificates of a model root");

    Files.write(certificates, good);
    Files.write(key, new byte[100]);
    assertThatIOException()
        .isThrownBy(() -> ModelRoot.load(directory))
        .withMessageContaining(key + " does not hold an RSA key");
    Files.delete(key);
    assertThatIOException()
        .isThrownBy(() -> ModelRoot.load(directory))
        .withMessageContaining(key + " is missing");
  }

  private static PlatformChain platform() {
    KeyPair oca = P384.generate(RANDOM);
    KeyPair pek = P384.generate(RANDOM);
    KeyPair pdh = P384.generate(RANDOM);
    KeyPair cek = P384.generate(RANDOM);
    SevCertificate ocaCertificate = certificate(Usage.OCA, Algorithm.ECDSA_SHA256, oca);
    SevCertificate pekCertificate = certificate(Usage.PEK, Algorithm.ECDSA_SHA256, pek);
    return new PlatformChain(
        sign(certificate(Usage.PDH, Algorithm.ECDH_SHA256, pdh), 0, Usage.PEK, pek),
        sign(sign(pekCertificate, 0, Usage.OCA, oca), 1, Usage.CEK, cek),
        sign(ocaCertificate, 0, Usage.OCA, oca),
        root.sign(certificate(Usage.CEK, Algorithm.ECDSA_SHA256, cek)),
        root.ask(),
        root.ark());
  }

  private static SevCertificate certificate(Usage usage, Algorithm algorithm, KeyPair pair) {
    return SevCertificate.unsigned(usage, algorithm, API, (ECPublicKey) pair.getPublic());
  }

  private static SevCertificate sign(
      SevCertificate certificate, int slot, Usage signer, KeyPair pair) {
    return CertificateSigner.sign(certificate, slot, signer, (ECPrivateKey) pair.getPrivate());
  }
}
