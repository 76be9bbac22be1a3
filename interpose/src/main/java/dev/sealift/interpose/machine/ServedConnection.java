package dev.sealift.interpose.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The machine's end of a connection, used by one thread at a time. */
final class ServedConnection {
  private final SocketChannel channel;
  private final Frame frame = new Frame();

  ServedConnection(SocketChannel channel) {
    this.channel = channel;
  }

  SocketChannel channel() {
    return channel;
  }

  Frame frame() {
    return frame;
  }

  /**
   * Waits for a request, whose body is then in the frame.
   *
   * @return null at the end of the connection
   */
  @Nullable Request next() throws IOException, MalformedFrameException {
    ByteBuffer bytes = frame.await();
    do {
      if (channel.read(bytes) < 0) {
        return null;
      }
    } while (!frame.isWhole());
    Request request = Request.of(frame.getByte());
    if (request == null) {
      throw new MalformedFrameException("a request that there is not");
    }
    return request;
  }

  /** Sends the answer that is in the frame. */
  void send() throws IOException {
    ByteBuffer bytes = frame.end();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Ends the connection; a thread that waits for a request meets its end. */
  void close() {
    try {
      channel.close();
    } catch (IOException gone) {
      // It is closed whatever is said of it.
    }
  }
}
