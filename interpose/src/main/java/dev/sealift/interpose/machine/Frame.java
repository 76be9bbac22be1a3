package dev.sealift.interpose.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * One request or answer in the buffer of a connection, which has one under way at a time: the
 * length of what follows (32 bits), and that. Little-endian throughout.
 */
final class Frame {
  /** Bytes of a frame, its length among them, at most. */
  static final int MOST = 1 << 14;

  private static final int LENGTH_SIZE = Integer.BYTES;

  private final MemorySegment segment = Arena.ofAuto().allocate(MOST, Long.BYTES);
  private final ByteBuffer bytes = segment.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);

  /** Begins a request. */
  Frame begin(Request request) {
    bytes.clear().position(LENGTH_SIZE).put(request.number());
    return this;
  }

  /** Begins an answer. */
  Frame begin(long result) {
    bytes.clear().position(LENGTH_SIZE).putLong(result);
    return this;
  }

  Frame put(int number) {
    bytes.putInt(number);
    return this;
  }

  Frame put(long number) {
    bytes.putLong(number);
    return this;
  }

  Frame put(byte[] more) {
    bytes.put(more);
    return this;
  }

  Frame put(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    bytes.putShort((short) encoded.length).put(encoded);
    return this;
  }

  /** Bytes that can still be put. */
  int room() {
    return bytes.remaining();
  }

  /** Changes the result that an answer began with. */
  void replaceResult(long result) {
    bytes.putLong(LENGTH_SIZE, result);
  }

  /** Ends what was begun: all of it, to be sent. */
  ByteBuffer end() {
    bytes.putInt(0, bytes.position() - LENGTH_SIZE);
    return bytes.flip();
  }

  /** The memory of what {@link #end} returned. */
  MemorySegment ended() {
    return segment.asSlice(0, bytes.limit());
  }

  /** Makes room for a frame that comes. */
  ByteBuffer await() {
    return bytes.clear();
  }

  /** Room for what has not come yet. */
  MemorySegment rest() {
    return segment.asSlice(bytes.position());
  }

  /** More of a frame has come into {@link #rest}. */
  void came(int count) {
    bytes.position(bytes.position() + count);
  }

  /**
   * Whether all of a frame has come. If so it can be read from its first byte behind the length.
   *
   * @throws MalformedFrameException if none can come of it
   */
  boolean isWhole() throws MalformedFrameException {
    int came = bytes.position();
    if (came < LENGTH_SIZE) {
      return false;
    }
    int length = bytes.getInt(0);
    if (length < 1 || length > MOST - LENGTH_SIZE || came > LENGTH_SIZE + length) {
      throw new MalformedFrameException("a frame of " + length + " bytes");
    }
    if (came < LENGTH_SIZE + length) {
      return false;
    }
    bytes.flip().position(LENGTH_SIZE);
    return true;
  }

  byte getByte() throws MalformedFrameException {
    try {
      return bytes.get();
    } catch (BufferUnderflowException tooShort) {
      throw shortened();
    }
  }

  int getInt() throws MalformedFrameException {
    try {
      return bytes.getInt();
    } catch (BufferUnderflowException tooShort) {
      throw shortened();
    }
  }

  long getLong() throws MalformedFrameException {
    try {
      return bytes.getLong();
    } catch (BufferUnderflowException tooShort) {
      throw shortened();
    }
  }

  /** A number of things that follow, each of so many bytes. */
  int getCount(int size) throws MalformedFrameException {
    int count = getInt();
    if (count < 0 || count > bytes.remaining() / size) {
      throw shortened();
    }
    return count;
  }

  byte[] getBytes(int count) throws MalformedFrameException {
    if (count < 0 || count > bytes.remaining()) {
      throw shortened();
    }
    byte[] taken = new byte[count];
    bytes.get(taken);
    return taken;
  }

  String getText() throws MalformedFrameException {
    try {
      byte[] encoded = getBytes(Short.toUnsignedInt(bytes.getShort()));
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString();
    } catch (BufferUnderflowException tooShort) {
      throw shortened();
    } catch (CharacterCodingException noText) {
      throw new MalformedFrameException("a text that is no UTF-8");
    }
  }

  /** Nothing is left over. */
  void requireEnd() throws MalformedFrameException {
    if (bytes.hasRemaining()) {
      throw new MalformedFrameException("a frame with more than it should hold");
    }
  }

  private static MalformedFrameException shortened() {
    return new MalformedFrameException("a frame that ends too early");
  }
}
