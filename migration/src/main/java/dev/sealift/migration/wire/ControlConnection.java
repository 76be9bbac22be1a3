package dev.sealift.migration.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.SecretKey;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The control connection of one move: TLS 1.3 with a certificate on both sides, and a thread that
 * reads, so that an ABORT is heard whatever this side is doing.
 */
public final class ControlConnection implements AutoCloseable {
  private static final String[] TLS_VERSIONS = {"TLSv1.3"};
  private static final String EXPORTER_LABEL = "EXPORTER-sealift-batch-v1";
  private static final int BATCH_KEY_SIZE = 32;

  /** How long a peer may take to say why, after a connection broke, and to close its end. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final CountedSocket socket;
  private final SSLSocket tls;
  private final Duration timeout;
  private final Inbox inbox = new Inbox();
  private final CompletableFuture<@Nullable Void> broken = new CompletableFuture<>();
  private final ReentrantLock writing = new ReentrantLock();
  private volatile @Nullable Manifest manifest;
  private final Thread reader;

  private ControlConnection(CountedSocket socket, SSLSocket tls, Duration timeout) {
    this.socket = socket;
    this.tls = tls;
    this.timeout = timeout;
    // One for each move, and each hop of the hand-over waits for it: a virtual thread would be
    // woken by way of two others.
    reader = Thread.ofPlatform().name("sealift-control").daemon().unstarted(this::read);
  }

  /**
   * The source's end: connects, and refuses a destination whose certificate is not for the host
   * name or address that was asked for.
   *
   * @param timeout for connecting, for the handshake, for a write, and for the peer's silence
   */
  public static ControlConnection connect(
      SSLContext identity, InetSocketAddress address, Duration timeout) throws MigrationException {
    var socket = new CountedSocket(Connections.connect(address, timeout));
    return overTls(
        socket,
        timeout,
        () -> {
          var tls =
              (SSLSocket)
                  FreshSessions.of(identity)
                      .getSocketFactory()
                      .createSocket(socket, address.getHostString(), address.getPort(), true);
          SSLParameters parameters = tls.getSSLParameters();
          parameters.setEndpointIdentificationAlgorithm("HTTPS");
          tls.setSSLParameters(parameters);
          return tls;
        });
  }

  /**
   * The destination's end: takes over an accepted connection, and refuses a source without a
   * certificate.
   *
   * @param firstByte what was already read of it
   */
  static ControlConnection accept(
      SSLContext identity, Socket accepted, byte firstByte, Duration timeout)
      throws MigrationException {
    var socket = new CountedSocket(accepted);
    return overTls(
        socket,
        timeout,
        () -> {
          var consumed = new ByteArrayInputStream(new byte[] {firstByte});
          var tls =
              (SSLSocket)
                  FreshSessions.of(identity)
                      .getSocketFactory()
                      .createSocket(socket, consumed, false);
          tls.setNeedClientAuth(true);
          return tls;
        });
  }

  /** Puts TLS over a socket. */
  private interface TlsLayer {
    SSLSocket over() throws IOException;
  }

  private static ControlConnection overTls(CountedSocket socket, Duration timeout, TlsLayer layer)
      throws MigrationException {
    try (Deadline deadline = Deadline.closing(socket, timeout)) {
      try {
        SSLSocket tls = layer.over();
        tls.setEnabledProtocols(TLS_VERSIONS);
        tls.startHandshake();
        var connection = new ControlConnection(socket, tls, timeout);
        connection.reader.start();
        return connection;
      } catch (IOException refused) {
        Connections.closeGently(socket);
        throw deadline.passed()
            ? LinkFailures.of("the control connection", new SocketTimeoutException())
            : LinkFailures.of("the control connection", refused);
      }
    }
  }

  /**
   * From here on, messages with a part of the guest go into this manifest: when they are sent, and
   * when they are taken. One that was read, but that nobody took before the link broke, does not.
   */
  public void keep(Manifest kept) {
    manifest = kept;
  }

  private void keep(byte @Nullable [] leaf) {
    Manifest kept = manifest;
    if (kept != null && leaf != null) {
      kept.message(leaf);
    }
  }

  /** Sends a message. */
  public void send(Message message) throws MigrationException {
    byte[] frame = MessageCodec.encode(message);
    writing.lock();
    try (Deadline deadline = Deadline.closing(socket, timeout)) {
      keep(Manifest.leaf(message, frame));
      try {
        tls.getOutputStream().write(frame);
      } catch (IOException lost) {
        throw deadline.passed()
            ? LinkFailures.of("the control connection", new SocketTimeoutException())
            : LinkFailures.of("the control connection", lost);
      }
    } finally {
      writing.unlock();
    }
  }

