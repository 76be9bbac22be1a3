package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.trust.PlatformCredentials;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {

  static Stream<Message> messages() {
    return Stream.of(
        new Message.Hello(1, 7, true),
        new Message.Hello(1, 0xFFFF, false),
        welcome(PlatformCredentials.LEAST_SIZE),
        welcome(PlatformCredentials.MOST_SIZE),
        guest(1, PlatformCredentials.LEAST_SIZE),
        guest(Bounds.CONFIGURATION, PlatformCredentials.MOST_SIZE),
        new Message.Ready(),
        new Message.SharedPages(0, new long[] {1L << 40}, filled(4096)),
        mostSharedPages(),
        new Message.RoundEnd(0, new int[] {0}, 0, 0),
        new Message.RoundEnd(
            Bounds.ROUNDS,
            IntStream.range(0, 16).map(i -> Integer.MAX_VALUE - i).toArray(),
            Long.MAX_VALUE,
            5),
        new Message.RoundDone(9),
        new Message.PageStatus(List.of()),
        mostRanges(),
        new Message.VcpuState(0, filled(1)),
        new Message.VcpuState(0, filled(Bounds.VCPU_STATE)),
        new Message.VcpuVmsa(3, filled(52), filled(4096)),
        new Message.Prepare(4, 5000, 64, filled(32)),
        new Message.Prepared(filled(32)),
        new Message.Commit(1, Long.MAX_VALUE, 3),
        new Message.Running(),
        new Message.Statement(filled(1), filled(208)),
        new Message.Statement(filled(Bounds.STATEMENT), filled(208)),
        new Message.Endorsement(filled(208)),
        new Message.Resume(new MoveId(-1, 2)),
        Message.Standing.at(Place.UNKNOWN),
        Message.Standing.at(Place.GONE),
        Message.Standing.prepared(filled(32)),
        Message.Standing.receiving(new Progress(3, 700, List.of(0L, Long.MAX_VALUE))),
        Message.Standing.receiving(
            new Progress(Bounds.ROUNDS, Long.MAX_VALUE, LongStream.range(0, 16).boxed().toList())),
        new Message.Abort(FailureCode.PACKET_REFUSED, 0x0B, "the MAC does not hold"),
        new Message.Abort(FailureCode.LINK_LOST, 0, "x".repeat(Bounds.SENTENCE)),
        new Message.Abort(FailureCode.OTHER, 0, ""));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageComesOutAsItWentIn(Message message) throws Exception {
    Message read = read(MessageCodec.encode(message));
    assertThat(read).hasSameClassAs(message);
    for (RecordComponent component : message.getClass().getRecordComponents()) {
      Object came = component.getAccessor().invoke(read);
      Object went = component.getAccessor().invoke(message);
      assertThat(Objects.deepEquals(came, went)).as(component.getName()).isTrue();
    }
  }

  @Test
  void everyMessageIsTried() {
    assertThat(messages().map(Object::getClass).distinct())
        .hasSameSizeAs(MessageType.values())
        .hasSameSizeAs(Message.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aFrameThatIsCutAnywhereIsNoMessage(Message message) {
    byte[] frame = MessageCodec.encode(message);
    int step = Math.max(1, frame.length / 50);
    for (int length = 0; length < frame.length; length += step) {
      byte[] cut = Arrays.copyOf(frame, length);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(EOFException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aBodyWithAByteTooManyOrTooFewIsRefused(Message message) {
    byte[] frame = MessageCodec.encode(message);
    byte[] longer = Arrays.copyOf(frame, frame.length + 1);
    assertMalformed(withLength(longer, frame.length - 8 + 1));
    if (frame.length > 8) {
      assertMalformed(withLength(frame, frame.length - 8 - 1));
    }
  }

  @ParameterizedTest
  @EnumSource(MessageType.class)
  void aLengthBeyondWhatTheTypeAllowsIsRefusedBeforeTheBodyIsRead(MessageType type) {
    for (long length : new long[] {type.mostBody() + 1L, 0x7FFF_FFFFL, 0xFFFF_FFFFL}) {
      byte[] header =
          ByteBuffer.allocate(8).putShort((short) type.number()).putInt(4, (int) length).array();
      assertMalformed(header);
    }
  }

  @ParameterizedTest
  @EnumSource(MessageType.class)
  void theBoundsOfATypeAreThoseOfItsShortestAndLongestMessage(MessageType type)
      throws MigrationException {
    IntSummaryStatistics bodies =
        messages()
            .map(MessageCodec::encode)
            .filter(frame -> frame[1] == type.number())
            .mapToInt(frame -> frame.length - MessageCodec.HEADER_SIZE)
            .summaryStatistics();
    type.checkBody(bodies.getMin());
    type.checkBody(bodies.getMax());
    for (int length : new int[] {bodies.getMin() - 1, bodies.getMax() + 1}) {
      assertThatThrownBy(() -> type.checkBody(length)).isInstanceOf(MigrationException.class);
    }
  }

  @Test
  void typeZeroAndUnknownTypesAreRefused() {
    for (int number : new int[] {0, MessageType.values().length + 1, 0xFFFF}) {
      assertMalformed(ByteBuffer.allocate(8).putShort((short) number).array());
    }
  }

  @Test
  void aReservedHalfThatIsNotZeroIsRefused() {
    byte[] frame = MessageCodec.encode(new Message.Ready());
    frame[3] = 1;
    assertMalformed(frame);
  }

  @Test
  void numbersOutOfBoundsAreRefused() {
    byte[] noPages = MessageCodec.encode(new Message.SharedPages(0, new long[1], new byte[4096]));
    ByteBuffer.wrap(noPages).putInt(12, 0);
    assertMalformed(noPages);

    byte[] tooManyPages = MessageCodec.encode(mostSharedPages());
    ByteBuffer.wrap(tooManyPages).putInt(12, 65);
    assertMalformed(tooManyPages);

    byte[] hugeRound = MessageCodec.encode(new Message.RoundDone(0));
    ByteBuffer.wrap(hugeRound).putInt(8, Bounds.ROUNDS + 1);
    assertMalformed(hugeRound);

    byte[] noConnections = MessageCodec.encode(new Message.RoundEnd(0, new int[1], 0, 0));
    noConnections[12] = 0;
    assertMalformed(noConnections);

    byte[] wrapping = MessageCodec.encode(new Message.PageStatus(List.of(new SharedRange(1, 1))));
    ByteBuffer.wrap(wrapping).putLong(20, Long.MAX_VALUE);
    assertMalformed(wrapping);

    byte[] emptyRange = MessageCodec.encode(new Message.PageStatus(List.of(new SharedRange(1, 1))));
    ByteBuffer.wrap(emptyRange).putLong(20, 0);
    assertMalformed(emptyRange);

    byte[] versionZero = MessageCodec.encode(new Message.Hello(1, 1, false));
    versionZero[9] = 0;
    assertMalformed(versionZero);

    byte[] oddFlag = MessageCodec.encode(new Message.Hello(1, 1, false));
    oddFlag[12] = 2;
    assertMalformed(oddFlag);
  }

  @Test
  void aStandingThatContradictsItselfIsRefused() {
    byte[] receiving =
        MessageCodec.encode(Message.Standing.receiving(new Progress(3, 7, List.of(1L, 2L))));
    byte[] gone = MessageCodec.encode(Message.Standing.at(Place.GONE));
    byte[] prepared = MessageCodec.encode(Message.Standing.prepared(filled(32)));

    assertMalformed(with(receiving, 8, 6));
    assertMalformed(with(receiving, 8, Place.GONE.number()));
    assertMalformed(with(prepared, 8, Place.RUNNING.number()));
    assertMalformed(with(gone, 8, Place.RECEIVING.number()));
    assertMalformed(with(gone, 12, 1));
    assertMalformed(with(gone, 20, 1));
    assertMalformed(with(receiving, 9, 0xFF));
    assertMalformed(with(receiving, 13, 0x80));
    assertMalformed(with(receiving, 21, 17));
    assertMalformed(with(receiving, 21, 1));
    assertMalformed(with(receiving, 22, 0x80));
  }

  @Test
  void whateverBytesComeTheAnswerIsAMessageOrARefusal() throws IOException {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      MessageType type = MessageType.values()[random.nextInt(MessageType.values().length)];
      byte[] body = new byte[random.nextInt(Math.min(type.mostBody(), 300) + 1)];
      random.nextBytes(body);
      if (random.nextBoolean()) {
        Arrays.fill(body, 0, body.length / 2, (byte) 0);
      }
      try {
        assertThat(MessageCodec.decode(type, body)).as("seed %d", seed).isNotNull();
      } catch (MigrationException refused) {
        assertThat(refused.code()).as("seed %d", seed).isEqualTo(FailureCode.MALFORMED);
      }
    }
  }

  @Test
  void anAbortsSentenceIsCutToItsBoundAndCarriesNoControlCharacters() throws Exception {
    var abort = new Message.Abort(FailureCode.OTHER, 0, "one\n\u001b[31mtwo" + "ä".repeat(600));
    assertThat(abort.sentence()).startsWith("one  [31mtwo").hasSizeLessThan(300);
    assertThat(read(MessageCodec.encode(abort))).isEqualTo(abort);
  }

  @Test
  void anAbortWithAReasonFromTheFutureStillAborts() throws Exception {
    byte[] frame = MessageCodec.encode(new Message.Abort(FailureCode.OTHER, 0, "new"));
    ByteBuffer.wrap(frame).putShort(8, (short) 9999);
    assertThat(read(frame)).isEqualTo(new Message.Abort(FailureCode.OTHER, 0, "new"));
  }

  private static Message.Welcome welcome(int platform) {
    return new Message.Welcome(4, true, 16, filled(platform));
  }

  private static Message.Guest guest(int configuration, int platform) {
    return new Message.Guest(
        new MoveId(0x0011223344556677L, 0x8899AABBCCDDEEFFL),
        filled(configuration),
        0xFF00_0001,
        filled(platform),
        filled(128),
        16);
  }

  private static Message.SharedPages mostSharedPages() {
    return new Message.SharedPages(
        1, LongStream.range(0, Bounds.SHARED_PAGES).toArray(), filled(Bounds.SHARED_PAGES * 4096));
  }

  private static Message.PageStatus mostRanges() {
    return new Message.PageStatus(
        LongStream.range(0, Bounds.STATUS_RANGES)
            .mapToObj(i -> new SharedRange(2 * i, 1))
            .toList());
  }

  private static byte[] filled(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31 + 7);
    }
    return bytes;
  }

  private static byte[] with(byte[] frame, int offset, int value) {
    byte[] changed = frame.clone();
    changed[offset] = (byte) value;
    return changed;
  }

  private static byte[] withLength(byte[] frame, int length) {
    return ByteBuffer.wrap(frame.clone()).putInt(4, length).array();
  }

  private static Message read(byte[] frame) throws IOException, MigrationException {
    return MessageCodec.read(new ByteArrayInputStream(frame));
  }

  private static void assertMalformed(byte[] frame) {
    assertThatThrownBy(() -> read(frame))
        .isInstanceOfSatisfying(
            MigrationException.class,
            refused -> assertThat(refused.code()).isEqualTo(FailureCode.MALFORMED));
  }
}
