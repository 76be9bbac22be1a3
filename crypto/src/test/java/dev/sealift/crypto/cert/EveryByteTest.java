package dev.sealift.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A real chain with a single byte changed, at every place: by a bit, or to the byte's complement.
 * An edge of a chain depends on its two certificates alone, so a change is shown to those edges
 * that could notice it; the suite of tag {@code long} shows each to the whole chain.
 */
@DisplayName("A change of any one byte, in any real certificate, is refused")
class EveryByteTest {
  private static final int FIRST_SIGNATURE = 0x414;
  private static final int SECOND_SIGNATURE = 0x61C;

  @ParameterizedTest
  @EnumSource
  void ofAnArk(Generation generation) throws Exception {
    assertRefused(Fixtures.ark(generation), List.of());
  }

  @ParameterizedTest
  @EnumSource
  void ofAnAsk(Generation generation) throws Exception {
    AmdCertificate ask = Fixtures.ask(generation);
    AmdCertificate ark = Fixtures.ark(generation);
    // The ARK is not checked again and again: its own edge holds.
    forEveryChange(
        ask,
        IntStream.range(0, ask.bytes().length),
        (at, changed) ->
            assertThat(AmdCertificateRules.checkAsk((AmdCertificate) changed, ark).holds())
                .as("byte %d", at)
                .isFalse());
  }

  @Test
  void ofThePdh() throws Exception {
    assertRefused(Fixtures.naples("pdh"), List.of(Fixtures.naples("pek")));
  }

  @Test
  void ofThePek() throws Exception {
    SevCertificate pek = Fixtures.naples("pek");
    IntStream ownersSignature = IntStream.range(FIRST_SIGNATURE, SECOND_SIGNATURE);
    IntStream rest =
        IntStream.range(0, SevCertificate.SIZE)
            .filter(at -> at < FIRST_SIGNATURE || at >= SECOND_SIGNATURE);
    assertRefused(pek, List.of(Fixtures.naples("oca")), ownersSignature);
    assertRefused(pek, List.of(Fixtures.naples("cek")), rest);
  }

  @Test
  void ofTheOca() throws Exception {
    assertRefused(Fixtures.naples("oca"), List.of());
  }

  @Test
  void ofTheCek() throws Exception {
    assertRefused(Fixtures.naples("cek"), List.of(Fixtures.ask(Generation.NAPLES)));
  }

  @ParameterizedTest
  @MethodSource("everyCertificate")
  void inTheWholeChainHereAndThere(String name, Certificate certificate) throws Exception {
    assertRefusedByTheWholeChain(certificate, 97);
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("everyCertificate")
  void inTheWholeChain(String name, Certificate certificate) throws Exception {
    assertRefusedByTheWholeChain(certificate, 1);
  }

  static Stream<Arguments> everyCertificate() throws MalformedCertificateException {
    List<Arguments> all = new ArrayList<>();
    for (String name : List.of("pdh", "pek", "oca", "cek")) {
      all.add(Arguments.of(name, Fixtures.naples(name)));
    }
    for (Generation generation : Generation.values()) {
      all.add(Arguments.of("ARK of " + generation, Fixtures.ark(generation)));
      all.add(Arguments.of("ASK of " + generation, Fixtures.ask(generation)));
    }
    return all.stream();
  }

  /**
   * Of the chain that a certificate stands in: a whole platform where there is one, else the ARK
   * and the ASK.
   */
  private static void assertRefusedByTheWholeChain(Certificate certificate, int step)
      throws Exception {
    List<Certificate> chain = new ArrayList<>(Fixtures.naplesChain());
    if (!chain.contains(certificate)) {
      Generation generation = Generation.named((AmdCertificate) certificate).orElseThrow();
      chain = new ArrayList<>(List.of(Fixtures.ask(generation), Fixtures.ark(generation)));
    }
    chain.remove(certificate);
    int size = certificate.bytes().length;
    assertRefused(
        certificate, List.copyOf(chain), IntStream.iterate(0, at -> at < size, at -> at + step));
  }

  private static void assertRefused(Certificate certificate, List<Certificate> others) {
    assertRefused(certificate, others, IntStream.range(0, certificate.bytes().length));
  }

  private static void assertRefused(
      Certificate certificate, List<Certificate> others, IntStream places) {
    Set<String> before = holding(others, certificate);
    assertThat(before).isNotEmpty();
    forEveryChange(
        certificate,
        places,
        (at, changed) ->
            assertThat(holding(others, changed).containsAll(before))
                .as("all edges hold, whatever byte %d is", at)
                .isFalse());
  }

  /** The edges that hold among some certificates. */
  private static Set<String> holding(List<Certificate> others, Certificate certificate) {
    List<Certificate> bag = new ArrayList<>(others);
    bag.add(certificate);
    return CertificateTree.of(bag).verify().edges().stream()
        .filter(ChainVerdict.Edge::holds)
        .map(edge -> edge.signed() + " under " + edge.signer())
        .collect(Collectors.toSet());
  }

  private static void forEveryChange(Certificate certificate, IntStream places, Look look) {
    byte[] bytes = certificate.bytes();
    // Boxed first: a stream that is filtered splits badly among threads.
    places.boxed().toList().parallelStream()
        .forEach(at -> {
          byte[] changed = bytes.clone();
          // Neighbours are changed in different ways: by one bit, or to the complement.
          changed[at] ^= (byte) (at % 2 == 0 ? 1 << at / 2 % Byte.SIZE : 0xFF);
          List<Certificate> read;
          try {
            read = CertificateFile.parse(changed).certificates();
          } catch (MalformedCertificateException refused) {
            // Usage or key sizes that there are not: refused before anything is verified.
            assertThat(at).isBetween(8, 0x40);
            return;
          }
          look.at(at, read.getFirst());
        });
  }

  private interface Look {
    void at(int offset, Certificate changed);
  }
}
