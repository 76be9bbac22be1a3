package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One hash for all that a move was made of. */
class ManifestTest {

  @Test
  @DisplayName("two hosts that saw the same have the same root, however the connections raced")
  void sameForBoth() {
    var source = new Manifest(2);
    var destination = new Manifest(2);
    source.batch(0, new byte[] {1, 9}, 1);
    source.batch(1, new byte[] {2, 9}, 1);
    source.message(leaf(3));
    destination.message(leaf(3));
    destination.batch(1, new byte[] {2}, 1);
    destination.arrived();
    destination.batch(0, new byte[] {1}, 1);

    assertThat(destination.root()).isEqualTo(source.root());
    assertThat(Manifest.leaf(new Message.RoundDone(0), new byte[] {5}))
        .as("a message without a part of the guest")
        .isNull();
  }

  @Test
  @DisplayName("a batch that is missing, another's, doubled or out of order changes it")
  void everythingCounts() {
    byte[] root = of(0, 1, 2).root();

    assertThat(of(0, 1).root()).isNotEqualTo(root);
    assertThat(of(0, 2, 1).root()).isNotEqualTo(root);
    assertThat(of(0, 1, 2, 2).root()).isNotEqualTo(root);
    assertThat(of(1, 1, 2).root()).isNotEqualTo(root);
    Manifest withMessage = of(0, 1, 2);
    withMessage.message(leaf(3));
    assertThat(withMessage.root()).isNotEqualTo(root);
  }

  @Test
  @DisplayName("it may be asked for while it grows")
  void grows() {
    var manifest = new Manifest(1);
    byte[] empty = manifest.root();
    manifest.batch(0, new byte[] {1}, 1);
    byte[] one = manifest.root();

    assertThat(one).isNotEqualTo(empty).isEqualTo(manifest.root());
  }

  @Test
  @DisplayName("what was lost with a link does not count, and what came after it does")
  void cut() throws Exception {
    Manifest source = of(0, 1, 2, 7, 8);
    source.batch(1, new byte[] {9}, 1);
    source.message(leaf(3));
    source.message(leaf(4));
    source.cutTo(new Progress(0, 1, List.of(2L, 0L)));
    source.batch(1, new byte[] {5}, 1);

    Manifest destination = of(0, 1, 2);
    destination.message(leaf(3));
    destination.batch(1, new byte[] {5}, 1);
    assertThat(source.root()).isEqualTo(destination.root());
    assertThat(source.batches()).containsExactly(2L, 1L);
    assertThat(source.messages()).isOne();
  }

  @Test
  @DisplayName("a destination cannot have more than was sent, nor less than it once had")
  void impossible() {
    Manifest source = of(0, 1, 2);
    source.message(leaf(3));
    source.arrived();
    source.batch(0, new byte[] {3}, 1);
    byte[] root = source.root();

    assertRefused(source, FailureCode.MALFORMED, 1, 4L, 0L);
    assertRefused(source, FailureCode.MALFORMED, 2, 3L, 0L);
    assertRefused(source, FailureCode.MALFORMED, 1, 3L, 1L);
    assertRefused(source, FailureCode.MALFORMED, 1, 3L);
    assertRefused(source, FailureCode.INCOMPLETE, 1, 1L, 0L);
    assertRefused(source, FailureCode.INCOMPLETE, 0, 3L, 0L);
    assertThat(source.root()).as("nothing was dropped").isEqualTo(root);
  }

  @Test
  @DisplayName("it remembers no more leaves than can be on their way")
  void bounded() throws Exception {
    var source = new Manifest(1);
    for (int i = 0; i <= Bounds.ON_THE_WAY; i++) {
      source.batch(0, new byte[] {1}, 1);
    }
    assertRefused(source, FailureCode.INCOMPLETE, 0, 0L);
    source.cutTo(new Progress(0, 0, List.of(1L)));
    assertThat(source.root()).isEqualTo(singleBatch().root());
  }

  @Test
  @DisplayName("anybody can compute it from its definition")
  void definition() throws Exception {
    var manifest = new Manifest(1);
    manifest.message(leaf(3, 4));
    manifest.batch(0, new byte[] {1, 2}, 2);
    manifest.batch(0, new byte[] {5}, 1);

    MessageDigest root = MessageDigest.getInstance("SHA-256");
    root.update("sealift manifest 2".getBytes("US-ASCII"));
    root.update(ByteBuffer.allocate(8).putLong(1).array());
    root.update(sha256(sha256(3, 4)));
    root.update(ByteBuffer.allocate(8).putLong(2).array());
    root.update(sha256(ByteBuffer.allocate(64).put(sha256(1, 2)).put(sha256(5)).array()));
    assertThat(manifest.root()).isEqualTo(root.digest());
  }

  private static Manifest singleBatch() {
    var manifest = new Manifest(1);
    manifest.batch(0, new byte[] {1}, 1);
    return manifest;
  }

  private static Manifest of(int connection, int... batches) {
    var manifest = new Manifest(2);
    for (int batch : batches) {
      manifest.batch(connection, new byte[] {(byte) batch}, 1);
    }
    return manifest;
  }

  private static byte[] leaf(int... frame) {
    byte[] leaf = Manifest.leaf(new Message.PageStatus(List.of()), bytes(frame));
    assertThat(leaf).isNotNull();
    return leaf;
  }

  private static void assertRefused(
      Manifest manifest, FailureCode code, long messages, Long... batches) {
    assertThatThrownBy(() -> manifest.cutTo(new Progress(0, messages, List.of(batches))))
        .isInstanceOfSatisfying(
            MigrationException.class, refused -> assertThat(refused.code()).isEqualTo(code));
  }

  private static byte[] sha256(int... bytes) throws Exception {
    return sha256(bytes(bytes));
  }

  private static byte[] sha256(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
