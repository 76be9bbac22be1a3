package dev.sealift.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.cert.ChainVerdict.Edge;
import dev.sealift.crypto.cert.ChainVerdict.Mark;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A tree of certificates")
class CertificateTreeTest {
  private static final TestPlatform PLATFORM = new TestPlatform();

  @Test
  void holdsWhateverTheOrderAndHoweverOftenACertificateIsGiven() {
    for (int seed = 0; seed < 5; seed++) {
      List<Certificate> bag = new ArrayList<>(PLATFORM.chain());
      bag.addAll(PLATFORM.chain());
      Collections.shuffle(bag, new Random(seed));
      ChainVerdict verdict = CertificateTree.of(bag).verify(PLATFORM.root());
      assertThat(verdict.firstFault()).isEmpty();
      assertThat(verdict.holds()).isTrue();
    }
  }

  @Test
  void theRealNaplesPlatformHoldsUnderItsPinnedRoot() throws Exception {
    CertificateTree tree = CertificateTree.of(Fixtures.naplesChain());
    ChainVerdict verdict = tree.verify();
    assertThat(verdict.firstFault()).isEmpty();
    assertThat(verdict.holds()).isTrue();
    assertThat(tree.generation()).contains(Generation.NAPLES);
    assertThat(verdict.edges())
        .extracting(edge -> edge.signed() + " under " + edge.signer())
        .containsExactly(
            "PDH under PEK",
            "PEK under OCA",
            "OCA under OCA",
            "PEK under CEK",
            "CEK under ASK",
            "ASK under ARK",
            "ARK under AMD Naples");
    assertThat(tree.chain().orElseThrow().verify(RootOfTrust.of(Generation.NAPLES)).holds())
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void everyGenerationsRootsHold(Generation generation) throws Exception {
    CertificateTree tree =
        CertificateTree.of(List.of(Fixtures.ark(generation), Fixtures.ask(generation)));
    assertThat(tree.generation()).contains(generation);
    ChainVerdict verdict = tree.verify();
    assertThat(edge(verdict, "ASK", "ARK").mark()).isEqualTo(Mark.HOLDS);
    assertThat(edge(verdict, "ARK", "AMD " + generation).mark()).isEqualTo(Mark.HOLDS);
    assertThat(verdict.holds()).as("the platform's certificates are missing").isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"PDH", "PEK", "OCA", "CEK", "ASK", "ARK"})
  void aMissingCertificateIsNamedAndNothingHolds(Usage missing) {
    ChainVerdict verdict = CertificateTree.of(without(missing)).verify(PLATFORM.root());
    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.edges()).anyMatch(edge -> edge.mark() == Mark.MISSING);
    assertThat(verdict.edges())
        .allSatisfy(edge -> {
          boolean touched =
              edge.signed().equals(missing.name()) || edge.signer().equals(missing.name());
          assertThat(edge.mark()).isEqualTo(touched ? Mark.MISSING : Mark.HOLDS);
          if (touched) {
            assertThat(edge.rule()).startsWith("give the " + missing + ", which ");
          }
        });
  }

  @Test
  void nothingAtAllIsMissingEverything() {
    ChainVerdict verdict = CertificateTree.of(List.of()).verify();
    assertThat(verdict.edges()).allMatch(edge -> edge.mark() == Mark.MISSING);
    assertThat(verdict.holds()).isFalse();
  }

  @Test
  void twoPlatformsMixedAreSaidToBeTwo() {
    List<Certificate> bag = new ArrayList<>(PLATFORM.chain());
    bag.add(new TestPlatform().pdh);
    CertificateTree tree = CertificateTree.of(bag);
    ChainVerdict verdict = tree.verify(PLATFORM.root());
    assertThat(edge(verdict, "PDH", "PEK").mark()).isEqualTo(Mark.AMBIGUOUS);
    assertThat(edge(verdict, "PDH", "PEK").rule())
        .isEqualTo("there are 2 different PDHs: give the files of one platform only");
    assertThat(verdict.holds()).isFalse();
    assertThat(tree.candidates(Usage.PDH)).hasSize(2);
    assertThat(tree.find(Usage.PDH)).isEmpty();
    assertThat(tree.chain()).isEmpty();
  }

  @Test
  void theSignedCekReplacesTheOneThatTheFirmwareExports() {
    List<Certificate> bag = new ArrayList<>(PLATFORM.chain());
    bag.addFirst(PLATFORM.unsignedCek);
    bag.add(PLATFORM.unsignedCek);
    CertificateTree tree = CertificateTree.of(bag);
    assertThat(tree.find(Usage.CEK)).contains(PLATFORM.cek);
    assertThat(tree.verify(PLATFORM.root()).holds()).isTrue();
  }

  @Test
  void thePekReplacesItsRequestAndThoseThatFewerHaveSigned() {
    List<Certificate> bag = new ArrayList<>(without(Usage.PEK));
    bag.add(PLATFORM.csr);
    bag.add(PLATFORM.pek.withSlot(1, SignatureSlot.EMPTY));
    bag.add(PLATFORM.pek.withSlot(0, SignatureSlot.EMPTY));
    assertThat(CertificateTree.of(bag).candidates(Usage.PEK)).as("neither says all").hasSize(2);
    bag.add(PLATFORM.pek);
    CertificateTree tree = CertificateTree.of(bag);
    assertThat(tree.candidates(Usage.PEK)).containsExactly(PLATFORM.pek);
    assertThat(tree.verify(PLATFORM.root()).holds()).isTrue();
  }

  @Test
  void aCertificateOfAnotherKeyIsNeverReplaced() {
    List<Certificate> bag = new ArrayList<>(PLATFORM.chain());
    bag.add(new TestPlatform().unsignedCek);
    assertThat(CertificateTree.of(bag).candidates(Usage.CEK)).hasSize(2);
  }

  @Test
  void anUnsignedCekIsToldToComeFromTheKeyServer() {
    List<Certificate> bag = new ArrayList<>(without(Usage.CEK));
    bag.add(PLATFORM.unsignedCek);
    ChainVerdict verdict = CertificateTree.of(bag).verify(PLATFORM.root());
    Edge edge = edge(verdict, "CEK", "ASK");
    assertThat(edge.mark()).isEqualTo(Mark.BROKEN);
    assertThat(edge.rule()).contains("nobody has signed this CEK", "key server");
    assertThat(edge(verdict, "PEK", "CEK").holds()).isTrue();
  }

  @Test
  void aPekRequestIsNoPek() {
    List<Certificate> bag = new ArrayList<>(without(Usage.PEK));
    bag.add(PLATFORM.csr);
    ChainVerdict verdict = CertificateTree.of(bag).verify(PLATFORM.root());
    assertThat(edge(verdict, "PEK", "OCA").rule()).isEqualTo("nobody has signed this PEK");
    assertThat(edge(verdict, "PEK", "CEK").rule()).isEqualTo("nobody has signed this PEK");
    assertThat(edge(verdict, "PDH", "PEK").holds()).isTrue();
  }

  @Test
  void aBadSignatureIsToldByItsBytesAndItsKey() throws Exception {
    Edge edge = broken(PLATFORM.pek, 0x630, "PEK", "CEK");
    assertThat(edge.rule()).isEqualTo("the ECDSA_SHA256 signature by the CEK does not verify");
    assertThat(edge.where()).hasToString("bytes 0x61C..0x823 (signature 2)");
    assertThat(edge.faulty()).isEqualTo("PEK");
    assertThat(edge.signerKey()).isEqualTo(PLATFORM.cek.keyFingerprint());

    Edge cek = broken(PLATFORM.cek, 0x420, "CEK", "ASK");
    assertThat(cek.where()).hasToString("bytes 0x414..0x61B (signature 1)");
    assertThat(cek.signerKey()).isEqualTo("ITS SIGNING KEY.");

    Edge ask = broken(PLATFORM.ask, 0x50, "ASK", "ARK");
    assertThat(ask.where()).hasToString("bytes 0x240..0x33F (signature)");
  }

  @Test
  void anUnusableKeyIsToldInTheCertificateThatHasIt() throws Exception {
    Edge edge = broken(PLATFORM.pek, 0x14, "PDH", "PEK");
    assertThat(edge.rule()).contains("not a point on the curve");
    assertThat(edge.where()).hasToString("bytes 0x010..0x0A3 (public key)");
    assertThat(edge.faulty()).isEqualTo("PEK");
    assertThat(edge.signerKey()).isEqualTo("an unusable key");
  }

  @Test
  void bytesBehindASignatureAreReportedThoughFirmwareIgnoresThem() throws Exception {
    SevCertificate changed = SevCertificate.parse(changed(PLATFORM.pdh, 0x4B0));
    assertThat(CertificateChecks.verify(changed, PLATFORM.pek)).isEqualTo(FirmwareStatus.SUCCESS);
    Edge edge = broken(PLATFORM.pdh, 0x4B0, "PDH", "PEK");
    assertThat(edge.rule())
        .isEqualTo("the room behind signature 1 is not all zero, and no signature covers it");
    assertThat(edge.where()).hasToString("bytes 0x4B0..0x4B0 (signature 1)");

    Edge rsa = broken(PLATFORM.cek, 0x41C + 256, "CEK", "ASK");
    assertThat(rsa.where()).hasToString("bytes 0x51C..0x51C (signature 1)");

    Edge empty = broken(PLATFORM.oca(), 0x823, "OCA", "OCA");
    assertThat(empty.rule())
        .isEqualTo("the empty slot of signature 2 is not all zero, and no signature covers it");
    assertThat(empty.where()).hasToString("bytes 0x823..0x823 (signature 2)");
  }

  @Test
  void aSignatureThatNobodyAsksForIsReported() {
    SevCertificate doubled = PLATFORM.pdh.withSlot(1, PLATFORM.pek.slot(1));
    List<Certificate> bag = new ArrayList<>(without(Usage.PDH));
    bag.add(doubled);
    Edge edge = edge(CertificateTree.of(bag).verify(PLATFORM.root()), "PDH", "PEK");
    assertThat(edge.rule()).isEqualTo("signature 2 is by CEK, which signs no PDH");
  }

  @Test
  void aChainToAModelRootIsBelievedOnlyWhereTheCallerSaysSo() {
    TestPlatform model = new TestPlatform("SEALIFTMODEL ARK", "SEALIFTMODEL ASK");
    CertificateTree tree = CertificateTree.of(model.chain());
    Edge root = edge(tree.verify(), "ARK", "AMD's roots");
    assertThat(root.mark()).isEqualTo(Mark.UNTRUSTED);
    assertThat(root.rule()).startsWith("the chain leads to a model root, not AMD's");
    assertThat(root.signerKey()).isEqualTo("SEALIFTMODEL ARK");
    assertThat(tree.verify().holds()).isFalse();
    assertThat(tree.verify(model.root()).holds()).isTrue();
    Edge other = edge(tree.verify(PLATFORM.root()), "ARK", "the test's root");
    assertThat(other.mark()).isEqualTo(Mark.UNTRUSTED);
    assertThat(other.rule()).contains("SEALIFTMODEL ARK", "which is another");
  }

  @Test
  void aStrangersRootIsNotBelievedEvenUnderTheKeyIdOfAmds() throws Exception {
    assertThat(edge(CertificateTree.of(PLATFORM.chain()).verify(), "ARK", "AMD's roots").rule())
        .contains("none of AMD's");
    String milan = new String(Generation.MILAN.arkKeyId(), "ISO-8859-1");
    TestPlatform impostor = new TestPlatform(milan, "ANOTHER'S SIGNER");
    Edge root = edge(CertificateTree.of(impostor.chain()).verify(), "ARK", "AMD's roots");
    assertThat(root.mark()).isEqualTo(Mark.UNTRUSTED);
    assertThat(root.rule()).contains("the key id of AMD's for Milan", "not the same");
  }

  @Test
  void whereARootIsGivenNoOtherIsBelieved() throws Exception {
    ChainVerdict verdict = CertificateTree.of(Fixtures.naplesChain()).verify(PLATFORM.root());
    assertThat(verdict.holds()).isFalse();
    assertThat(edge(verdict, "ARK", "the test's root").mark()).isEqualTo(Mark.UNTRUSTED);
  }

  @Test
  void whatHasNoPlaceInAChainIsTheCallersMistake() {
    SevCertificate none = PLATFORM.pdh.withSlot(0, SignatureSlot.EMPTY);
    byte[] bytes = none.bytes();
    bytes[8] = 0x13;
    bytes[9] = 0;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CertificateTree.of(List.of(SevCertificate.parse(bytes))));
  }

  /** The edge that a change of one byte breaks. */
  private static Edge broken(Certificate certificate, int at, String signed, String signer)
      throws Exception {
    List<Certificate> bag = new ArrayList<>(PLATFORM.chain());
    bag.remove(certificate);
    bag.addAll(CertificateFile.parse(changed(certificate, at)).certificates());
    Edge edge = edge(CertificateTree.of(bag).verify(PLATFORM.root()), signed, signer);
    assertThat(edge.mark()).isEqualTo(Mark.BROKEN);
    return edge;
  }

  private static byte[] changed(Certificate certificate, int at) {
    byte[] bytes = certificate.bytes();
    bytes[at] ^= 1;
    return bytes;
  }

  private static List<Certificate> without(Usage usage) {
    return PLATFORM.chain().stream().filter(c -> c.usage() != usage.value()).toList();
  }

  private static Edge edge(ChainVerdict verdict, String signed, String signer) {
    return Objects.requireNonNull(
        verdict.edges().stream()
            .filter(edge -> edge.signed().equals(signed) && edge.signer().equals(signer))
            .findFirst()
            .orElse(null),
        () -> "no edge " + signed + " under " + signer + " in " + verdict.edges());
  }
}
