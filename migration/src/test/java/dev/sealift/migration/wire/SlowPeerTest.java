package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.Identities;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that never read, that send a byte now and then, and strangers in great number. */
class SlowPeerTest {
  private static final Identities AUTHORITY = Identities.authority("hosts");
  private static final SSLContext SOURCE = AUTHORITY.host("source");
  private static final SSLContext DESTINATION = AUTHORITY.host("destination");
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(30);

  /** Strangers that a listener hears out at a time. */
  private static final int STRANGERS = 64;

  /** Shorter than any time limit, so that each byte is a sign of life. */
  private static final long BETWEEN_BYTES_NANOS = 50_000_000;

  private final BlockingQueue<ControlConnection> accepted = new LinkedBlockingQueue<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private Listener listener;

  @AfterEach
  void close() {
    over.set(true);
    listener.close();
    accepted.forEach(ControlConnection::close);
  }

  @Test
  void aHandshakeThatComesByteByByteIsEndedInTime() throws Exception {
    listen(SHORT);
    byte[] hello = ByteBuffer.allocate(517).put(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, -4}).array();
    try (Socket peer = connect()) {
      assertThat(isHungUpOnWhileSending(peer, hello)).isTrue();
    }
    assertThat(accepted).isEmpty();
  }

  @Test
  void aPrefaceThatComesByteByByteIsEndedInTime() throws Exception {
    listen(SHORT);
    byte[] preface = "SLFTDAT1".concat("x".repeat(36)).getBytes(StandardCharsets.US_ASCII);
    try (Socket peer = connect()) {
      assertThat(isHungUpOnWhileSending(peer, preface)).isTrue();
    }
  }

  @Test
  void aMessageThatComesByteByByteIsNoSignOfLife() throws Exception {
    listen(SHORT);
    try (SSLSocket peer = untilAccepted()) {
      ControlConnection control = accepted.element();
      byte[] message =
          MessageCodec.encode(new Message.SharedPages(0, new long[] {0}, new byte[4096]));
      Thread sending = Thread.startVirtualThread(() -> trickle(peer, message, new AtomicInteger()));
      assertThatThrownBy(control::receive)
          .isInstanceOfSatisfying(
              MigrationException.class,
              failure -> assertThat(failure.code()).isEqualTo(FailureCode.TIMED_OUT));
      over.set(true);
      sending.join();
    }
  }

  @Test
  void aPeerThatNeverReadsIsGivenUpInTime() throws Exception {
    listen(SHORT);
    try (SSLSocket peer = untilAccepted()) {
      ControlConnection control = accepted.element();
      var pages = new Message.SharedPages(0, new long[Bounds.SHARED_PAGES], new byte[64 * 4096]);
      assertThatThrownBy(
              () -> {
                while (peer.isConnected()) {
                  control.send(pages);
                }
              })
          .isInstanceOfSatisfying(
              MigrationException.class,
              failure -> assertThat(failure.code()).isEqualTo(FailureCode.TIMED_OUT));
    }
  }

  @Test
  void ofMoreStrangersThanAHostHearsOutTheOneWhoWaitsLongestIsHungUpOn() throws Exception {
    listen(LONG);
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < STRANGERS; i++) {
        silent.add(connect());
      }
      silent.add(connect());
      assertThat(isHungUpOn(silent.removeFirst())).as("the one who waits longest").isTrue();
      for (Socket stranger : silent) {
        stranger.setSoTimeout(1);
        assertThatThrownBy(() -> stranger.getInputStream().read())
            .as("those after it still have time")
            .isInstanceOf(SocketTimeoutException.class);
      }
    } finally {
      for (Socket stranger : silent) {
        stranger.close();
      }
    }
    try (SSLSocket peer = untilAccepted()) {
      assertThat(accepted.element().peer().getName()).isEqualTo("CN=source");
      assertThat(peer.isConnected()).isTrue();
    }
  }

  /** Tries until the host has a place, and was in time with its part of the handshake. */
  private SSLSocket untilAccepted() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (true) {
      try {
        SSLSocket peer = tls();
        ControlConnection control = accepted.poll(2, TimeUnit.SECONDS);
        if (control != null) {
          accepted.add(control);
          return peer;
        }
        peer.close();
      } catch (IOException busy) {
        if (System.nanoTime() - deadline > 0) {
          throw busy;
        }
      }
    }
  }

  private void listen(Duration timeout) throws IOException {
    listener =
        Listener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), DESTINATION, timeout);
    listener.start(accepted::add);
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), listener.address().getPort());
  }

  private SSLSocket tls() throws IOException {
    var socket =
        (SSLSocket)
            SOURCE
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), listener.address().getPort());
    try {
      socket.startHandshake();
      return socket;
    } catch (IOException refused) {
      socket.close();
      throw refused;
    }
  }

  /** The host hangs up although bytes go on coming. */
  private boolean isHungUpOnWhileSending(Socket peer, byte[] bytes) throws IOException {
    var sent = new AtomicInteger();
    Thread.startVirtualThread(() -> trickle(peer, bytes, sent));
    boolean hungUp = isHungUpOn(peer);
    assertThat(sent).as("bytes sent; there were more to come").hasValueLessThan(bytes.length);
    return hungUp;
  }

  private void trickle(Socket peer, byte[] bytes, AtomicInteger sent) {
    try {
      OutputStream out = peer.getOutputStream();
      for (int i = 0; i < bytes.length && !over.get(); i++) {
        out.write(bytes[i]);
        sent.incrementAndGet();
        LockSupport.parkNanos(BETWEEN_BYTES_NANOS);
      }
    } catch (IOException hungUp) {
      // That is what the test looks for.
    }
  }

  private static boolean isHungUpOn(Socket socket) throws IOException {
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }
}
