package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.flipped;

import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import dev.sealift.crypto.cert.SignatureSlot;

/** How to bring faults of certificates about. */
final class CertificateFaults {

  private CertificateFaults() {}

  static void addTo(FaultRecipes recipes) {
    recipes.after(
        "amd_certs_len is not that of an ASK and an ARK",
        "amd_certs_len",
        s -> s.set("amd_certs_len", 3199));
    recipes.after("ASK and ARK are malformed", "ask, ark", s -> s.certificates.malformedAmd = true);
    recipes.after(
        "ARK under itself: wrong signature",
        "ark",
        s -> s.certificates.ark = flipped(s.certificates.ark, 8 * 1599));
    recipes.before(
        "ARK under itself: malformed, or not the root", "the root", s -> s.strangeRoot = true);
    recipes.after(
        "ASK under ARK: wrong signature",
        "ask",
        s -> s.certificates.ask = flipped(s.certificates.ask, 8 * 1599));
    // The ARK signs itself, and is no ASK.
    recipes.after(
        "ASK under ARK: malformed", "ask", s -> s.certificates.ask = Roots.model().ark().bytes());
    slot(
        recipes,
        "CEK under ASK",
        "cek",
        0,
        s -> s.certificates.cek,
        (s, c) -> s.certificates.cek = c);
    slot(
        recipes,
        "PEK under CEK",
        "pek",
        1,
        s -> s.certificates.pek,
        (s, c) -> s.certificates.pek = c);
    slot(
        recipes,
        "PEK under OCA",
        "pek",
        0,
        s -> s.certificates.pek,
        (s, c) -> s.certificates.pek = c);
    slot(
        recipes,
        "PDH under PEK",
        "pdh",
        0,
        s -> s.certificates.pdh,
        (s, c) -> s.certificates.pdh = c);
    slot(
        recipes,
        "OCA under itself",
        "oca",
        0,
        s -> s.certificates.oca,
        (s, c) -> s.certificates.oca = c);
    recipes.before(
        "the PEK's API is older than the policy asks for",
        "policy API",
        s -> s.policy = s.policy.withMinimumApi(1, 56));
    recipes.after(
        "the OCA is another owner's",
        "pdh slot 0, pek slot 0, pek slot 1, oca slot 0, pdh body",
        s -> {
          s.certificates.oca = TableFixtures.FOREIGN.oca();
          s.certificates.pek = TableFixtures.FOREIGN.pek().certificate();
          s.certificates.pdh = TableFixtures.FOREIGN.pdh().certificate();
        });
    recipes.after(
        "the PDH certificate is not of a Diffie-Hellman key",
        "pdh slot 0, pdh body",
        s ->
            s.certificates.pdh =
                CertificateSigner.sign(
                    signing(s.certificates.pdh),
                    0,
                    Usage.PEK,
                    TableFixtures.TARGET.pek().privateKey()));
  }

  /** The same key, said to be for signatures. */
  private static SevCertificate signing(SevCertificate pdh) {
    byte[] bytes = pdh.bytes();
    bytes[0x0C] = 2;
    try {
      return SevCertificate.parse(bytes);
    } catch (MalformedCertificateException e) {
      throw new AssertionError(e);
    }
  }

  private interface Getter {
    SevCertificate of(Scenario scenario);
  }

  private interface Setter {
    void set(Scenario scenario, SevCertificate certificate);
  }

  private static void slot(
      FaultRecipes recipes, String edge, String name, int slot, Getter from, Setter to) {
    String spoils = name + " slot " + slot;
    recipes.after(
        edge + ": wrong signature",
        spoils,
        s -> {
          SignatureSlot good = from.of(s).slot(slot);
          byte[] bad = good.signature().clone();
          bad[0] ^= 1;
          to.set(
              s, from.of(s).withSlot(slot, new SignatureSlot(good.usage(), good.algorithm(), bad)));
        });
    recipes.after(
        edge + ": no signature, or malformed",
        spoils,
        s -> to.set(s, from.of(s).withSlot(slot, SignatureSlot.EMPTY)));
  }
}
