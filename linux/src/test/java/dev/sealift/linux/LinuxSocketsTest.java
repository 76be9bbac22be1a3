package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Sockets of Linux")
@Timeout(60)
class LinuxSocketsTest {
  private static final int ECONNREFUSED = 111;
  private static final int ENAMETOOLONG = 36;
  private static final int EPIPE = 32;

  private final LinuxSockets sockets;

  LinuxSocketsTest() throws LinuxUnavailableException {
    LinuxHost.callsOrSkip();
    sockets = LinuxSockets.open();
  }

  @Test
  void carryBytesBothWaysWhateverJavaInterrupts(@TempDir Path directory) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Arena arena = Arena.ofShared()) {
      listening.bind(address);
      int fd = sockets.connect(address.getPath());
      assertThat(fd).isPositive();
      try (SocketChannel accepted = listening.accept()) {
        MemorySegment large = arena.allocate(1_000_000).fill((byte) 3);
        Thread sender = Thread.ofPlatform().start(() -> sockets.sendAll(fd, large));
        sender.interrupt();
        ByteBuffer came = ByteBuffer.allocate(1_000_000);
        while (came.hasRemaining()) {
          accepted.read(came);
        }
        sender.join();
        assertThat(came.array()).containsOnly(3);

        accepted.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        MemorySegment answer = arena.allocate(8);
        Thread.currentThread().interrupt();
        assertThat(sockets.receive(fd, answer)).isEqualTo(3);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(answer.get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) 3);
      }
      MemorySegment rest = arena.allocate(8);
      assertThat(sockets.receive(fd, rest)).as("the end").isZero();
      assertThat(sockets.sendAll(fd, rest)).as("an answer, not a signal").isEqualTo(-EPIPE);
      assertThat(sockets.close(fd)).isZero();
    }
    assertThat(sockets.connect(address.getPath())).isEqualTo(-ECONNREFUSED);
  }

  @Test
  void wakeWhoeverWaitsWhenTheyAreShutDown(@TempDir Path directory) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Arena arena = Arena.ofShared()) {
      listening.bind(address);
      int fd = sockets.connect(address.getPath());
      MemorySegment nothing = arena.allocate(8);
      long[] came = {-1};
      Thread waiting = Thread.ofPlatform().start(() -> came[0] = sockets.receive(fd, nothing));
      assertThat(sockets.shutdown(fd)).isZero();
      waiting.join();
      assertThat(came[0]).isZero();
      assertThat(sockets.close(fd)).isZero();
    }
  }

  @Test
  void areRefusedInNumbers(@TempDir Path directory) {
    assertThat(sockets.connect(directory.resolve("nobody"))).isEqualTo(Errno.ENOENT.negated());
    Path longest = Path.of("/" + "s".repeat(LinuxSockets.MOST_PATH - 1));
    assertThat(sockets.connect(longest)).isEqualTo(Errno.ENOENT.negated());
    assertThat(sockets.connect(Path.of(longest + "s"))).isEqualTo(-ENAMETOOLONG);
    assertThat(sockets.close(-1)).isEqualTo(Errno.EBADF.negated());
  }
}