  /** Tells the peer why the move is over, if it can be reached and did not say so itself. */
  public void abort(MigrationException why) {
    if (why.fromPeer()) {
      return;
    }
    try {
      send(why.toAbort());
    } catch (MigrationException unreachable) {
      // The peer ends the move by itself once it misses us.
    }
  }

  /**
   * Waits for the next message; fails when the peer is silent on all its connections for the time
   * limit, aborts, or is lost.
   */
  public Message receive() throws MigrationException, InterruptedException {
    Inbox.Letter letter = inbox.take(timeout);
    keep(letter.leaf());
    return letter.message();
  }

  /**
   * Waits a while for the next message; fails when the peer aborts or is lost.
   *
   * @return null if the peer said nothing
   */
  public @Nullable Message poll(Duration patience) throws MigrationException, InterruptedException {
    Inbox.Letter letter = inbox.poll(patience);
    if (letter == null) {
      return null;
    }
    keep(letter.leaf());
    return letter.message();
  }

  /** Waits for a message of one kind; any other is out of turn. */
  public <M extends Message> M expect(Class<M> kind)
      throws MigrationException, InterruptedException {
    Message message = receive();
    if (!kind.isInstance(message)) {
      throw outOfTurn(message, kind.getSimpleName());
    }
    return kind.cast(message);
  }

  /** The answer to a message that is not due. */
  public static MigrationException outOfTurn(Message message, String due) {
    return new MigrationException(
        FailureCode.OUT_OF_TURN,
        "the peer said %s where %s was due".formatted(message.getClass().getSimpleName(), due));
  }

  /**
   * Has something done, soon and once, when the peer aborts or is lost; at once if it already is.
   */
  public void whenBroken(Runnable action) {
    var _ = broken.thenRun(action);
  }

  /** A part of this side failed: whoever waits in {@link #receive} learns it at once. */
  public void fail(MigrationException why) {
    inbox.fail(why);
  }

  /** Another connection of the same peer gave a sign of life. */
  public void heard() {
    inbox.heard();
  }

  /** The better explanation of a failure: where a connection broke, the peer may have said why. */
  public MigrationException explain(MigrationException failure) throws InterruptedException {
    if (failure.code() != FailureCode.LINK_LOST) {
      return failure;
    }
    MigrationException reason = inbox.awaitReason(PATIENCE);
    return reason == null ? failure : reason;
  }

  /**
   * The key that seals the batches of a move: exported from this TLS session, so that both sides
   * have it and nobody else (RFC 8446, section 7.5; context: the move id).
   */
  SecretKey batchKey(MoveId move) {
    try {
      return ((ExtendedSSLSession) tls.getSession())
          .exportKeyingMaterialKey("AES", EXPORTER_LABEL, move.bytes(), BATCH_KEY_SIZE);
    } catch (SSLException impossible) {
      throw new IllegalStateException("every TLS 1.3 session exports keys", impossible);
    }
  }

  /** The certificate that the peer showed: the first of its chain. */
  public X509Certificate peerCertificate() {
    try {
      return (X509Certificate) tls.getSession().getPeerCertificates()[0];
    } catch (SSLException impossible) {
      throw new IllegalStateException("the handshake asks for a certificate", impossible);
    }
  }

  /** Whom the peer's certificate names. */
  public Principal peer() {
    try {
      return tls.getSession().getPeerPrincipal();
    } catch (SSLException impossible) {
      throw new IllegalStateException("the handshake asks for a certificate", impossible);
    }
  }

  /** Bytes that this side put on the wire here, TLS included. */
  public long bytesSent() {
    return socket.bytesSent();
  }

  private void read() {
    try {
      while (true) {
        MessageCodec.Frame frame = MessageCodec.readFrame(tls.getInputStream());
        Message message = frame.message();
        if (message instanceof Message.Abort abort) {
          inbox.abort(MigrationException.of(abort));
          broken.complete(null);
        } else {
          inbox.put(new Inbox.Letter(message, Manifest.leaf(message, frame.bytes())));
        }
      }
    } catch (IOException lost) {
      inbox.end(LinkFailures.of("the control connection", lost));
    } catch (MigrationException malformed) {
      inbox.fail(malformed);
      drain();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    broken.complete(null);
  }

  /** What follows nonsense is not looked at, but taken, so that the peer still hears the answer. */
  private void drain() {
    try {
      tls.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The peer is gone.
    }
  }

  /**
   * Ends the connection so that the last message sent still reaches the peer: says that nothing
   * more comes, then waits a moment for the peer to close its end.
   */
  @Override
  public void close() {
    inbox.close();
    try (var _ = Deadline.closing(socket, PATIENCE)) {
      tls.shutdownOutput();
      reader.join(PATIENCE);
    } catch (IOException e) {
      // The peer is gone already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Connections.close(socket);
    }
  }
}
