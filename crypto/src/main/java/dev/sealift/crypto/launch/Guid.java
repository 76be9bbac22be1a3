package dev.sealift.crypto.launch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * GUIDs as UEFI stores them: the first three groups little-endian, the last two as they are
 * written.
 *
 * <p>Source: UEFI specification, appendix A.
 */
final class Guid {

  /** Bytes of a GUID. */
  static final int SIZE = 16;

  private Guid() {}

  /** Its 16 bytes. */
  static byte[] bytes(UUID guid) {
    return mixed(
            ByteBuffer.allocate(SIZE)
                .putLong(guid.getMostSignificantBits())
                .putLong(guid.getLeastSignificantBits()))
        .array();
  }

  /** The GUID at an offset, where 16 bytes lie. */
  static UUID read(byte[] bytes, int offset) {
    ByteBuffer buffer = mixed(ByteBuffer.allocate(SIZE).put(bytes, offset, SIZE));
    return new UUID(buffer.getLong(0), buffer.getLong(Long.BYTES));
  }

  /** Turns the first three groups round, which leads from either form to the other. */
  private static ByteBuffer mixed(ByteBuffer guid) {
    ByteBuffer turned = guid.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    return guid.putInt(0, turned.getInt(0))
        .putShort(4, turned.getShort(4))
        .putShort(6, turned.getShort(6));
  }
}
