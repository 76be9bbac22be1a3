package dev.sealift.migration.receipt;

import dev.sealift.abi.Pages;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.wire.Bounds;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.MoveId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * What both hosts say of a move that is done.
 *
 * <pre>
 *   "SEALIFT MOVE 1\n\0" 16 | move id 16 | policy u32 | emulated: source u8, destination u8
 *   | configuration u32 + bytes | source u32 + credentials | destination u32 + credentials
 *   | manifest root 32 | rounds u32 | pages u64 | shared pages u64 | packets u64
 *   | began u64 | paused u64 | finished u64 | running u64
 * </pre>
 *
 * <p>Numbers are big-endian, times in milliseconds since 1970-01-01 UTC.
 *
 * @param move the move's name in both journals
 * @param policy the guest's policy word
 * @param sourceEmulated whether the source's Secure Processor is software
 * @param destinationEmulated whether the destination's is
 * @param configuration what the guest is made of, as it went over, 1 to 2048 bytes
 * @param source what the source's platform showed
 * @param destination what the destination's platform showed
 * @param manifest the root of the manifest that both kept, 32 bytes
 * @param rounds rounds sent
 * @param pages pages of the guest, all of which the destination has
 * @param sharedPages pages among them that the guest shares with its host
 * @param packets pages that went over sealed, in all rounds
 * @param times when what happened
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and copies are written out
public record Statement(
    MoveId move,
    int policy,
    boolean sourceEmulated,
    boolean destinationEmulated,
    byte[] configuration,
    PlatformCredentials source,
    PlatformCredentials destination,
    byte[] manifest,
    int rounds,
    long pages,
    long sharedPages,
    long packets,
    Times times) {
  private static final byte[] MAGIC = "SEALIFT MOVE 1\n\0".getBytes(StandardCharsets.US_ASCII);

  public Statement {
    configuration = configuration.clone();
    manifest = manifest.clone();
    if (configuration.length == 0 || configuration.length > Bounds.CONFIGURATION) {
      throw new IllegalArgumentException("a guest's configuration has 1 to 2048 bytes");
    }
    if (manifest.length != Manifest.ROOT_SIZE) {
      throw new IllegalArgumentException("a manifest's root has 32 bytes");
    }
    if (rounds < 1 || pages < 1 || sharedPages < 0 || sharedPages > pages || packets < 0) {
      throw new IllegalArgumentException("a move has rounds and pages, and counts are positive");
    }
    if (pages > Long.MAX_VALUE / Pages.SIZE) {
      throw new IllegalArgumentException(
          "no guest has more pages than 64 bits can count the bytes of");
    }
  }

  /**
   * When what happened.
   *
   * @param began the move began, by the source's clock
   * @param paused the guest was paused, by the source's clock
   * @param finished SEND_FINISH was done, by the source's clock
   * @param running the guest ran again, by the destination's clock
   */
  public record Times(Instant began, Instant paused, Instant finished, Instant running) {}

  @Override
  public byte[] configuration() {
    return configuration.clone();
  }

  @Override
  public byte[] manifest() {
    return manifest.clone();
  }

  /** Bytes of the guest's memory. */
  public long memoryBytes() {
    return pages * Pages.SIZE;
  }

  /** The bytes of the drawing above. */
  public byte[] encode() {
    byte[] from = source.encode();
    byte[] to = destination.encode();
    return ByteBuffer.allocate(
            MAGIC.length
                + MoveId.SIZE
                + 4
                + 2
                + 3 * 4
                + configuration.length
                + from.length
                + to.length
                + Manifest.ROOT_SIZE
                + 4
                + 3 * Long.BYTES
                + 4 * Long.BYTES)
        .put(MAGIC)
        .put(move.bytes())
        .putInt(policy)
        .put((byte) (sourceEmulated ? 1 : 0))
        .put((byte) (destinationEmulated ? 1 : 0))
        .putInt(configuration.length)
        .put(configuration)
        .putInt(from.length)
        .put(from)
        .putInt(to.length)
        .put(to)
        .put(manifest)
        .putInt(rounds)
        .putLong(pages)
        .putLong(sharedPages)
        .putLong(packets)
        .putLong(times.began.toEpochMilli())
        .putLong(times.paused.toEpochMilli())
        .putLong(times.finished.toEpochMilli())
        .putLong(times.running.toEpochMilli())
        .array();
  }

  /**
   * Reads what {@link #encode} wrote, and nothing else.
   *
   * @throws MalformedReceiptException if it is something else
   */
  public static Statement decode(byte[] bytes) throws MalformedReceiptException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (!Arrays.equals(take(in, MAGIC.length), MAGIC)) {
        throw new MalformedReceiptException("a statement about a move begins otherwise");
      }
      Statement statement =
          new Statement(
              new MoveId(in.getLong(), in.getLong()),
              in.getInt(),
              flag(in),
              flag(in),
              blob(in, Bounds.CONFIGURATION),
              credentials(in),
              credentials(in),
              take(in, Manifest.ROOT_SIZE),
              in.getInt(),
              in.getLong(),
              in.getLong(),
              in.getLong(),
              new Times(time(in), time(in), time(in), time(in)));
      if (in.hasRemaining()) {
        throw new MalformedReceiptException(
            "%d bytes follow the statement".formatted(in.remaining()));
      }
      return statement;
    } catch (BufferUnderflowException cut) {
      throw new MalformedReceiptException("the statement is cut short", cut);
    } catch (IllegalArgumentException broken) {
      throw new MalformedReceiptException(String.valueOf(broken.getMessage()), broken);
    } catch (MalformedCertificateException malformed) {
      throw new MalformedReceiptException(
          "a platform's certificates are malformed: " + malformed.getMessage(), malformed);
    }
  }

  private static boolean flag(ByteBuffer in) throws MalformedReceiptException {
    return switch (in.get()) {
      case 0 -> false;
      case 1 -> true;
      default -> throw new MalformedReceiptException("a flag is 0 or 1");
    };
  }

  private static Instant time(ByteBuffer in) {
    return Instant.ofEpochMilli(in.getLong());
  }

  private static PlatformCredentials credentials(ByteBuffer in)
      throws MalformedReceiptException, MalformedCertificateException {
    return PlatformCredentials.decode(blob(in, PlatformCredentials.MOST_SIZE));
  }

  private static byte[] blob(ByteBuffer in, int most) throws MalformedReceiptException {
    int length = in.getInt();
    if (length < 1 || length > most) {
      throw new MalformedReceiptException("a part of the statement is longer than it can be");
    }
    return take(in, length);
  }

  private static byte[] take(ByteBuffer in, int size) {
    if (in.remaining() < size) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[size];
    in.get(bytes);
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Statement statement && Arrays.equals(encode(), statement.encode());
  }

  @Override
  public int hashCode() {
    return move.hashCode();
  }
}
