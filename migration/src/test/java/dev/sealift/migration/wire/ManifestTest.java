package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;

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
    source.message(new Message.RoundDone(0), new byte[] {5});
    source.message(status(), new byte[] {3});
    destination.message(status(), new byte[] {3});
    destination.batch(1, new byte[] {2}, 1);
    destination.batch(0, new byte[] {1}, 1);

    assertThat(destination.root()).isEqualTo(source.root());
  }

  @Test
  @DisplayName("a batch that is missing, another's, doubled or out of order changes it")
  void everythingCounts() {
    byte[] root = of(0, 1, 2);

    assertThat(of(0, 1)).isNotEqualTo(root);
    assertThat(of(0, 2, 1)).isNotEqualTo(root);
    assertThat(of(0, 1, 2, 2)).isNotEqualTo(root);
    assertThat(of(1, 1, 2)).isNotEqualTo(root);
    var withMessage = new Manifest(2);
    withMessage.batch(0, new byte[] {1}, 1);
    withMessage.batch(0, new byte[] {2}, 1);
    withMessage.message(status(), new byte[] {3});
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
  @DisplayName("anybody can compute it from its definition")
  void definition() throws Exception {
    var manifest = new Manifest(1);
    manifest.message(status(), new byte[] {3, 4});
    manifest.batch(0, new byte[] {1, 2}, 2);

    MessageDigest root = MessageDigest.getInstance("SHA-256");
    root.update("sealift manifest 1".getBytes("US-ASCII"));
    for (byte[] strand : new byte[][] {{3, 4}, {1, 2}}) {
      root.update(ByteBuffer.allocate(8).putLong(1).array());
      root.update(MessageDigest.getInstance("SHA-256").digest(strand));
    }
    assertThat(manifest.root()).isEqualTo(root.digest());
  }

  private static byte[] of(int connection, int... batches) {
    var manifest = new Manifest(2);
    for (int batch : batches) {
      manifest.batch(connection, new byte[] {(byte) batch}, 1);
    }
    return manifest.root();
  }

  private static Message status() {
    return new Message.PageStatus(List.of());
  }
}
