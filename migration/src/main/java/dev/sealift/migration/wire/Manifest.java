package dev.sealift.migration.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a whole move was made of, as one hash that both hosts keep while it goes on: every batch by
 * its sealed header, in which each page has its number, IV and MAC, and every message that carries
 * a part of the guest. Two hosts with the same root have seen the same pages, in the same order on
 * each connection.
 *
 * <pre>
 *   root   = SHA-256("sealift manifest 2", messages u64, hash of messages 32,
 *                    for each data connection: batches u64, hash of batches 32)
 *   hash   = SHA-256(leaf, leaf, ...)
 *   leaf   = SHA-256(frame of the message), or SHA-256(sealed header of the batch)
 * </pre>
 *
 * <p>Numbers are big-endian. A batch counts once it lies in the guest's memory, a message once the
 * destination took it; what was lost with a link does not count. So the destination adds what came,
 * and the source what it sends: it remembers the last leaves one by one, and drops those that never
 * arrived when a link is taken up again. Safe for the threads of one move.
 */
public final class Manifest {

  /** Bytes of a root. */
  public static final int ROOT_SIZE = 32;

  private static final byte[] NAME = "sealift manifest 2".getBytes(StandardCharsets.US_ASCII);

  private final Strand messages = new Strand("messages");
  private final Strand[] connections;

  /**
   * An empty manifest.
   *
   * @param connections data connections of the move
   */
  public Manifest(int connections) {
    this.connections = new Strand[connections];
    Arrays.setAll(this.connections, i -> new Strand("batches on data connection " + i));
  }

  /** One thing after another: the older ones folded into a hash, the last ones still apart. */
  private static final class Strand {
    private final String words;
    private final MessageDigest hash = sha256();
    private final Deque<byte[]> apart = new ArrayDeque<>();
    private long folded;

    Strand(String words) {
      this.words = words;
    }

    synchronized void add(byte[] leaf) {
      apart.addLast(leaf);
      if (apart.size() > Bounds.ON_THE_WAY) {
        foldOldest();
      }
    }

    private void foldOldest() {
      hash.update(apart.removeFirst());
      folded++;
    }

    synchronized void fold() {
      while (!apart.isEmpty()) {
        foldOldest();
      }
    }

    synchronized long count() {
      return folded + apart.size();
    }

    synchronized void check(long arrived) throws MigrationException {
      if (arrived > count()) {
        throw MigrationException.malformed(
            "STANDING: %d %s are said to have arrived, but %d were sent"
                .formatted(arrived, words, count()));
      }
      if (arrived < folded) {
        throw new MigrationException(
            FailureCode.INCOMPLETE,
            "STANDING: only %d %s have arrived, and those up to number %d cannot be sent again"
                .formatted(arrived, words, folded));
      }
    }

    synchronized void cutTo(long arrived) {
      while (count() > arrived) {
        apart.removeLast();
      }
    }

    synchronized void into(MessageDigest root) {
      root.update(ByteBuffer.allocate(Long.BYTES).putLong(count()).array());
      try {
        MessageDigest all = (MessageDigest) hash.clone();
        apart.forEach(all::update);
        root.update(all.digest());
      } catch (CloneNotSupportedException impossible) {
        throw new IllegalStateException("every Java's SHA-256 can be copied", impossible);
      }
    }
  }

  /** Adds the next batch on a connection, by its sealed header. */
  void batch(int connection, byte[] sealed, int length) {
    connections[connection].add(leaf(sealed, length));
  }

  /** What stands for a message here; null for one that carries no part of the guest. */
  static byte @Nullable [] leaf(Message message, byte[] frame) {
    return switch (message) {
      case Message.SharedPages _,
          Message.RoundEnd _,
          Message.PageStatus _,
          Message.VcpuVmsa _,
          Message.VcpuState _ ->
          leaf(frame, frame.length);
      default -> null;
    };
  }

  /** Adds the next message. */
  void message(byte[] leaf) {
    messages.add(leaf);
  }

  /** Messages that count so far. */
  public long messages() {
    return messages.count();
  }

  /** Batches on each connection that count so far. */
  public List<Long> batches() {
    return Arrays.stream(connections).map(Strand::count).toList();
  }

  /** All that was added so far has arrived; none of it is dropped any more. */
  public void arrived() {
    messages.fold();
    for (Strand connection : connections) {
      connection.fold();
    }
  }

  /**
   * Drops what was lost with a link: all that is beyond what the destination says has arrived.
   *
   * @throws MigrationException if that cannot be; nothing is dropped then. MALFORMED where more
   *     would have arrived than was sent, INCOMPLETE where something is missing that is known to
   *     have arrived, or was sent so long ago that its leaf is no longer apart
   */
  public void cutTo(Progress arrived) throws MigrationException {
    if (arrived.batches().size() != connections.length) {
      throw MigrationException.malformed(
          "STANDING: it speaks of %d data connections, but the move has %d"
              .formatted(arrived.batches().size(), connections.length));
    }
    messages.check(arrived.messages());
    for (int i = 0; i < connections.length; i++) {
      connections[i].check(arrived.batches().get(i));
    }
    messages.cutTo(arrived.messages());
    for (int i = 0; i < connections.length; i++) {
      connections[i].cutTo(arrived.batches().get(i));
    }
  }

  /** The hash of all that counts so far, {@value #ROOT_SIZE} bytes. */
  public byte[] root() {
    MessageDigest root = sha256();
    root.update(NAME);
    messages.into(root);
    for (Strand connection : connections) {
      connection.into(root);
    }
    return root.digest();
  }

  private static byte[] leaf(byte[] bytes, int length) {
    MessageDigest hash = sha256();
    hash.update(bytes, 0, length);
    return hash.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
