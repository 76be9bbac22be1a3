package dev.sealift.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The launch digest (LD): SHA-256 over the plaintext of everything that LAUNCH_UPDATE_DATA and
 * LAUNCH_UPDATE_VMSA were given, in the order of the calls. Confined to one thread.
 *
 * <p>Source: AMD publication 55766, LAUNCH_UPDATE_DATA.
 */
public final class LaunchDigest {

  /** Bytes of a digest. */
  public static final int SIZE = 32;

  private final byte[] bounce = new byte[4096];
  private MessageDigest sha;

  /** The digest of nothing yet. */
  public LaunchDigest() {
    sha = HmacSha256.sha256();
  }

  /** Adds memory, native or on the heap. */
  public void update(MemorySegment plain) {
    for (long done = 0; done < plain.byteSize(); done += bounce.length) {
      int length = (int) Math.min(bounce.length, plain.byteSize() - done);
      MemorySegment.copy(plain, ValueLayout.JAVA_BYTE, done, bounce, 0, length);
      sha.update(bounce, 0, length);
    }
    Arrays.fill(bounce, (byte) 0);
  }

  /** Adds bytes. */
  public void update(byte[] plain) {
    sha.update(plain);
  }

  /** The digest of what was added so far, 32 bytes; more may be added afterwards. */
  public byte[] value() {
    try {
      MessageDigest soFar = (MessageDigest) sha.clone();
      byte[] value = sha.digest();
      sha = soFar;
      return value;
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("this Java platform's SHA-256 cannot be copied", e);
    }
  }
}
