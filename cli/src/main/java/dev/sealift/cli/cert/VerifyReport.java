package dev.sealift.cli.cert;

import dev.sealift.crypto.cert.Certificate;
import dev.sealift.crypto.cert.CertificateTree;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.FaultyBytes;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of verifying: the object that {@code --json} prints.
 *
 * @param holds whether every edge does
 * @param root the root that the chain was held against
 * @param generation of the processor, if the ARK is AMD's pinned one
 * @param certificates in the tree's order, as many of each kind as there are
 * @param edges from the PDH up to the root
 */
record VerifyReport(
    boolean holds,
    String root,
    @Nullable String generation,
    List<Row> certificates,
    List<Edge> edges) {
  private static final List<Usage> ORDER =
      List.of(Usage.PDH, Usage.PEK, Usage.OCA, Usage.CEK, Usage.ASK, Usage.ARK);

  /**
   * A certificate.
   *
   * @param algorithm of its key, abbreviated as sevctl does
   * @param key its fingerprint, or AMD's key id
   * @param place file and byte
   */
  record Row(String usage, String algorithm, String key, String place) {}

  /**
   * A certificate under its signer.
   *
   * @param verdict holds, broken, missing, ambiguous or untrusted
   * @param rule what was kept or broken, or what is to be done
   * @param signerKey fingerprint or id of the signer's key
   * @param bytes those that break the rule
   */
  record Edge(
      String signed,
      String signer,
      String verdict,
      String rule,
      @Nullable String signerKey,
      @Nullable Bytes bytes) {}

  /**
   * Bytes of a certificate.
   *
   * @param place file and byte of the certificate
   * @param first offset from the certificate's start
   * @param last offset of the last byte
   * @param part what they are
   */
  record Bytes(String certificate, String place, int first, int last, String part) {}

  static VerifyReport of(CertificateBag bag, CertificateTree tree, ChainVerdict verdict) {
    List<Row> rows = new ArrayList<>();
    for (Usage usage : ORDER) {
      for (Certificate certificate : tree.candidates(usage)) {
        rows.add(
            new Row(
                usage.name(),
                CertificateWords.abbreviation(certificate),
                certificate.keyName(),
                bag.placeOf(certificate)));
      }
    }
    return new VerifyReport(
        verdict.holds(),
        verdict.edges().getLast().signer(),
        tree.generation().map(Generation::toString).orElse(null),
        rows,
        verdict.edges().stream().map(edge -> edge(edge, bag, tree)).toList());
  }

  private static Edge edge(ChainVerdict.Edge edge, CertificateBag bag, CertificateTree tree) {
    return new Edge(
        edge.signed(),
        edge.signer(),
        edge.mark().name().toLowerCase(Locale.ROOT),
        edge.rule(),
        edge.signerKey(),
        bytes(edge, bag, tree));
  }

  private static @Nullable Bytes bytes(
      ChainVerdict.Edge edge, CertificateBag bag, CertificateTree tree) {
    FaultyBytes where = edge.where();
    String faulty = edge.faulty();
    if (where == null || faulty == null) {
      return null;
    }
    String place = tree.find(Usage.valueOf(faulty)).map(bag::placeOf).orElse("");
    return new Bytes(faulty, place, where.first(), where.last(), where.part());
  }
}
