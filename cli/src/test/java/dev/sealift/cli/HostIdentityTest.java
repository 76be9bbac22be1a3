package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostIdentityTest {
  private static final char[] PASSWORD = "for this test".toCharArray();

  private final SecureRandom random = new SecureRandom();
  @TempDir private Path folder;
  private HostIdentity source;
  private HostIdentity destination;

  @BeforeEach
  void makeTwoHosts() throws Exception {
    source = HostIdentity.create("source", InetAddress.getLoopbackAddress(), random);
    destination = HostIdentity.create("destination", InetAddress.getLoopbackAddress(), random);
  }

  @Test
  @DisplayName("two hosts that hold each other's certificate talk TLS 1.3")
  void trustEachOther() throws Exception {
    SSLContext client = saved(source, destination, "source.p12");
    SSLContext server = saved(destination, source, "destination.p12");

    assertThat(handshake(client, server)).isEqualTo("TLSv1.3");
  }

  @Test
  @DisplayName("a stranger is refused")
  void refuseStranger() throws Exception {
    HostIdentity stranger = HostIdentity.create("source", InetAddress.getLoopbackAddress(), random);
    SSLContext client = saved(stranger, destination, "stranger.p12");
    SSLContext server = saved(destination, source, "destination.p12");

    assertThatThrownBy(() -> handshake(client, server)).isInstanceOf(IOException.class);
  }

  @Test
  @DisplayName("the key file is for its owner only, and opens with its password only")
  void keyFile() throws Exception {
    Path file = folder.resolve("own.p12");
    source.save(file, destination, PASSWORD);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> HostIdentity.load(file, "wrong".toCharArray()))
        .isInstanceOf(IOException.class);
  }

  private SSLContext saved(HostIdentity own, HostIdentity peer, String name) throws Exception {
    Path file = folder.resolve(name);
    own.save(file, peer, PASSWORD);
    return HostIdentity.load(file, PASSWORD);
  }

  /** Both sides shake hands and pass one byte each way; answers the protocol. */
  private static String handshake(SSLContext client, SSLContext server) throws Exception {
    try (SSLServerSocket listener =
        (SSLServerSocket)
            server
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listener.setNeedClientAuth(true);
      CompletableFuture<Integer> served =
          CompletableFuture.supplyAsync(() -> {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
              int read = socket.getInputStream().read();
              socket.getOutputStream().write(read);
              return read;
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      try (SSLSocket socket =
          (SSLSocket)
              client
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
        socket.getOutputStream().write(42);
        if (socket.getInputStream().read() != 42) {
          throw new SSLException("the peer hung up");
        }
        served.join();
        return socket.getSession().getProtocol();
      }
    }
  }
}
