package dev.sealift.crypto;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;

/**
 * The header of a sealed packet, 52 bytes.
 *
 * <pre>
 *   offset  0         4              20                   52
 *          +---------+--------------+--------------------+
 *          | flags   | IV           | MAC                |
 *          +---------+--------------+--------------------+
 * </pre>
 *
 * <p>Source: AMD publication 55766, packet header.
 *
 * @param flags bit 0: the data is compressed, which no firmware makes or takes; other bits zero
 * @param iv first counter block of AES-128-CTR under TEK, 16 bytes
 * @param mac HMAC-SHA-256 under TIK, 32 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // bytes of a struct, copied in and out
public record PacketHeader(int flags, byte[] iv, byte[] mac) {

  /** {@link #flags}: the data is compressed. */
  public static final int COMPRESSED = 1;

  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_packet_header");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.Bytes IV = STRUCT.bytes("iv", IvSequence.SIZE);
  private static final Field.Bytes MAC = STRUCT.bytes("mac", HmacSha256.SIZE);

  /** 52 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(SevLimits.PACKET_HEADER);

  /** Bytes of a header. */
  public static final int SIZE = SevLimits.PACKET_HEADER;

  static final int IV_OFFSET = IV.offset();
  static final int MAC_OFFSET = MAC.offset();

  /** Reads the header from the first 52 bytes of a segment. */
  public static PacketHeader read(MemorySegment header) {
    LAYOUT.check(header);
    return new PacketHeader(FLAGS.get(header), IV.get(header), MAC.get(header));
  }

  /** Reads the header from the first 52 bytes of an array. */
  public static PacketHeader parse(byte[] header) {
    return read(MemorySegment.ofArray(header));
  }

  /** Writes the header into the first 52 bytes of a segment. */
  public void write(MemorySegment header) {
    LAYOUT.check(header);
    FLAGS.set(header, flags);
    IV.set(header, iv);
    MAC.set(header, mac);
  }

  /** The header's 52 bytes. */
  public byte[] bytes() {
    byte[] bytes = new byte[SIZE];
    write(MemorySegment.ofArray(bytes));
    return bytes;
  }

  /** Whether the data is said to be compressed. */
  public boolean compressed() {
    return (flags & COMPRESSED) != 0;
  }
}
