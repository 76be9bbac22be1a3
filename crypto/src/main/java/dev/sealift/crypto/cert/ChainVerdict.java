package dev.sealift.crypto.cert;

import dev.sealift.abi.FirmwareStatus;
import java.util.List;

/**
 * What came of verifying a chain, edge by edge.
 *
 * @param root the root believed in
 * @param edges every edge, from the PDH up to the root
 */
public record ChainVerdict(RootOfTrust root, List<Edge> edges) {

  public ChainVerdict {
    edges = List.copyOf(edges);
  }

  /**
   * One certificate under its signer.
   *
   * @param signed which certificate
   * @param signer under which
   * @param status SUCCESS, INVALID_CERTIFICATE or BAD_SIGNATURE
   * @param rule the rule that was kept or broken, as a sentence without a full stop
   */
  public record Edge(String signed, String signer, FirmwareStatus status, String rule) {

    /** Whether the signer vouches for the certificate. */
    public boolean holds() {
      return status == FirmwareStatus.SUCCESS;
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
