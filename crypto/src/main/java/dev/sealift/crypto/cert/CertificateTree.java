package dev.sealift.crypto.cert;

import dev.sealift.crypto.cert.ChainVerdict.Edge;
import dev.sealift.crypto.cert.ChainVerdict.Mark;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Certificates of one platform, given in any order and in any number, each put in its place:
 *
 * <pre>
 *   PDH
 *    +- PEK
 *        +- OCA, signed by itself
 *        +- CEK
 *            +- ASK
 *                +- ARK, one of AMD's pinned roots
 * </pre>
 *
 * <p>A certificate that is there twice counts once. One whose signatures another over the same key
 * has too, and more, gives way to that one: so a CEK as the firmware exports it is replaced by the
 * one that AMD's key server signed, and a PEK request by the PEK.
 *
 * <p>The tree is judged by the firmware's rules, {@link CertificateChecks}, and one more: bytes of
 * a signature that mean nothing are zero. Immutable. Source: AMD publication 55766, certificates.
 */
public final class CertificateTree {
  private final Map<Usage, List<Certificate>> places;

  private CertificateTree(Map<Usage, List<Certificate>> places) {
    this.places = places;
  }

  /**
   * Puts certificates in their places.
   *
   * @throws IllegalArgumentException if one is of no usage, or an AMD certificate of a platform's
   *     or the other way round; {@link CertificateFile} gives none such
   */
  public static CertificateTree of(Collection<? extends Certificate> certificates) {
    Map<Usage, List<Certificate>> places = new EnumMap<>(Usage.class);
    for (Certificate certificate : certificates) {
      List<Certificate> place =
          places.computeIfAbsent(usageOf(certificate), _ -> new ArrayList<>());
      if (place.stream().noneMatch(other -> supersedes(other, certificate))) {
        place.removeIf(other -> supersedes(certificate, other));
        place.add(certificate);
      }
    }
    places.replaceAll((_, place) -> List.copyOf(place));
    return new CertificateTree(places);
  }

  /**
   * Every certificate in a place: none if it is missing, several if nothing says which is meant.
   */
  public List<Certificate> candidates(Usage usage) {
    return places.getOrDefault(usage, List.of());
  }

  /** The certificate in a place; empty if there is none, or more than one. */
  public Optional<Certificate> find(Usage usage) {
    return Optional.ofNullable(only(usage));
  }

  /** The processor's generation, if the ARK is one of AMD's pinned roots. */
  public Optional<Generation> generation() {
    return only(Usage.ARK) instanceof AmdCertificate ark ? Generation.of(ark) : Optional.empty();
  }

  /** All six certificates, if each is there once; says nothing of whether they hold. */
  public Optional<PlatformChain> chain() {
    return only(Usage.PDH) instanceof SevCertificate pdh
            && only(Usage.PEK) instanceof SevCertificate pek
            && only(Usage.OCA) instanceof SevCertificate oca
            && only(Usage.CEK) instanceof SevCertificate cek
            && only(Usage.ASK) instanceof AmdCertificate ask
            && only(Usage.ARK) instanceof AmdCertificate ark
        ? Optional.of(new PlatformChain(pdh, pek, oca, cek, ask, ark))
        : Optional.empty();
  }

  /** Checks every edge, up to one of AMD's pinned roots. It holds only if nothing is missing. */
  public ChainVerdict verify() {
    return verdict(null);
  }

  /** Checks every edge, up to this root and no other. It holds only if nothing is missing. */
  public ChainVerdict verify(RootOfTrust believed) {
    return verdict(believed);
  }

  private ChainVerdict verdict(@Nullable RootOfTrust believed) {
    return new ChainVerdict(
        List.of(
            edge(Usage.PDH, Usage.PEK),
            edge(Usage.PEK, Usage.OCA),
            edge(Usage.OCA, Usage.OCA),
            edge(Usage.PEK, Usage.CEK),
            edge(Usage.CEK, Usage.ASK),
            edge(Usage.ASK, Usage.ARK),
            root(believed)));
  }

  private Edge edge(Usage signed, Usage signer) {
    Certificate certificate = only(signed);
    Certificate key = only(signer);
    if (certificate == null || key == null) {
      return undecided(signed, signer);
    }
    return Edge.of(signed.name(), signer.name(), check(certificate, key), key.keyName());
  }

  private static Finding check(Certificate certificate, Certificate signer) {
    return switch (certificate) {
      case SevCertificate platforms when platforms.isUnsigned() ->
          Finding.invalid(unsigned(platforms));
      case SevCertificate platforms -> {
        Finding form = SignatureForm.check(platforms, signer);
        yield form.holds() ? checkRules(platforms, signer) : form;
      }
      case AmdCertificate ask when signer instanceof AmdCertificate ark ->
          AmdCertificateRules.checkAsk(ask, ark);
      case AmdCertificate _ -> throw new IllegalStateException("a platform signs no ASK");
    };
  }

