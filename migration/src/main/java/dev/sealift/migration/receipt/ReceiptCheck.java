package dev.sealift.migration.receipt;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.launch.AttestationReport;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.trust.Verdict.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a receipt proves what it says, by nothing but itself and the roots that its reader
 * believes in.
 *
 * <p>What it proves: both platforms are genuine; on each, a host that had a guest of this policy
 * asked the firmware to sign this statement; and the source's firmware vouches for what the guest
 * was launched with. What the statement says beyond that is the word of the two hosts.
 */
public final class ReceiptCheck {
  private final List<RootOfTrust> roots;

  /**
   * A check.
   *
   * @param roots the roots that the reader believes in
   */
  public ReceiptCheck(List<RootOfTrust> roots) {
    this.roots = List.copyOf(roots);
  }

  /**
   * Holds a receipt against every rule.
   *
   * @param launchDigest what the guest must have been launched with, 32 bytes; null where that does
   *     not matter
   */
  public Verdict verify(Receipt receipt, byte @Nullable [] launchDigest) {
    Statement statement = receipt.statement();
    byte[] said = statement.encode();
    List<Rule> rules = new ArrayList<>();
    rules.add(chain(Signer.SOURCE, statement.source()));
    rules.add(chain(Signer.DESTINATION, statement.destination()));
    rules.add(
        signature(
            Signer.DESTINATION,
            statement.destination(),
            receipt.destinationReport(),
            said,
            statement.policy()));
    AttestationReport source = receipt.sourceReport();
    if (source == null) {
      rules.add(
          new Rule(
              "source signature",
              false,
              "the source did not sign: that it has finished with the guest, and what the guest was launched with, is only the destination's word"));
    } else {
      rules.add(signature(Signer.SOURCE, statement.source(), source, said, statement.policy()));
      rules.add(launch(source, launchDigest));
    }
    rules.add(times(statement.times()));
    return new Verdict(rules);
  }

  private Rule chain(Signer whose, PlatformCredentials credentials) {
    String name = whose + " chain";
    PlatformChain chain = credentials.chain();
    for (RootOfTrust root : roots) {
      if (root.isRootOf(chain.ark())) {
        ChainVerdict verdict = chain.verify(root);
        return verdict.holds()
            ? new Rule(name, true, "the %s's platform is one of %s".formatted(whose, root.name()))
            : new Rule(name, false, "the %s's %s".formatted(whose, verdict.firstFault()));
      }
    }
    return new Rule(
        name,
        false,
        "the %s's chain leads to root key %s, which is none of those believed in"
            .formatted(whose, HexFormat.of().formatHex(chain.ark().keyId())));
  }

  private static Rule signature(
      Signer signer,
      PlatformCredentials credentials,
      AttestationReport report,
      byte[] said,
      int policy) {
    String name = signer + " signature";
    if (report.verify(credentials.chain().pek()) != FirmwareStatus.SUCCESS) {
      return new Rule(
          name,
          false,
          "the %s's PEK has not made the attestation report that stands for its signature"
              .formatted(signer));
    }
    if (!Arrays.equals(report.nonce(), signer.nonce(said))) {
      return new Rule(
          name,
          false,
          "the %s's report signs another statement: one of the two was changed".formatted(signer));
    }
    if (!report.policy().equals(new GuestPolicy(policy))) {
      return new Rule(
          name,
          false,
          "the %s's firmware reports policy %s, the statement says %s"
              .formatted(signer, report.policy(), new GuestPolicy(policy)));
    }
    return new Rule(
        name,
        true,
        "the %s's PEK signs the statement and the policy %s".formatted(signer, report.policy()));
  }

  private static Rule launch(AttestationReport source, byte @Nullable [] wanted) {
    byte[] digest = source.launchDigest();
    String hex = HexFormat.of().formatHex(digest);
    boolean received = Arrays.equals(digest, new byte[digest.length]);
    if (wanted != null && !Arrays.equals(digest, wanted)) {
      return new Rule(
          "launch",
          false,
          received
              ? "the source had itself received the guest, and its firmware does not know the launch digest; the receipt of that arrival does"
              : "the guest was launched with digest %s, not %s"
                  .formatted(hex, HexFormat.of().formatHex(wanted)));
    }
    return new Rule(
        "launch",
        true,
        received
            ? "the source had itself received the guest; what it was launched with stands in the receipt of that arrival"
            : "the guest was launched with digest " + hex);
  }

  private static Rule times(Statement.Times times) {
    boolean ordered =
        !times.paused().isBefore(times.began()) && !times.finished().isBefore(times.paused());
    return new Rule(
        "times",
        ordered,
        ordered
            ? "the guest was paused at %s and finished at %s"
                .formatted(times.paused(), times.finished())
            : "the source's times are not in order");
  }
}
