package dev.sealift.migration.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What a whole move was made of, as one hash that both hosts keep while it goes on: every batch by
 * its sealed header, in which each page has its number, IV and MAC, and every message that carries
 * a part of the guest. Two hosts with the same root have seen the same pages, in the same order on
 * each connection.
 *
 * <pre>
 *   root = SHA-256("sealift manifest 1", messages u64, hash of messages 32,
 *                  for each data connection: batches u64, hash of sealed headers 32)
 * </pre>
 *
 * <p>Each hash is SHA-256 over what it covers, one behind the other; numbers are big-endian. Safe
 * for the threads of one move.
 */
public final class Manifest {

  /** Bytes of a root. */
  public static final int ROOT_SIZE = 32;

  private static final byte[] NAME = "sealift manifest 1".getBytes(StandardCharsets.US_ASCII);

  private final Strand messages = new Strand();
  private final Strand[] connections;

  /**
   * An empty manifest.
   *
   * @param connections data connections of the move
   */
  public Manifest(int connections) {
    this.connections = new Strand[connections];
    Arrays.setAll(this.connections, _ -> new Strand());
  }

  /** A hash of one thing after another. */
  private static final class Strand {
    private final MessageDigest hash = sha256();
    private long count;

    synchronized void add(byte[] bytes, int length) {
      hash.update(bytes, 0, length);
      count++;
    }

    synchronized void into(MessageDigest root) {
      root.update(ByteBuffer.allocate(Long.BYTES).putLong(count).array());
      try {
        root.update(((MessageDigest) hash.clone()).digest());
      } catch (CloneNotSupportedException impossible) {
        throw new IllegalStateException("every Java's SHA-256 can be copied", impossible);
      }
    }
  }

  /** Adds the sealed header of the next batch on a connection. */
  void batch(int connection, byte[] sealed, int length) {
    connections[connection].add(sealed, length);
  }

  /** Adds the frame of a message, if it carries a part of the guest. */
  void message(Message message, byte[] frame) {
    boolean ofTheGuest =
        switch (message) {
          case Message.SharedPages _,
              Message.RoundEnd _,
              Message.PageStatus _,
              Message.VcpuVmsa _,
              Message.VcpuState _ ->
              true;
          default -> false;
        };
    if (ofTheGuest) {
      messages.add(frame, frame.length);
    }
  }

  /** The hash of all that was added so far, {@value #ROOT_SIZE} bytes. */
  public byte[] root() {
    MessageDigest root = sha256();
    root.update(NAME);
    messages.into(root);
    for (Strand connection : connections) {
      connection.into(root);
    }
    return root.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
