package dev.sealift.cli.trace;

import dev.sealift.kernel.ForeignCaller;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a trace tells of a buffer's bytes.
 *
 * @param bytes the bytes; null if they are not told
 * @param sha256 their SHA-256, 64 hexadecimal digits; null if it is not told
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes or compares it
record Content(byte @Nullable [] bytes, @Nullable String sha256) {
  /** Nothing but the length, which stands elsewhere. */
  static final Content NONE = new Content(null, null);

  /** The longest that is told byte by byte; what is longer is told by its digest. */
  private static final long LONGEST = 4 << 20;

  /** How much is read at a time, in bytes. */
  private static final int PIECE = 1 << 20;

  /**
   * That of memory.
   *
   * @param length bytes, all of which can be read
   */
  static Content of(ForeignCaller caller, long address, long length, Disclosure disclosure) {
    if (length == 0 || disclosure == Disclosure.LENGTH) {
      return NONE;
    }
    if (disclosure == Disclosure.PUBLIC && length <= LONGEST) {
      byte[] bytes = new byte[(int) length];
      return caller.read(address, MemorySegment.ofArray(bytes)) ? new Content(bytes, null) : NONE;
    }
    MessageDigest digest = sha256Digest();
    byte[] piece = new byte[(int) Math.min(PIECE, length)];
    for (long done = 0; done < length; ) {
      int size = (int) Math.min(PIECE, length - done);
      if (!caller.read(address + done, MemorySegment.ofArray(piece).asSlice(0, size))) {
        return NONE;
      }
      digest.update(piece, 0, size);
      done += size;
    }
    return new Content(null, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** In a few words; empty if nothing is told. */
  String words(boolean whole) {
    byte[] known = bytes;
    if (known == null) {
      return sha256 == null ? "" : "sha256 " + sha256;
    }
    if (whole || known.length <= 64) {
      return HexFormat.of().formatHex(known);
    }
    return "sha256 " + HexFormat.of().formatHex(sha256Digest().digest(known));
  }
}
