package dev.sealift.migration.trust;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.migration.trust.Verdict.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whom a host lets a guest go to, or takes one from. The same rules hold in both directions, and
 * they hold whatever the guest's own policy says; what that asks for comes on top.
 *
 * <p>The firmware looks at less: at the source it checks the destination's chain only where the
 * guest's policy says SEV or DOMAIN, and at the destination it checks nothing of the source's.
 * Source: AMD publication 55766, SEND_START and RECEIVE_START.
 *
 * @param roots whose chips: the peer's chain must lead to one of these; at least one
 * @param minimumApi the lowest interface version that the peer's PEK certificate may have
 * @param minimumFirmware the lowest firmware version that the peer may say it runs
 * @param sameOwner whether the peer must have this platform's owner: the same OCA certificate
 * @param owners fingerprints of OCA keys that may own the peer; empty for any
 * @param chips chips that the peer may be; empty for any
 */
public record MovePolicy(
    List<RootOfTrust> roots,
    ApiVersion minimumApi,
    FirmwareVersion minimumFirmware,
    boolean sameOwner,
    Set<String> owners,
    Set<String> chips) {
  /** The name of the rule that the peer's chain holds up to a root. */
  public static final String CHAIN = "chain";

  private static final ApiVersion ANY_API = new ApiVersion(0, 0);
  private static final FirmwareVersion ANY_FIRMWARE = new FirmwareVersion(ANY_API, 0);

  public MovePolicy {
    roots = List.copyOf(roots);
    owners = Set.copyOf(owners);
    chips = Set.copyOf(chips);
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("a policy without a root trusts nobody; name one");
    }
  }

  /** Every platform under one of these roots. */
  public static MovePolicy trusting(RootOfTrust... roots) {
    return new MovePolicy(List.of(roots), ANY_API, ANY_FIRMWARE, false, Set.of(), Set.of());
  }

  /** This policy, and the peer's PEK has at least this interface version. */
  public MovePolicy withMinimumApi(ApiVersion minimum) {
    return new MovePolicy(roots, minimum, minimumFirmware, sameOwner, owners, chips);
  }

  /** This policy, and the peer runs at least this firmware. */
  public MovePolicy withMinimumFirmware(FirmwareVersion minimum) {
    return new MovePolicy(roots, minimumApi, minimum, sameOwner, owners, chips);
  }

  /** This policy, and the peer has this platform's owner. */
  public MovePolicy withSameOwner() {
    return new MovePolicy(roots, minimumApi, minimumFirmware, true, owners, chips);
  }

  /**
   * This policy, and the peer may have this owner.
   *
   * @param fingerprint of the owner's OCA key, 64 hexadecimal digits
   */
  public MovePolicy withOwner(String fingerprint) {
    return new MovePolicy(
        roots, minimumApi, minimumFirmware, sameOwner, with(owners, fingerprint), chips);
  }

  /**
   * This policy, and the peer may be this chip.
   *
   * @param chip the fingerprint of its CEK, 64 hexadecimal digits, which its chain proves; or what
   *     GET_ID answers there, 128 or 256 digits, which is only the peer's word
   */
  public MovePolicy withChip(String chip) {
    return new MovePolicy(roots, minimumApi, minimumFirmware, sameOwner, owners, with(chips, chip));
  }

  private static Set<String> with(Set<String> set, String one) {
    Set<String> more = new HashSet<>(set);
    more.add(one);
    return more;
  }

  /**
   * Holds a peer against every rule.
   *
   * @param peer which end it is, for people: "the destination"
   * @param credentials what it shows
   * @param own this platform's chain
   * @param guest the policy of the guest that shall move
   */
  public Verdict evaluate(
      String peer, PlatformCredentials credentials, PlatformChain own, GuestPolicy guest) {
    PlatformChain chain = credentials.chain();
    List<Rule> rules = new ArrayList<>();
    rules.add(chain(peer, chain));
    rules.add(api(peer, chain, guest));
    rules.add(firmware(peer, credentials.firmware()));
    rules.add(domain(peer, chain, own, guest));
    rules.add(owner(peer, chain));
    rules.add(chip(peer, credentials));
    return new Verdict(rules);
  }

  private Rule chain(String peer, PlatformChain chain) {
    for (RootOfTrust root : roots) {
      if (root.isRootOf(chain.ark())) {
        ChainVerdict verdict = chain.verify(root);
        return verdict.holds()
            ? new Rule(CHAIN, true, "%s's platform is one of %s".formatted(peer, root.name()))
            : new Rule(
                CHAIN,
                false,
                "%s's platform is not one of %s: %s"
                    .formatted(peer, root.name(), verdict.firstFault()));
      }
    }
    return new Rule(
        CHAIN,
        false,
        "%s's platform is not one of %s: its root key is %s"
            .formatted(
                peer,
                roots.stream().map(RootOfTrust::name).collect(Collectors.joining(" or ")),
                HexFormat.of().formatHex(chain.ark().keyId())));
  }

  private Rule api(String peer, PlatformChain chain, GuestPolicy guest) {
    ApiVersion has = chain.pek().api();
    if (!guest.allowsApi(has)) {
      return new Rule(
          "api",
          false,
          "the guest's policy asks for firmware API %s or later, but %s has %s; update its firmware or choose another host"
              .formatted(guest.minimumApi(), peer, has));
    }
    if (!has.atLeast(minimumApi)) {
      return new Rule(
          "api",
          false,
          "this host asks for firmware API %s or later, but %s has %s; update its firmware"
              .formatted(minimumApi, peer, has));
    }
    ApiVersion asked = guest.minimumApi().atLeast(minimumApi) ? guest.minimumApi() : minimumApi;
    return new Rule(
        "api", true, "%s's PEK has API %s, asked for is %s".formatted(peer, has, asked));
  }

  private Rule firmware(String peer, FirmwareVersion has) {
    return has.compareTo(minimumFirmware) >= 0
        ? new Rule(
            "firmware",
            true,
            "%s says it runs firmware %s, asked for is %s".formatted(peer, has, minimumFirmware))
        : new Rule(
            "firmware",
            false,
            "this host asks for firmware %s or later, but %s says it runs %s; update it"
                .formatted(minimumFirmware, peer, has));
  }

  private Rule domain(String peer, PlatformChain chain, PlatformChain own, GuestPolicy guest) {
    if (!guest.domain() && !sameOwner) {
      return new Rule("domain", true, "another owner is allowed");
    }
    String whose =
        guest.domain() ? "the guest's policy says DOMAIN" : "this host asks for one owner";
    return chain.oca().equals(own.oca())
        ? new Rule("domain", true, whose + ", and both platforms have the same OCA")
        : new Rule(
            "domain",
            false,
            "%s, but %s belongs to another owner (its OCA certificate differs)"
                .formatted(whose, peer));
  }

  private Rule owner(String peer, PlatformChain chain) {
    String owner = fingerprint(chain.oca());
    if (owners.isEmpty()) {
      return new Rule("owner", true, "any owner is allowed; %s's is %s".formatted(peer, owner));
    }
    return owners.contains(owner)
        ? new Rule("owner", true, "%s's owner %s is on the list".formatted(peer, owner))
        : new Rule(
            "owner", false, "%s's owner %s is not on this host's list".formatted(peer, owner));
  }

  /** A certificate without a usable key is on nobody's list; the chain's rule says why. */
  private static String fingerprint(SevCertificate certificate) {
    try {
      return certificate.keyFingerprint();
    } catch (MalformedCertificateException unusable) {
      return "without a usable key";
    }
  }

  private Rule chip(String peer, PlatformCredentials credentials) {
    String key = fingerprint(credentials.chain().cek());
    String id = HexFormat.of().formatHex(credentials.chipId());
    if (chips.isEmpty()) {
      return new Rule("chip", true, "any chip is allowed; %s's CEK is %s".formatted(peer, key));
    }
    if (chips.contains(key)) {
      return new Rule("chip", true, "%s's CEK %s is on the list".formatted(peer, key));
    }
    return chips.contains(id)
        ? new Rule(
            "chip", true, "%s says its chip's id is %s, which is on the list".formatted(peer, id))
        : new Rule(
            "chip",
            false,
            "neither %s's CEK %s nor the chip's id that it claims is on this host's list"
                .formatted(peer, key));
  }
}
