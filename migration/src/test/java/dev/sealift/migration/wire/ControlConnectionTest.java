package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.migration.Identities;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Control and data connections at one port, over true TLS. */
class ControlConnectionTest {
  private static final Identities AUTHORITY = Identities.authority("hosts");
  private static final SSLContext SOURCE = AUTHORITY.host("source");
  private static final SSLContext DESTINATION = AUTHORITY.host("destination");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final BlockingQueue<ControlConnection> accepted = new LinkedBlockingQueue<>();
  private Listener listener;
  private ControlConnection source;
  private ControlConnection destination;

  @BeforeEach
  void listen() throws IOException {
    listener = listen(DESTINATION, PATIENCE);
  }

  @AfterEach
  void close() throws InterruptedException {
    listener.close();
    if (destination != null) {
      // Each side waits for the other to close its end.
      Thread closing = Thread.startVirtualThread(destination::close);
      if (source != null) {
        source.close();
      }
      closing.join();
    }
  }

  private void meet(Duration timeout) throws Exception {
    source = connect(SOURCE, timeout);
    destination = accepted.take();
  }

  @Test
  void messagesGoBothWays() throws Exception {
    meet(PATIENCE);
    source.send(new Message.Hello(1, 1, true));
    assertThat(destination.expect(Message.Hello.class)).isEqualTo(new Message.Hello(1, 1, true));
    destination.send(new Message.RoundDone(3));
    assertThat(source.expect(Message.RoundDone.class)).isEqualTo(new Message.RoundDone(3));
    assertThat(destination.peer().getName()).isEqualTo("CN=source");
    assertThat(source.peer().getName()).isEqualTo("CN=destination");
  }

  @Test
  void bothSidesExportTheSameKeyForAMoveAndAnotherForAnotherMove() throws Exception {
    meet(PATIENCE);
    byte[] key = source.batchKey(new MoveId(1, 2)).getEncoded();
    assertThat(key).hasSize(32);
    assertThat(destination.batchKey(new MoveId(1, 2)).getEncoded()).isEqualTo(key);
    assertThat(destination.batchKey(new MoveId(1, 3)).getEncoded()).isNotEqualTo(key);
  }

