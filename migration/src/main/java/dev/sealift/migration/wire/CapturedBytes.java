package dev.sealift.migration.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;

/** What somebody has captured of a move, for whoever wants to look at it. */
public final class CapturedBytes {

  /** Bytes of a control frame before its body: type u16, zero u16, length of the body u32. */
  public static final int FRAME_HEADER = MessageCodec.HEADER_SIZE;

  /** Bytes that a data connection begins with. */
  public static final int PREFACE = DataPreface.SIZE;

  private CapturedBytes() {}

  /**
   * A control frame.
   *
   * @param type the name of its message
   * @param message what it says
   */
  public record Frame(String type, Message message) {}

  /**
   * The first bytes of a data connection.
   *
   * @param move the move
   * @param connection the connection's index
   * @param tag the seal over both, 16 bytes
   */
  // Read and shown: nobody keeps it.
  @SuppressWarnings("ArrayRecordComponent")
  public record Preface(MoveId move, int connection, byte[] tag) {}

  /**
   * Reads one whole control frame.
   *
   * @throws MigrationException MALFORMED if the bytes are anything else
   */
  public static Frame frame(byte[] bytes) throws MigrationException {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    try {
      Message message = MessageCodec.read(in);
      if (in.available() > 0) {
        throw MigrationException.malformed(in.available() + " bytes follow the frame");
      }
      MessageType type =
          MessageType.of(Byte.toUnsignedInt(bytes[0]) << 8 | Byte.toUnsignedInt(bytes[1]));
      return new Frame(String.valueOf(type), message);
    } catch (IOException cut) {
      throw new MigrationException(FailureCode.MALFORMED, "the frame is cut short", cut);
    }
  }

  /** The bytes of a message's frame. */
  public static byte[] of(Message message) {
    return MessageCodec.encode(message);
  }

  /**
   * Reads the first 44 bytes of a data connection.
   *
   * @throws MigrationException MALFORMED if they are something else
   */
  public static Preface preface(byte[] bytes) throws MigrationException {
    DataPreface preface = DataPreface.parse(bytes);
    return new Preface(preface.move(), preface.connection(), preface.tag());
  }
}
