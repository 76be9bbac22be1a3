package dev.sealift.crypto.cert;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of verifying a chain, edge by edge.
 *
 * @param edges every edge, from the PDH up to the root
 */
public record ChainVerdict(List<Edge> edges) {

  public ChainVerdict {
    edges = List.copyOf(edges);
  }

  /** How an edge fares. */
  public enum Mark {
    /** The signer vouches for the certificate. */
    HOLDS,
    /** A rule is broken. */
    BROKEN,
    /** A certificate is not there. */
    MISSING,
    /** There are several certificates of a kind, and nothing says which is meant. */
    AMBIGUOUS,
    /** Only an ARK's: it is in order, and nobody the verifier believes in. */
    UNTRUSTED
  }

  /**
   * One certificate under its signer.
   *
   * @param signed which certificate
   * @param signer under which
   * @param mark whether that holds
   * @param rule the rule that was kept or broken, as a sentence without a full stop
   * @param where the bytes that break it, where some do
   * @param signerKey the key under which it was looked at, see {@link Certificate#keyName}; null
   *     where there is none
   */
  public record Edge(
      String signed,
      String signer,
      Mark mark,
      String rule,
      @Nullable FaultyBytes where,
      @Nullable String signerKey) {

    static Edge of(String signed, String signer, Finding finding, @Nullable String signerKey) {
      return new Edge(
          signed,
          signer,
          finding.holds() ? Mark.HOLDS : Mark.BROKEN,
          finding.rule(),
          finding.where(),
          signerKey);
    }

    /** Whether the signer vouches for the certificate. */
    public boolean holds() {
      return mark == Mark.HOLDS;
    }

    /** The certificate that {@link #where} is in; null where that is null. */
    public @Nullable String faulty() {
      if (where == null) {
        return null;
      }
      return where.side() == FaultyBytes.Side.SIGNED ? signed : signer;
    }

    /** {@code PEK under OCA: the ECDSA_SHA256 signature by the OCA does not verify}. */
    @Override
    public String toString() {
      return signed + " under " + signer + ": " + rule;
    }
  }

  /** Whether every edge holds. */
  public boolean holds() {
    return edges.stream().allMatch(Edge::holds);
  }

  /** The fault nearest to the root, in one sentence without a full stop; empty if there is none. */
  public String firstFault() {
    return edges.reversed().stream()
        .filter(edge -> !edge.holds())
        .findFirst()
        .map(Edge::toString)
        .orElse("");
  }
}