  private static Finding checkRules(SevCertificate certificate, Certificate signer) {
    return switch (signer) {
      case AmdCertificate ask -> SevCertificateRules.checkCek(certificate, ask);
      case SevCertificate pek when certificate.usage() == Usage.PDH.value() ->
          SevCertificateRules.checkPdh(certificate, pek);
      case SevCertificate other -> SevCertificateRules.check(certificate, other);
    };
  }

  private Edge root(@Nullable RootOfTrust believed) {
    String roots = believed == null ? "AMD's roots" : believed.name();
    if (!(only(Usage.ARK) instanceof AmdCertificate ark)) {
      return undecided(Usage.ARK, roots, List.of(Usage.ARK));
    }
    Optional<Generation> generation = Generation.of(ark);
    String root =
        believed == null
            ? generation.map(known -> RootOfTrust.of(known).name()).orElse(roots)
            : believed.name();
    Finding itself = AmdCertificateRules.checkSelfSigned(ark);
    if (!itself.holds()) {
      return Edge.of("ARK", root, itself, ark.keyName());
    }
    if (believed == null ? generation.isPresent() : believed.isRootOf(ark)) {
      return Edge.of(
          "ARK",
          root,
          Finding.kept(believed == null ? "is the pinned root" : "is the root believed in"),
          ark.keyName());
    }
    return new Edge("ARK", root, Mark.UNTRUSTED, stranger(ark, believed), null, ark.keyName());
  }

  /** Why an ARK that is in order is nobody to believe. */
  private static String stranger(AmdCertificate ark, @Nullable RootOfTrust believed) {
    if (believed != null) {
      return "the chain leads to the root " + ark.keyName() + ", which is another";
    }
    if (ModelRoot.isNamedLike(ark)) {
      return "the chain leads to a model root, not AMD's: no processor vouches for anything here";
    }
    return Generation.named(ark)
        .map(generation ->
            "the chain leads to a root that has the key id of AMD's for "
                + generation
                + " and is not the same")
        .orElse("the chain leads to the root " + ark.keyName() + ", which is none of AMD's");
  }

  private Edge undecided(Usage signed, Usage signer) {
    return undecided(
        signed, signer.name(), signed == signer ? List.of(signed) : List.of(signed, signer));
  }

  private Edge undecided(Usage signed, String signer, List<Usage> wanted) {
    List<String> several = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Usage usage : wanted) {
      int candidates = candidates(usage).size();
      if (candidates == 0) {
        missing.add(source(usage));
      } else if (candidates > 1) {
        several.add("there are %d different %ss".formatted(candidates, usage));
      }
    }
    return several.isEmpty()
        ? new Edge(
            signed.name(),
            signer,
            Mark.MISSING,
            "give " + String.join(", and ", missing),
            null,
            null)
        : new Edge(
            signed.name(),
            signer,
            Mark.AMBIGUOUS,
            String.join(", and ", several) + ": give the files of one platform only",
            null,
            null);
  }

  /** Names a certificate and where it comes from, for people who lack it. */
  public static String source(Usage usage) {
    return switch (usage) {
      case PDH, PEK, OCA -> "the " + usage + ", which the platform exports";
      case CEK -> "the CEK, which AMD's key server has for the chip's id";
      case ASK, ARK -> "the " + usage + ", which AMD publishes for each generation";
      case NONE -> throw new IllegalArgumentException("nobody needs a certificate of no usage");
    };
  }

  private static String unsigned(SevCertificate certificate) {
    return certificate.usage() == Usage.CEK.value()
        ? "nobody has signed this CEK: it is as the firmware exports it, and AMD's key server has"
            + " the signed one for the chip's id"
        : "nobody has signed this " + Usage.describe(certificate.usage());
  }

  private @Nullable Certificate only(Usage usage) {
    List<Certificate> place = candidates(usage);
    return place.size() == 1 ? place.getFirst() : null;
  }

  /** Whether the first says all that the second says. */
  private static boolean supersedes(Certificate first, Certificate second) {
    if (first.equals(second)) {
      return true;
    }
    if (!(first instanceof SevCertificate signed && second instanceof SevCertificate other)) {
      return false;
    }
    return (other.isUnsigned() || signed.sameBody(other))
        && signed.hasSignaturesOf(other)
        && sameKey(signed, other);
  }

  private static boolean sameKey(SevCertificate first, SevCertificate second) {
    try {
      return first.keyFingerprint().equals(second.keyFingerprint());
    } catch (MalformedCertificateException unusable) {
      return false;
    }
  }

  private static Usage usageOf(Certificate certificate) {
    Usage usage = Usage.of(certificate.usage());
    boolean fits =
        switch (usage) {
          case PDH, PEK, OCA, CEK -> certificate instanceof SevCertificate;
          case ARK, ASK -> certificate instanceof AmdCertificate;
          case NONE -> false;
          case null -> false;
        };
    if (usage == null || !fits) {
      throw new IllegalArgumentException(
          "this certificate has no place in a chain: " + certificate);
    }
    return usage;
  }
}
