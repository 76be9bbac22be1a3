package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.FirmwareStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches on one data connection, as bytes that somebody on the way can touch. */
class BatchTransportTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PAGES = 4;

  private final SecretKey key = new SecretKeySpec(new byte[32], "AES");
  private final MoveId move = new MoveId(1, 2);
  private final Arena arena = Arena.ofShared();
  private final Random random = new Random(7);

  private SocketChannel near;
  private SocketChannel far;
  private BatchWriter writer;

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      near = SocketChannel.open(server.getLocalAddress());
      far = server.accept();
    }
    writer =
        new BatchWriter(
            DataConnection.over(near, PATIENCE),
            new BatchSeal(key, move, 3),
            slots(),
            new Manifest(4));
  }

  @AfterEach
  void disconnect() throws IOException {
    near.close();
    far.close();
    arena.close();
  }

  @Test
  void pagesArriveWithTheirNumbersHeadersAndBytes() throws Exception {
    byte[] batch = batch(5, 10, 11, 12);
    BatchReader reader = reading(batch);

    BatchReader.Batch read = reader.next().orElseThrow();

    assertThat(read.round()).isEqualTo(5);
    assertThat(read.gfns()).containsExactly(10, 11, 12);
    for (int i = 0; i < 3; i++) {
      assertThat(bytes(reader.slots().cipher(i))).isEqualTo(bytes(writer.slots().cipher(i)));
      assertThat(bytes(reader.slots().header(i))).isEqualTo(bytes(writer.slots().header(i)));
    }
  }

  @Test
  void theCiphertextGoesAsItIsAndTheHeadersDoNot() throws Exception {
    byte[] batch = batch(0, 10, 11);
    assertThat(indexOf(batch, bytes(writer.slots().cipher(0)))).isPositive();
    assertThat(indexOf(batch, bytes(writer.slots().cipher(1)))).isPositive();
    assertThat(indexOf(batch, bytes(writer.slots().header(0)))).isNegative();
    assertThat(indexOf(batch, ByteBuffer.allocate(8).putLong(11).array())).isNegative();
  }

  @Test
  void manyBatchesFollowEachOtherAndTheEndIsNoFailure() throws Exception {
    var stream = new ByteArrayOutputStream();
    for (int i = 0; i < 5; i++) {
      stream.write(batch(0, 100 + i));
    }
    BatchReader reader = reading(stream.toByteArray());
    List<Long> gfns = new ArrayList<>();
    for (var next = reader.next(); next.isPresent(); next = reader.next()) {
      gfns.add(next.get().gfns()[0]);
    }
    assertThat(gfns).containsExactly(100L, 101L, 102L, 103L, 104L);
    assertThat(reader.batches()).isEqualTo(5);
  }

  @Test
  void everyFlippedBitBeforeTheCiphertextBreaksTheSeal() throws Exception {
    byte[] batch = batch(0, 10, 11);
    int front = BatchLayout.PREAMBLE_SIZE + BatchLayout.sealedSize(2);
    for (int bit = 0; bit < 8 * front; bit += 7) {
      byte[] flipped = batch.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertBroken(flipped);
    }
  }

  @Test
  void aReplayedBatchIsRefused() throws Exception {
    byte[] batch = batch(0, 10);
    BatchReader reader = reading(concat(batch, batch));
    assertThat(reader.next()).isPresent();
    assertBroken(reader);
  }

  @Test
  void reorderedBatchesAreRefused() throws Exception {
    byte[] first = batch(0, 10);
    byte[] second = batch(0, 11);
    assertBroken(concat(second, first));
  }

  @Test
  void aDroppedBatchIsMissedAtTheNextOne() throws Exception {
    byte[] first = batch(0, 10);
    batch(0, 11);
    byte[] third = batch(0, 12);
    BatchReader reader = reading(concat(first, third));
    assertThat(reader.next()).isPresent();
    assertBroken(reader);
  }

  @Test
  void aBatchOfAnotherConnectionOrAnotherMoveIsRefused() throws Exception {
    byte[] batch = batch(0, 10);
    assertBroken(reading(batch, new BatchSeal(key, move, 2)));
    assertBroken(reading(batch, new BatchSeal(key, new MoveId(1, 3), 3)));
    SecretKey other = new SecretKeySpec(new byte[] {1}, 0, 1, "AES");
    other = new SecretKeySpec(Arrays.copyOf(other.getEncoded(), 32), "AES");
    assertBroken(reading(batch, new BatchSeal(other, move, 3)));
  }

  @Test
  void aBatchThatIsCutIsALostLink() throws Exception {
    byte[] batch = batch(0, 10);
    for (int length : new int[] {1, 7, 8, 9, 100, batch.length - 1}) {
      BatchReader reader = reading(Arrays.copyOf(batch, length));
      assertThatThrownBy(reader::next)
          .isInstanceOfSatisfying(
              MigrationException.class,
              lost -> assertThat(lost.code()).isEqualTo(FailureCode.LINK_LOST));
    }
  }

  @Test
  void aPeerThatStopsInTheMiddleOfABatchIsGivenUpInTime() throws Exception {
    byte[] batch = batch(0, 10);
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel silent = SocketChannel.open(server.getLocalAddress());
          BatchReader reader =
              new BatchReader(
                  DataConnection.over(server.accept(), Duration.ofMillis(50)),
                  new BatchSeal(key, move, 3),
                  slots(),
                  new Manifest(4))) {
        silent.write(ByteBuffer.wrap(batch, 0, 100));
        assertThatThrownBy(reader::next)
            .isInstanceOfSatisfying(
                MigrationException.class,
                late -> assertThat(late.code()).isEqualTo(FailureCode.TIMED_OUT));
      }
    }
  }

  @Test
  void aBatchOfMorePagesThanAllowedIsRefusedBeforeItIsRead() throws Exception {
    byte[] preamble = BatchLayout.preamble(PAGES + 1);
    assertBroken(preamble);
    assertBroken(ByteBuffer.allocate(8).putInt(-1).putInt(-1).array());
    assertBroken(ByteBuffer.allocate(8).putInt(0).putInt(BatchLayout.sealedSize(0)).array());
  }

  @Test
  void aPrefaceHoldsOnlyForItsMoveIndexAndKey() throws Exception {
    var seal = new BatchSeal(key, move, 3);
    byte[] bytes = DataPreface.of(seal).bytes();
    DataPreface.parse(bytes).check(seal);
    for (int i = 0; i < bytes.length; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= 0x10;
      assertThatThrownBy(
              () -> {
                DataPreface read = DataPreface.parse(flipped);
                read.check(new BatchSeal(key, read.move(), read.connection()));
              })
          .isInstanceOf(MigrationException.class);
    }
  }

  private PacketSlots slots() {
    return new PacketSlots(arena.allocate(PacketSlots.bytes(PAGES), 4096), PAGES);
  }

  /** Sends a batch of random packets and takes its bytes off the wire. */
  private byte[] batch(int round, long... gfns) throws Exception {
    for (int i = 0; i < gfns.length; i++) {
      randomise(writer.slots().cipher(i));
      randomise(writer.slots().header(i));
    }
    long before = writer.bytes();
    writer.send(round, gfns, gfns.length);
    ByteBuffer wire = ByteBuffer.allocate(Math.toIntExact(writer.bytes() - before));
    while (wire.hasRemaining()) {
      far.read(wire);
    }
    return wire.array();
  }

  private void randomise(MemorySegment segment) {
    byte[] bytes = new byte[Math.toIntExact(segment.byteSize())];
    random.nextBytes(bytes);
    segment.copyFrom(MemorySegment.ofArray(bytes));
  }

  private BatchReader reading(byte[] stream) throws IOException {
    return reading(stream, new BatchSeal(key, move, 3));
  }

  private BatchReader reading(byte[] stream, BatchSeal seal) throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel sender = SocketChannel.open(server.getLocalAddress())) {
        ByteBuffer bytes = ByteBuffer.wrap(stream);
        while (bytes.hasRemaining()) {
          sender.write(bytes);
        }
      }
      return new BatchReader(
          DataConnection.over(server.accept(), PATIENCE), seal, slots(), new Manifest(4));
    }
  }

  private void assertBroken(byte[] stream) throws IOException {
    assertBroken(reading(stream));
  }

  private static void assertBroken(BatchReader reader) {
    assertThatThrownBy(reader::next)
        .isInstanceOfSatisfying(
            MigrationException.class,
            broken -> {
              assertThat(broken.code()).isEqualTo(FailureCode.PACKET_REFUSED);
              assertThat(broken.status()).isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
            });
    reader.close();
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  private static byte[] concat(byte[] one, byte[] two) {
    return ByteBuffer.allocate(one.length + two.length).put(one).put(two).array();
  }

  private static int indexOf(byte[] in, byte[] what) {
    for (int i = 0; i + what.length <= in.length; i++) {
      if (Arrays.equals(in, i, i + what.length, what, 0, what.length)) {
        return i;
      }
    }
    return -1;
  }
}
