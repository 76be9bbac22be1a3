package dev.sealift.migration.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which platforms a host lets its guests go to, and takes guests from. */
class MovePolicyTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ModelRoot ROOT = ModelRoot.create(RANDOM);
  private static final GuestPolicy ANY = GuestPolicy.of();
  private static final MovePolicy POLICY = MovePolicy.trusting(ROOT.root());

  private final OwnerAuthority owner = OwnerAuthority.create(RANDOM);
  private final PlatformChain own = chain(owner, new ApiVersion(1, 55));
  private final PlatformCredentials peer = credentials(chain(owner, new ApiVersion(1, 51)));
  private final PlatformCredentials stranger =
      credentials(chain(OwnerAuthority.create(RANDOM), new ApiVersion(1, 51)));

  @Test
  @DisplayName("a policy of roots alone takes every genuine platform, and says so rule by rule")
  void roots() {
    Verdict verdict = judge(POLICY, peer, ANY);

    assertThat(verdict.holds()).as(verdict.faults()).isTrue();
    assertThat(verdict.rules())
        .extracting(Verdict.Rule::name)
        .containsExactly("chain", "api", "firmware", "domain", "owner", "chip");
    assertThat(verdict.rules()).allSatisfy(rule -> assertThat(rule.finding()).isNotBlank());
  }

  @Test
  @DisplayName("a platform under another root is refused, whatever the guest's policy says")
  void otherRoot() {
    MovePolicy milan = MovePolicy.trusting(RootOfTrust.of(Generation.MILAN));

    assertThat(judge(milan, peer, ANY).faults()).contains("not one of AMD Milan");
    assertThat(judge(milan, peer, ANY).keeps(MovePolicy.CHAIN)).isFalse();
    assertThat(
            MovePolicy.trusting(RootOfTrust.of(Generation.MILAN), ROOT.root())
                .evaluate("the peer", peer, own, ANY)
                .holds())
        .isTrue();
  }

  @Test
  @DisplayName("a chain in which one signature does not hold is refused, and the edge is named")
  void brokenChain() throws Exception {
    PlatformChain good = peer.chain();
    PlatformChain forged =
        new PlatformChain(good.pdh(), good.pek(), good.oca(), own.cek(), good.ask(), good.ark());

    assertThat(judge(POLICY, credentials(forged), ANY).faults()).contains("PEK under CEK");
  }

  @Test
  @DisplayName("the higher of the guest's and the host's lowest API counts")
  void api() {
    assertThat(judge(POLICY, peer, GuestPolicy.of().withMinimumApi(1, 52)).faults())
        .contains("the guest's policy asks for firmware API 1.52", "the peer has 1.51");
    assertThat(judge(POLICY.withMinimumApi(new ApiVersion(1, 52)), peer, ANY).faults())
        .contains("this host asks for firmware API 1.52");
    assertThat(judge(POLICY.withMinimumApi(new ApiVersion(1, 51)), peer, ANY).holds()).isTrue();
  }

  @Test
  @DisplayName("a firmware older than allowed is refused")
  void firmware() {
    assertThat(judge(POLICY.withMinimumFirmware(FirmwareVersion.parse("1.51.22")), peer, ANY))
        .satisfies(verdict -> assertThat(verdict.holds()).isFalse())
        .satisfies(verdict ->
            assertThat(verdict.faults()).contains("1.51.22 or later", "says it runs 1.51.21"));
    assertThat(
            judge(POLICY.withMinimumFirmware(FirmwareVersion.parse("1.51.21")), peer, ANY).holds())
        .isTrue();
  }

  @Test
  @DisplayName("DOMAIN, by the guest's policy or by the host's, wants the same owner")
  void domain() {
    GuestPolicy bound = GuestPolicy.of(GuestPolicy.Flag.DOMAIN);

    assertThat(judge(POLICY, peer, bound).holds()).isTrue();
    assertThat(judge(POLICY, stranger, bound).faults()).contains("DOMAIN", "another owner");
    assertThat(judge(POLICY.withSameOwner(), peer, ANY).holds()).isTrue();
    assertThat(judge(POLICY.withSameOwner(), stranger, ANY).faults()).contains("another owner");
  }

  @Test
  @DisplayName("owners are listed by the fingerprints of their keys")
  void owners() throws Exception {
    MovePolicy listed = POLICY.withOwner(owner.certificate().keyFingerprint());

    assertThat(judge(listed, peer, ANY).holds()).isTrue();
    assertThat(judge(listed, stranger, ANY).faults()).contains("not on this host's list");
  }

  @Test
  @DisplayName("chips are listed by what their chain proves, or by what they claim")
  void chips() throws Exception {
    String key = peer.chain().cek().keyFingerprint();
    String id = HexFormat.of().formatHex(peer.chipId());

    assertThat(judge(POLICY.withChip(key), peer, ANY).holds()).isTrue();
    assertThat(judge(POLICY.withChip(key), stranger, ANY).faults()).contains("list");
    Verdict claimed = judge(POLICY.withChip(id), peer, ANY);
    assertThat(claimed.holds()).isTrue();
    assertThat(claimed.rules().getLast().finding()).contains("says its chip's id is");
  }

  @Test
  @DisplayName("every broken rule is told, not only the first")
  void all() {
    Verdict verdict =
        judge(
            POLICY.withSameOwner().withMinimumApi(new ApiVersion(1, 54)).withChip("00"),
            stranger,
            ANY);

    assertThat(verdict.rules().stream().filter(rule -> !rule.holds()))
        .extracting(Verdict.Rule::name)
        .containsExactly("api", "domain", "chip");
  }

  @Test
  @DisplayName("credentials come out as they went in, and nothing else is taken for any")
  void credentialsAsBytes() throws Exception {
    byte[] bytes = peer.encode();

    assertThat(PlatformCredentials.decode(bytes)).isEqualTo(peer);
    for (int length : new int[] {0, 1, 65, 2000, bytes.length - 1}) {
      assertThatThrownBy(() -> PlatformCredentials.decode(Arrays.copyOf(bytes, length)))
          .isInstanceOf(MalformedCertificateException.class);
    }
    byte[] oddId = bytes.clone();
    oddId[0] = 63;
    assertThatThrownBy(() -> PlatformCredentials.decode(oddId))
        .isInstanceOf(MalformedCertificateException.class)
        .hasMessageContaining("64 bytes");
    byte[] longId = bytes.clone();
    longId[0] = (byte) 128;
    assertThatThrownBy(() -> PlatformCredentials.decode(longId))
        .isInstanceOf(MalformedCertificateException.class);
  }

  @Test
  @DisplayName("versions are compared as numbers")
  void versions() {
    assertThat(FirmwareVersion.parse("1.9.10")).isLessThan(FirmwareVersion.parse("1.10"));
    assertThat(FirmwareVersion.parse("0.22.9")).hasToString("0.22.9");
    for (String bad : new String[] {"", "1", "1.2.3.4", "1.256", "a.b", "1.2.999"}) {
      assertThatThrownBy(() -> FirmwareVersion.parse(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private Verdict judge(MovePolicy policy, PlatformCredentials platform, GuestPolicy guest) {
    return policy.evaluate("the peer", platform, own, guest);
  }

  private static PlatformCredentials credentials(PlatformChain chain) {
    byte[] id = new byte[PlatformCredentials.LEAST_ID];
    id[0] = 7;
    return new PlatformCredentials(id, new FirmwareVersion(new ApiVersion(1, 51), 21), chain);
  }

  /** A platform of an owner's, with fresh keys. */
  private static PlatformChain chain(OwnerAuthority owner, ApiVersion api) {
    KeyPair cek = P384.generate(RANDOM);
    KeyPair pek = P384.generate(RANDOM);
    KeyPair pdh = P384.generate(RANDOM);
    try {
      SevCertificate byOwner = owner.sign(unsigned(Usage.PEK, Algorithm.ECDSA_SHA256, api, pek));
      return new PlatformChain(
          CertificateSigner.sign(
              unsigned(Usage.PDH, Algorithm.ECDH_SHA256, api, pdh),
              0,
              Usage.PEK,
              (ECPrivateKey) pek.getPrivate()),
          CertificateSigner.sign(byOwner, 1, Usage.CEK, (ECPrivateKey) cek.getPrivate()),
          owner.certificate(),
          ROOT.sign(unsigned(Usage.CEK, Algorithm.ECDSA_SHA256, api, cek)),
          ROOT.ask(),
          ROOT.ark());
    } catch (MalformedCertificateException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static SevCertificate unsigned(
      Usage usage, Algorithm algorithm, ApiVersion api, KeyPair pair) {
    return SevCertificate.unsigned(usage, algorithm, api, (ECPublicKey) pair.getPublic());
  }
}