  @Test
  void callersWhoSayNothingKeepNobodyAway() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        silent.add(new Socket(listener.address().getAddress(), listener.address().getPort()));
      }
      meet(PATIENCE);
      source.send(new Message.Running());
      assertThat(destination.receive()).isEqualTo(new Message.Running());
      // The first of them were hung up on, so that the others and the source had a place.
      assertThat(silent.getFirst().getInputStream().read()).isNegative();
    } finally {
      for (Socket caller : silent) {
        caller.close();
      }
    }
  }

  @Test
  void aPeerThatHangsUpBeforeItSaidWhoItIsIsALostLinkAndNotAStranger() throws Exception {
    try (ServerSocket rude = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread hangingUp =
          Thread.startVirtualThread(() -> {
            try (Socket caller = rude.accept()) {
              assertThat(caller.getInputStream().read(new byte[65536])).isPositive();
            } catch (IOException gone) {
              // The test's assertion tells.
            }
          });
      assertThatThrownBy(() ->
              ControlConnection.connect(
                  SOURCE,
                  new InetSocketAddress(rude.getInetAddress(), rude.getLocalPort()),
                  PATIENCE))
          .isInstanceOfSatisfying(
              MigrationException.class,
              lost -> assertThat(lost.code()).as(lost.sentence()).isEqualTo(FailureCode.LINK_LOST));
      hangingUp.join();
    }
  }

  @Test
  void anAbortIsHeardWithItsReason() throws Exception {
    meet(PATIENCE);
    destination.abort(MigrationException.sealBroken("a seal does not hold"));
    assertFails(
        source::receive,
        FailureCode.PACKET_REFUSED,
        failure -> {
          assertThat(failure).hasMessage("a seal does not hold");
          assertThat(failure.status()).isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
          assertThat(failure.fromPeer()).isTrue();
        });
  }

  @Test
  void anAbortExplainsALinkThatBroke() throws Exception {
    meet(PATIENCE);
    var broken = new MigrationException(FailureCode.LINK_LOST, "a data connection was lost");
    destination.abort(new MigrationException(FailureCode.INCOMPLETE, "pages are missing"));
    assertThat(source.explain(broken)).hasMessage("pages are missing");
  }

  @Test
  void whatWasSaidBeforeTheLinkWasLostIsStillHeard() throws Exception {
    meet(PATIENCE);
    destination.send(new Message.Running());
    Thread closing = Thread.startVirtualThread(destination::close);
    assertThat(source.receive()).isEqualTo(new Message.Running());
    assertFails(source::receive, FailureCode.LINK_LOST, failure -> {});
    source.close();
    closing.join();
  }

  @Test
  void aFailureOfAnotherPartIsLearntWhileWaiting() throws Exception {
    meet(PATIENCE);
    source.fail(new MigrationException(FailureCode.HOST_FAILED, "no memory"));
    assertFails(source::receive, FailureCode.HOST_FAILED, failure -> {});
    assertThat(destination.bytesSent()).isPositive();
  }

  @Test
  void aPeerThatSaysNothingIsGivenUpInTime() throws Exception {
    meet(Duration.ofMillis(500));
    assertFails(source::receive, FailureCode.TIMED_OUT, failure -> {});
    assertThat(destination.bytesSent()).isPositive();
  }

  @Test
  void aMessageOutOfTurnIsNamed() throws Exception {
    meet(PATIENCE);
    destination.send(new Message.Ready());
    assertFails(
        () -> source.expect(Message.Welcome.class),
        FailureCode.OUT_OF_TURN,
        failure -> assertThat(failure).hasMessage("the peer said Ready where Welcome was due"));
  }

  @Test
  void aPeerWithoutACertificateGetsNothing() throws Exception {
    assertFails(
        () -> {
          try (ControlConnection stranger = connect(AUTHORITY.stranger(), PATIENCE)) {
            try {
              stranger.send(new Message.Hello(1, 1, false));
              stranger.receive();
            } catch (MigrationException failure) {
              throw stranger.explain(failure);
            }
          }
        },
        FailureCode.PEER_NOT_TRUSTED,
        failure -> {});
    assertThat(accepted).isEmpty();
  }

  @Test
  void aPeerOfAnotherAuthorityIsNotTrustedByEitherSide() throws Exception {
    SSLContext foreign = Identities.authority("others").host("source");
    assertFails(
        () -> connect(foreign, PATIENCE).close(), FailureCode.PEER_NOT_TRUSTED, failure -> {});
    assertThat(accepted).isEmpty();
  }

  @Test
  void aDestinationWhoseCertificateIsForAnotherAddressIsNotTrusted() throws Exception {
    try (Listener elsewhere =
        listen(AUTHORITY.host("elsewhere", "127.0.0.2", "elsewhere.test"), PATIENCE)) {
      assertFails(
          () -> ControlConnection.connect(SOURCE, elsewhere.address(), PATIENCE).close(),
          FailureCode.PEER_NOT_TRUSTED,
          failure -> {});
    }
  }

  @Test
  void olderTlsIsNotSpoken() throws Exception {
    try (SSLSocket old =
        (SSLSocket)
            SOURCE
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), listener.address().getPort())) {
      old.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThatThrownBy(old::startHandshake).isInstanceOf(IOException.class);
    }
    assertThat(accepted).isEmpty();
  }

  @Test
  void garbageInsideTlsIsAnswered() throws Exception {
    for (byte[] garbage :
        new byte[][] {
          new byte[8],
          "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
          {0, 5, 0, 0, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF}
        }) {
      try (SSLSocket raw =
          (SSLSocket)
              SOURCE
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), listener.address().getPort())) {
        raw.startHandshake();
        destination = accepted.take();
        raw.getOutputStream().write(garbage);
        assertFails(
            destination::receive, FailureCode.MALFORMED, failure -> destination.abort(failure));
        assertThat(MessageCodec.read(raw.getInputStream()))
            .isInstanceOfSatisfying(
                Message.Abort.class,
                abort -> assertThat(abort.code()).isEqualTo(FailureCode.MALFORMED));
      }
    }
  }

  @Test
  void whatIsNeitherTlsNorADataConnectionIsHungUpOn() throws Exception {
    for (String greeting :
        new String[] {
          "GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x" + " ".repeat(64), "SLFTDAT1" + "x".repeat(36)
        }) {
      try (var socket =
          new Socket(InetAddress.getLoopbackAddress(), listener.address().getPort())) {
        OutputStream out = socket.getOutputStream();
        out.write(greeting.getBytes(StandardCharsets.US_ASCII));
        assertThat(endOf(socket)).isTrue();
      }
    }
    assertThat(accepted).isEmpty();
  }

  @Test
  void aStrangerThatSaysNothingIsHungUpOnInTime() throws Exception {
    try (Listener strict = listen(DESTINATION, Duration.ofMillis(50));
        var socket = new Socket(InetAddress.getLoopbackAddress(), strict.address().getPort())) {
      assertThat(endOf(socket)).isTrue();
    }
  }

  @Test
  void eachDataConnectionOfAMoveIsLetInOnce() throws Exception {
    var move = new MoveId(5, 6);
    meet(PATIENCE);
    try (Arena arena = Arena.ofShared();
        DataGate gate = listener.expect(destination, move, 2)) {
      var slots = new PacketSlots(arena.allocate(PacketSlots.bytes(1), 4096), 1);
      try (BatchWriter first = writer(source, move, 0, slots);
          BatchReader reader = gate.await(0, slots, new Manifest(3), PATIENCE);
          BatchWriter again = writer(source, move, 0, slots);
          BatchWriter beyond = writer(source, move, 2, slots);
          BatchWriter forged = writer(destination, new MoveId(5, 7), 1, slots)) {
        first.send(0, new long[] {42}, 1);
        assertThat(reader.next().orElseThrow().gfns()).containsExactly(42);
        for (BatchWriter refused : new BatchWriter[] {again, beyond, forged}) {
          assertRefused(refused);
        }
        assertFails(
            () -> gate.await(1, slots, new Manifest(3), Duration.ofMillis(50)),
            FailureCode.TIMED_OUT,
            failure -> {});
      }
    }
  }

  @Test
  void twoMovesOfOneNameAreRefused() throws Exception {
    var move = new MoveId(5, 6);
    meet(PATIENCE);
    try (DataGate gate = listener.expect(destination, move, 1)) {
      assertThat(gate.move()).isEqualTo(move);
      assertThat(source.peer()).isNotNull();
      assertFails(
          () -> listener.expect(destination, move, 1), FailureCode.MALFORMED, failure -> {});
    }
  }

  private BatchWriter writer(ControlConnection control, MoveId move, int index, PacketSlots slots)
      throws MigrationException {
    return BatchWriter.connect(
        listener.address(), control, move, index, slots, new Manifest(3), PATIENCE);
  }

  private static void assertRefused(BatchWriter writer) {
    assertFails(
        () -> {
          while (true) {
            writer.send(0, new long[] {1}, 1);
          }
        },
        FailureCode.LINK_LOST,
        failure -> {});
  }

  private Listener listen(SSLContext identity, Duration timeout) throws IOException {
    Listener opened =
        Listener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), identity, timeout);
    opened.start(accepted::add);
    return opened;
  }

  private ControlConnection connect(SSLContext identity, Duration timeout)
      throws MigrationException {
    return ControlConnection.connect(identity, listener.address(), timeout);
  }

  private static boolean endOf(Socket socket) throws IOException {
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(10));
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  private interface Attempt {
    void run() throws Exception;
  }

  private interface Look {
    void at(MigrationException failure);
  }

  private static void assertFails(Attempt attempt, FailureCode code, Look look) {
    assertThatThrownBy(attempt::run)
        .isInstanceOfSatisfying(
            MigrationException.class,
            failure -> {
              assertThat(failure.code()).as(failure.sentence()).isEqualTo(code);
              look.at(failure);
            });
  }
}
