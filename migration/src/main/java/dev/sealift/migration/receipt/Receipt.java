package dev.sealift.migration.receipt;

import dev.sealift.crypto.launch.AttestationReport;
import dev.sealift.crypto.launch.MalformedLaunchException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The proof of a move: what both hosts say of it, signed by the Secure Processors of both. It can
 * be verified without either host.
 *
 * <pre>
 *   "SEALIFT RECEIPT1" 16 | statement u32 + bytes | destination's report 208 | n u16, 0 or 208 | source's report n
 * </pre>
 *
 * <p>Numbers are big-endian. {@link Signer} says what a report signs.
 *
 * @param statement what the move was
 * @param destinationReport the attestation report by which the destination's platform signs
 * @param sourceReport the one by which the source's platform signs; null where the source was lost
 *     before it could
 */
public record Receipt(
    Statement statement,
    AttestationReport destinationReport,
    @Nullable AttestationReport sourceReport) {
  /** The most bytes of an encoding. */
  public static final int MOST_SIZE = 1 << 17;

  private static final int REPORT = AttestationReport.SIZE;
  private static final byte[] MAGIC = "SEALIFT RECEIPT1".getBytes(StandardCharsets.US_ASCII);
  private static final int LEAST_SIZE = MAGIC.length + 4 + REPORT + 2;

  /** This receipt, signed by the source's platform, too. */
  public Receipt endorsed(AttestationReport report) {
    return new Receipt(statement, destinationReport, report);
  }

  /** The bytes of the drawing above. */
  public byte[] encode() {
    byte[] said = statement.encode();
    byte[] endorsement = sourceReport == null ? new byte[0] : sourceReport.bytes();
    return ByteBuffer.allocate(LEAST_SIZE + said.length + endorsement.length)
        .put(MAGIC)
        .putInt(said.length)
        .put(said)
        .put(destinationReport.bytes())
        .putShort((short) endorsement.length)
        .put(endorsement)
        .array();
  }

  /**
   * Reads what {@link #encode} wrote, and nothing else.
   *
   * @throws MalformedReceiptException if it is something else
   */
  public static Receipt decode(byte[] bytes) throws MalformedReceiptException {
    if (bytes.length < MAGIC.length || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
      throw new MalformedReceiptException("a receipt of a move begins otherwise");
    }
    if (bytes.length < LEAST_SIZE || bytes.length > MOST_SIZE) {
      throw new MalformedReceiptException(
          "a receipt has %d to %d bytes, not %d".formatted(LEAST_SIZE, MOST_SIZE, bytes.length));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).position(MAGIC.length);
    int length = in.getInt();
    if (length < 0 || length > bytes.length - LEAST_SIZE) {
      throw new MalformedReceiptException("the receipt is cut short inside its statement");
    }
    Statement statement = Statement.decode(take(in, length));
    AttestationReport destination = report(in);
    int endorsement = Short.toUnsignedInt(in.getShort());
    if ((endorsement != 0 && endorsement != REPORT) || endorsement != in.remaining()) {
      throw new MalformedReceiptException(
          "the source's signature has 208 bytes or none, and nothing follows it");
    }
    return new Receipt(statement, destination, endorsement == 0 ? null : report(in));
  }

  private static AttestationReport report(ByteBuffer in) throws MalformedReceiptException {
    try {
      return AttestationReport.parse(take(in, REPORT));
    } catch (MalformedLaunchException malformed) {
      throw new MalformedReceiptException(String.valueOf(malformed.getMessage()), malformed);
    }
  }

  private static byte[] take(ByteBuffer in, int size) {
    byte[] bytes = new byte[size];
    in.get(bytes);
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Receipt receipt && Arrays.equals(encode(), receipt.encode());
  }

  @Override
  public int hashCode() {
    return statement.hashCode();
  }
}
