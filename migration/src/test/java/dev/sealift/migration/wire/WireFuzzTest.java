package dev.sealift.migration.wire;

import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes from the peer of a move")
class WireFuzzTest implements FuzzSuite {
  /** Longer sound messages are told by their shorter ones. */
  private static final int LONGEST_SAMPLE = 10 << 10;

  @Override
  public List<FuzzTarget> targets() {
    FuzzedBatches batches = new FuzzedBatches(WireFuzzTest::seal);
    return List.of(
        FuzzTarget.of("message-frame", WireFuzzTest::readFrame)
            .refusing(MigrationException.class)
            .refusing(EOFException.class)
            .sampled(WireFuzzTest::addFrames),
        FuzzTarget.of("message-body", WireFuzzTest::readBody)
            .refusing(MigrationException.class)
            .sampled(WireFuzzTest::addBodies),
        FuzzTarget.of("data-preface", WireFuzzTest::readPreface)
            .refusing(MigrationException.class)
            .upTo(256)
            .sampled(samples -> samples.put("preface", DataPreface.of(seal()).bytes())),
        FuzzTarget.of("batch-stream", batches::readStream)
            .refusing(MigrationException.class)
            .upTo(16 << 10)
            .sampled(samples -> samples.put("two-batches", batches.stream(1, 2))),
        FuzzTarget.of("batch-header", batches::readSealed)
            .refusing(MigrationException.class)
            .upTo(1 << 10)
            .sampled(samples -> samples.put("three-pages", batches.header(3))));
  }

  /** A frame is no longer in memory than its type allows, whatever its header says. */
  private static void readFrame(byte[] input) throws Exception {
    var in = new ByteArrayInputStream(input);
    MessageCodec.Frame frame = MessageCodec.readFrame(in);
    Promise.holds(
        Arrays.copyOf(input, input.length - in.available()),
        frame.bytes(),
        "a frame's bytes are those that came");
    checkForm(frame.message(), frame.bytes());
  }

  /** The first byte chooses the type, so that its length need not fit a header, too. */
  private static void readBody(byte[] input) throws Exception {
    MessageType[] types = MessageType.values();
    int first = input.length == 0 ? 0 : Byte.toUnsignedInt(input[0]);
    MessageType type = types[first % types.length];
    byte[] body = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    Message message = MessageCodec.decode(type, body);
    byte[] frame = MessageCodec.encode(message);
    Promise.holds(frame[1] == type.number(), "a message is of the type it came as");
    if (type != MessageType.ABORT) {
      Promise.holds(
          body,
          Arrays.copyOfRange(frame, MessageCodec.HEADER_SIZE, frame.length),
          "a message has one form");
    }
  }

  /** An ABORT is made printable, and its code one that is known; all others have one form. */
  private static void checkForm(Message message, byte[] bytes) throws Exception {
    byte[] written = MessageCodec.encode(message);
    if (message instanceof Message.Abort abort) {
      Promise.holds(
          abort.sentence().chars().noneMatch(Character::isISOControl), "an ABORT is printable");
      Message again = MessageCodec.read(new ByteArrayInputStream(written));
      Promise.holds(again.equals(message), "an ABORT is read as it was written");
    } else {
      Promise.holds(bytes, written, "a message has one form");
    }
  }

  /** No nonce is used twice with one, so each input has its own. */
  private static BatchSeal seal() {
    return new BatchSeal(new SecretKeySpec(new byte[32], "AES"), new MoveId(1, 2), 3);
  }

  private static void readPreface(byte[] input) throws Exception {
    DataPreface preface = DataPreface.parse(input);
    Promise.holds(input, preface.bytes(), "a preface has one form");
    preface.check(seal());
  }

  private static void addFrames(Map<String, byte[]> samples) {
    int[] number = {0};
    MessageCodecTest.messages()
        .map(MessageCodec::encode)
        .filter(frame -> frame.length <= LONGEST_SAMPLE)
        .forEach(frame -> samples.put(nameOf(frame) + "-" + number[0]++, frame));
  }

  private static void addBodies(Map<String, byte[]> samples) {
    Map<String, byte[]> frames = new TreeMap<>();
    addFrames(frames);
    frames.forEach((name, frame) -> {
      byte[] body = Arrays.copyOfRange(frame, MessageCodec.HEADER_SIZE - 1, frame.length);
      body[0] = (byte) MessageType.of(frame[1]).ordinal();
      samples.put(name, body);
    });
  }

  private static String nameOf(byte[] frame) {
    return MessageType.of(frame[1]).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
