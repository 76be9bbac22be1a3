package dev.sealift.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The MAC of a packet: HMAC-SHA-256 under TIK over
 *
 * <pre>
 *   context u8 ‖ flags u32 ‖ IV[16] ‖ guest length u32 ‖ transport length u32 ‖ ciphertext ‖ suffix
 * </pre>
 *
 * <p>Both lengths are that of the ciphertext. The suffix is empty but for a launch secret. Confined
 * to one thread. Source: AMD publication 55766, SEND_UPDATE_DATA and LAUNCH_SECRET.
 */
final class PacketMac implements AutoCloseable {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int HEADER = 1;
  private static final int GUEST_LENGTH = HEADER + PacketHeader.MAC_OFFSET;
  private static final int TRANSPORT_LENGTH = GUEST_LENGTH + Integer.BYTES;

  private final HmacSha256 hmac;
  private final byte[] prefix = new byte[TRANSPORT_LENGTH + Integer.BYTES];

  PacketMac(byte[] tik) {
    hmac = new HmacSha256(tik);
  }

  /**
   * Computes the MAC.
   *
   * @param context says what kind of packet it is
   * @param header 52 bytes, of which flags and IV count
   * @param data holds the ciphertext
   * @param length bytes of ciphertext
   * @param suffix what else is bound
   * @param out where the 32 bytes go
   * @param offset where in that array
   */
  void compute(
      int context, byte[] header, byte[] data, int length, byte[] suffix, byte[] out, int offset) {
    prefix[0] = (byte) context;
    System.arraycopy(header, 0, prefix, HEADER, PacketHeader.MAC_OFFSET);
    INT.set(prefix, GUEST_LENGTH, length);
    INT.set(prefix, TRANSPORT_LENGTH, length);
    hmac.begin();
    hmac.update(prefix);
    hmac.update(data, 0, length);
    hmac.update(suffix);
    hmac.finish(out, offset);
  }

  /** Wipes the key. */
  @Override
  public void close() {
    hmac.close();
  }
}
