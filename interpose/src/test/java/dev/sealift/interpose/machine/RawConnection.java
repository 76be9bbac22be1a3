package dev.sealift.interpose.machine;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A connection to a machine over which anything can be sent. */
final class RawConnection implements AutoCloseable {
  static final long HIGH = 0x1111;
  static final long LOW = 0x2222;

  private final SocketChannel channel;

  RawConnection(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  /** A frame of a request and its body. */
  static byte[] frame(Request request, byte... body) {
    return buffer(5 + body.length).putInt(1 + body.length).put(request.number()).put(body).array();
  }

  /** How a program and its threads introduce themselves. */
  static byte[] hello(Request request, long magic, int version, long low) {
    return frame(
        request, buffer(28).putLong(magic).putInt(version).putLong(HIGH).putLong(low).array());
  }

  static byte[] hello(Request request) {
    return hello(request, Request.MAGIC, Request.VERSION, LOW);
  }

  static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Sends bytes, as many as are taken before the machine ends the connection. */
  void send(byte[] bytes) {
    try {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    } catch (IOException ended) {
      // Seen by whoever reads.
    }
  }

  /** The next answer, whose first 64 bits are its result; null if the machine ended this. */
  @Nullable ByteBuffer answer() {
    ByteBuffer length = read(Integer.BYTES);
    return length == null ? null : read(length.getInt());
  }

  /** What the machine answers to this, as a number. */
  long result(byte[] frame) {
    send(frame);
    ByteBuffer answer = answer();
    if (answer == null) {
      throw new AssertionError("the machine ended the connection");
    }
    return answer.getLong();
  }

  /** Whether the machine ends the connection without a word. */
  boolean isEnded() {
    return read(1) == null;
  }

  private @Nullable ByteBuffer read(int size) {
    ByteBuffer bytes = buffer(size);
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          return null;
        }
      }
    } catch (IOException reset) {
      return null;
    }
    return bytes.flip();
  }

  /** Says that nothing more comes. */
  void finish() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
