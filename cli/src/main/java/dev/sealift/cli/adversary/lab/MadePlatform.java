package dev.sealift.cli.adversary.lab;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.Pages;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.JdkPacketEngine;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import dev.sealift.migration.trust.FirmwareVersion;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A platform that exists on paper only: its maker has all its private keys, and no Secure Processor
 * stands behind it. Whoever sends it a guest shows its maker every page.
 */
public final class MadePlatform {
  private final SecureRandom random;
  private final KeyPair pdh;
  private final PlatformChain chain;

  private MadePlatform(SecureRandom random, KeyPair pdh, PlatformChain chain) {
    this.random = random;
    this.pdh = pdh;
    this.chain = chain;
  }

  /**
   * Makes keys and certificates.
   *
   * @param signCek puts the ASK's signature into the CEK's certificate, or something like it
   * @param ask the ASK that is shown
   * @param ark the ARK that is shown
   */
  public static MadePlatform create(
      SecureRandom random,
      UnaryOperator<SevCertificate> signCek,
      AmdCertificate ask,
      AmdCertificate ark)
      throws MalformedCertificateException {
    KeyPair cek = P384.generate(random);
    KeyPair pek = P384.generate(random);
    KeyPair pdh = P384.generate(random);
    OwnerAuthority owner = OwnerAuthority.create(random);
    SevCertificate ownedPek = owner.sign(unsigned(Usage.PEK, Algorithm.ECDSA_SHA256, pek));
    PlatformChain chain =
        new PlatformChain(
            CertificateSigner.sign(
                unsigned(Usage.PDH, Algorithm.ECDH_SHA256, pdh),
                0,
                Usage.PEK,
                (ECPrivateKey) pek.getPrivate()),
            CertificateSigner.sign(ownedPek, 1, Usage.CEK, (ECPrivateKey) cek.getPrivate()),
            owner.certificate(),
            signCek.apply(unsigned(Usage.CEK, Algorithm.ECDSA_SHA256, cek)),
            ask,
            ark);
    return new MadePlatform(random, pdh, chain);
  }

  private static SevCertificate unsigned(Usage usage, Algorithm algorithm, KeyPair pair) {
    return SevCertificate.unsigned(usage, algorithm, Lab.API, (ECPublicKey) pair.getPublic());
  }

  /** Its certificates. */
  public PlatformChain chain() {
    return chain;
  }

  /** What it shows to a peer. */
  public PlatformCredentials credentials() {
    byte[] id = new byte[PlatformCredentials.LEAST_ID];
    random.nextBytes(id);
    return new PlatformCredentials(id, new FirmwareVersion(Lab.API, 255), chain);
  }

  /** SEND_START of a guest towards this platform. */
  public SendSession sendStart(Witness guest) throws VmmException {
    return guest
        .guest()
        .sev()
        .sendStart(chain.pdh().bytes(), chain.platformCertificates(), chain.amdCertificates());
  }

  /**
   * Whether the maker of this platform reads the guest's secret in a packet.
   *
   * @param from whose session it is
   * @param policy of the guest
   */
  public boolean reads(Packet packet, byte[] session, LabHost from, GuestPolicy policy)
      throws MalformedCertificateException {
    ECPrivateKey own = (ECPrivateKey) pdh.getPrivate();
    return switch (Session.open(session, own, from.chain().pdh().publicKey(), policy)) {
      case Session.Refused _ -> false;
      case Session.Opened(TransportKeys keys) -> {
        try (keys;
            PacketEngine engine = new JdkPacketEngine(keys)) {
          byte[] page = new byte[Pages.SIZE];
          boolean genuine =
              engine.open(
                  PacketEngine.DATA,
                  MemorySegment.ofArray(packet.header()),
                  MemorySegment.ofArray(packet.ciphertext()),
                  MemorySegment.ofArray(page));
          yield genuine && Witness.isSecretIn(page);
        }
      }
    };
  }

  /** What SEV alone does when a guest is to be sent to this platform. */
  public Outcome lure(Lab lab, Witness guest) throws VmmException, MalformedCertificateException {
    GuestPolicy policy = new GuestPolicy(guest.guest().configuration().policy());
    @Nullable FirmwareStatus refused = Refusal.of(() -> sendStart(guest).cancel());
    if (refused != null) {
      return Outcome.detected(refused, "SEND_START refused the platform's certificates");
    }
    SendSession session = sendStart(guest);
    try (PacketMaker packets = new PacketMaker(lab.source().host())) {
      Packet packet = packets.seal(session, Witness.PAGE);
      return reads(packet, session.session(), lab.source(), policy)
          ? Outcome.notPrevented(
              "SEND_START took the platform, and its maker reads the guest's secret")
          : Outcome.held("the platform's maker cannot read the packets");
    } finally {
      session.cancel();
    }
  }

  /** A session that this platform's maker opens towards a real one. */
  public byte[] sessionFor(LabHost to, GuestPolicy policy) throws MalformedCertificateException {
    Session.Created created =
        Session.create(
            (ECPrivateKey) pdh.getPrivate(), to.chain().pdh().publicKey(), policy, random);
    created.keys().close();
    return created.blob();
  }
}
