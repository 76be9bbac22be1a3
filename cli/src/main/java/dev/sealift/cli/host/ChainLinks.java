package dev.sealift.cli.host;

import dev.sealift.cli.view.ChainLink;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A platform's certificates and their signers, as a host shows them. */
final class ChainLinks {
  private static final String ARK = "ARK";

  private ChainLinks() {}

  /**
   * Every edge of a chain.
   *
   * @param roots those that this host believes in
   */
  static List<ChainLink> of(PlatformChain chain, List<RootOfTrust> roots) {
    Optional<RootOfTrust> believed =
        roots.stream().filter(root -> root.isRootOf(chain.ark())).findFirst();
    ChainVerdict verdict = chain.verify(believed.orElseGet(() -> RootOfTrust.of(chain.ark())));
    Map<String, String> keys =
        Map.of(
            "PDH",
            chain.pdh().keyName(),
            "PEK",
            chain.pek().keyName(),
            "OCA",
            chain.oca().keyName(),
            "CEK",
            chain.cek().keyName(),
            "ASK",
            chain.ask().keyName(),
            ARK,
            chain.ark().keyName());
    return verdict.edges().stream()
        .map(edge -> {
          boolean top = edge.signed().equals(ARK);
          boolean stranger = top && believed.isEmpty();
          return new ChainLink(
              edge.signed(),
              keys.getOrDefault(edge.signed(), ""),
              top ? ARK : edge.signer(),
              edge.holds() && !stranger,
              stranger ? "no root that this host believes in" : edge.rule());
        })
        .toList();
  }
}
