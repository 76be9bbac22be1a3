package dev.sealift.migration.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.access.Certificates.Holder;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A host")
class PeerTrustTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Two hosts shake hands and the source's greeting arrives; answers how the source's end fares.
   */
  private static void meet(Holder source, PeerTrust ofSource, Holder destination, PeerTrust ofDest)
      throws Exception {
    BlockingQueue<ControlConnection> accepted = new LinkedBlockingQueue<>();
    try (Listener listener =
        Listener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            destination.credentials().context(ofDest),
            PATIENCE)) {
      listener.start(accepted::add);
      try (ControlConnection control =
          ControlConnection.connect(
              source.credentials().context(ofSource), listener.address(), PATIENCE)) {
        Thread answering =
            Thread.startVirtualThread(() -> {
              try (ControlConnection other = accepted.take()) {
                other.send(new Message.Ready());
              } catch (MigrationException | InterruptedException e) {
                // The source's end says what is wrong.
              }
            });
        try {
          control.send(new Message.Hello(1, 1, true));
          control.expect(Message.Ready.class);
          assertThat(control.peerCertificate()).isEqualTo(destination.certificate());
        } catch (MigrationException failure) {
          throw control.explain(failure);
        } finally {
          answering.interrupt();
        }
      }
    }
  }

  private static PeerTrust pins(Holder... peers) {
    return new PeerTrust(
        List.of(peers).stream().map(Holder::fingerprint).collect(Collectors.toSet()), List.of());
  }

  private static PeerTrust authority(Holder authority) {
    return new PeerTrust(Set.of(), List.of(authority.certificate()));
  }

  private static void assertRefused(
      Holder source, PeerTrust ofSource, Holder destination, PeerTrust ofDest, String... words) {
    assertThatThrownBy(() -> meet(source, ofSource, destination, ofDest))
        .isInstanceOfSatisfying(
            MigrationException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(FailureCode.PEER_NOT_TRUSTED);
              assertThat(refused.sentence()).contains(words);
            });
  }

  @Test
  void believesAPeerWhoseKeyItHasPinnedAlsoUnderANewCertificate() throws Exception {
    Holder a = Certificates.of("a").selfSigned();
    Holder b = Certificates.of("b").selfSigned();
    meet(a, pins(b), b, pins(a));
    Holder renewed = Certificates.of("renewed").selfSigned(b.keys());
    meet(a, pins(b), renewed, pins(a));
  }

  @Test
  void believesPeersOfAnAuthorityAndOfThoseItHasAppointed() throws Exception {
    Holder root = Certificates.of("root").authority();
    Holder site = Certificates.of("site").issuedBy(root, true);
    Holder a = Certificates.of("a").issuedBy(root, false);
    Holder b = Certificates.of("b").issuedBy(site, false);
    meet(a, authority(root), b, authority(root));
    Holder pinned = Certificates.of("pinned").selfSigned();
    meet(
        pinned,
        authority(root),
        b,
        new PeerTrust(Set.of(pinned.fingerprint()), List.of(root.certificate())));
  }

  @Test
  void believesNobodyElse() throws Exception {
    Holder root = Certificates.of("root").authority();
    Holder a = Certificates.of("a").issuedBy(root, false);
    Holder stranger = Certificates.of("a").selfSigned();
    Holder others = Certificates.of("a").issuedBy(Certificates.of("root").authority(), false);
    Holder byAHost = Certificates.of("c").issuedBy(a, false);
    assertRefused(a, authority(root), stranger, authority(root), "CN=a", "no authority named here");
    assertRefused(a, authority(root), others, authority(root), "CN=a", "no authority named here");
    assertRefused(a, authority(root), byAHost, authority(root), "CN=c", "no authority named here");
    assertRefused(a, pins(), stranger, pins(a), "its key is not pinned here");
    assertRefused(stranger, authority(root), a, authority(root), "certificate");
    assertRefused(stranger, authority(root), a, pins(a), "certificate");
  }

  @Test
  void saysOfACertificateOutOfItsTimeWhenItIsValidAndWhatTheClockSays() throws Exception {
    Holder a = Certificates.of("a").selfSigned();
    Certificates b = Certificates.of("b");
    Holder expired = b.valid(Duration.ofDays(-2), Duration.ofDays(-1)).selfSigned();
    Holder early = b.valid(Duration.ofDays(1), Duration.ofDays(2)).selfSigned();
    String clock = "this host's clock says " + Instant.now().toString().substring(0, 11);
    assertRefused(a, pins(expired), expired, pins(a), "CN=b", "has expired", clock);
    assertRefused(a, pins(early), early, pins(a), "CN=b", "is not valid before", clock, "set it");
    assertRefused(expired, pins(a), a, pins(expired), "certificate");

    Holder root =
        Certificates.of("root").valid(Duration.ofDays(-2), Duration.ofDays(-1)).authority();
    Holder issued = Certificates.of("b").issuedBy(root, false);
    Holder shownWithRoot =
        new Holder(issued.keys(), List.of(issued.certificate(), root.certificate()));
    assertRefused(a, authority(root), shownWithRoot, pins(a), "CN=root", "has expired");
  }

  @Test
  void goesByItsClockAtEveryConnection() throws Exception {
    X509Certificate[] peer = {Certificates.of("b").selfSigned().certificate()};
    KeyFingerprint key = KeyFingerprint.of(peer[0].getPublicKey());
    Instant[] now = {Instant.now()};
    var trust = new PeerTrust(Set.of(key), List.of(), () -> now[0]);
    trust.checkClientTrusted(peer, "EC");
    now[0] = Instant.now().plus(Duration.ofDays(3));
    assertThatThrownBy(() -> trust.checkClientTrusted(peer, "EC"))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("has expired");
    now[0] = Instant.now().minus(Duration.ofDays(3));
    assertThatThrownBy(() -> trust.checkClientTrusted(peer, "EC"))
        .hasMessageContaining("is not valid before");
    assertThatThrownBy(() ->
            new PeerTrust(Set.of(key), List.of(), InstantSource.system())
                .checkClientTrusted(new X509Certificate[0], "EC"))
        .hasMessage("the peer shows no certificate");
  }

  @Test
  void refusesADestinationThatIsNotTheOneThatWasAskedFor() throws Exception {
    Holder root = Certificates.of("root").authority();
    Holder a = Certificates.of("a").issuedBy(root, false);
    Holder elsewhere = Certificates.of("b").at("10.1.2.3").issuedBy(root, false);
    assertRefused(a, authority(root), elsewhere, authority(root), "CN=b", "127.0.0.1");
    Holder pinned = Certificates.of("b").at("10.1.2.3").selfSigned();
    assertRefused(a, pins(pinned), pinned, authority(root), "CN=b", "127.0.0.1");
  }

  @Test
  void refusesACertificateForTheOtherEndOnly() throws Exception {
    Holder a = Certificates.of("a").selfSigned();
    Holder client = Certificates.of("b").only(KeyPurposeId.id_kp_clientAuth).selfSigned();
    Holder server = Certificates.of("b").only(KeyPurposeId.id_kp_serverAuth).selfSigned();
    assertRefused(a, pins(client), client, pins(a), "CN=b", "not for this use");
    assertRefused(server, pins(a), a, pins(server), "certificate");
    meet(client, pins(server), server, pins(client));
  }

  @Test
  void takesNoSessionUpAgainAndSpeaksNothingOlderThanTls13() throws Exception {
    Holder a = Certificates.of("a").selfSigned();
    Holder b = Certificates.of("b").selfSigned();
    var proofs = new AtomicInteger();
    var counting =
        new PeerTrust(
            Set.of(a.fingerprint()),
            List.of(),
            () -> {
              proofs.incrementAndGet();
              return Instant.now();
            });
    try (SSLServerSocket usual =
        (SSLServerSocket)
            b.credentials()
                .context(counting)
                .getServerSocketFactory()
                .createServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
      usual.setNeedClientAuth(true);
      Thread.startVirtualThread(() -> greetTwo(usual));
      SSLContext client = a.credentials().context(pins(b));
      shakeHands(client, usual.getLocalSocketAddress(), "TLSv1.3");
      shakeHands(client, usual.getLocalSocketAddress(), "TLSv1.3");
      assertThat(proofs).as("a usual server believes a ticket").hasValue(1);
    }
    proofs.set(0);
    try (Listener listener =
        Listener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            b.credentials().context(counting),
            PATIENCE)) {
      listener.start(control -> {
        try (control) {
          control.abort(new MigrationException(FailureCode.CANCELLED, "that was all"));
        }
      });
      SSLContext client = a.credentials().context(pins(b));
      shakeHands(client, listener.address(), "TLSv1.3");
      shakeHands(client, listener.address(), "TLSv1.3");
      assertThat(proofs).as("a host asks everybody every time").hasValue(2);
      assertThatThrownBy(() -> shakeHands(client, listener.address(), "TLSv1.2"))
          .isInstanceOf(IOException.class);
    }
  }

  private static void greetTwo(SSLServerSocket server) {
    for (int i = 0; i < 2; i++) {
      try (SSLSocket accepted = (SSLSocket) server.accept()) {
        accepted.getOutputStream().write(0);
        accepted.getInputStream().read();
      } catch (IOException e) {
        // The client's end says what is wrong.
      }
    }
  }

  /** As a peer that follows its own rules: reads until something comes or the end. */
  private static void shakeHands(SSLContext client, SocketAddress to, String version)
      throws IOException {
    try (var socket = (SSLSocket) client.getSocketFactory().createSocket()) {
      socket.connect(to);
      socket.setEnabledProtocols(new String[] {version});
      socket.startHandshake();
      assertThat(socket.getInputStream().read()).isNotNegative();
    }
  }
}
