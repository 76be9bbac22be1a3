package dev.sealift.migration.wire;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.migration.trust.PlatformCredentials;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Messages as bytes.
 *
 * <pre>
 *  0               2               4                               8
 * +---------------+---------------+-------------------------------+--------------
 * | type u16      | zero u16      | length of the body u32        | body ...
 * +---------------+---------------+-------------------------------+--------------
 * </pre>
 *
 * <p>All numbers are big-endian. Type zero, a second half that is not zero, an unknown type and a
 * length that the type does not allow are refused before the body is read.
 */
final class MessageCodec {

  /** Bytes before the body. */
  static final int HEADER_SIZE = 8;

  private MessageCodec() {}

  /** A whole frame. */
  static byte[] encode(Message message) {
    var body = new BodyWriter(64);
    MessageType type = write(message, body);
    byte[] bytes = body.toByteArray();
    return new BodyWriter(HEADER_SIZE + bytes.length)
        .u16(type.number())
        .u16(0)
        .blob(bytes)
        .toByteArray();
  }

  /**
   * Reads one frame.
   *
   * @throws EOFException if the stream ends first
   * @throws MigrationException if the bytes are no message
   */
  static Message read(InputStream in) throws IOException, MigrationException {
    return readFrame(in).message();
  }

  /**
   * A message and its bytes.
   *
   * @param bytes the whole frame
   */
  // Read and consumed by one thread.
  @SuppressWarnings("ArrayRecordComponent")
  record Frame(Message message, byte[] bytes) {}

  /** Reads one frame and keeps its bytes; fails as {@link #read}. */
  static Frame readFrame(InputStream in) throws IOException, MigrationException {
    byte[] headerBytes = exactly(in, HEADER_SIZE);
    ByteBuffer header = ByteBuffer.wrap(headerBytes);
    int number = Short.toUnsignedInt(header.getShort());
    MessageType type = MessageType.of(number);
    if (type == null) {
      throw MigrationException.malformed("there is no message of type " + number);
    }
    if (header.getShort() != 0) {
      throw MigrationException.malformed(type + ": the reserved half of its header is not zero");
    }
    long length = Integer.toUnsignedLong(header.getInt());
    type.checkBody(length);
    byte[] body = exactly(in, (int) length);
    byte[] bytes = Arrays.copyOf(headerBytes, HEADER_SIZE + body.length);
    System.arraycopy(body, 0, bytes, HEADER_SIZE, body.length);
    return new Frame(decode(type, body), bytes);
  }

  /** Reads a body. */
  static Message decode(MessageType type, byte[] bytes) throws MigrationException {
    type.checkBody(bytes.length);
    var body = new BodyReader(type.name(), bytes);
    Message message;
    try {
      message = parse(type, body);
    } catch (IllegalArgumentException broken) {
      throw new MigrationException(
          FailureCode.MALFORMED, String.valueOf(broken.getMessage()), broken);
    }
    body.end();
    return message;
  }

  private static MessageType write(Message message, BodyWriter body) {
    return switch (message) {
      case Message.Hello hello -> {
        body.u16(hello.lowestVersion()).u16(hello.highestVersion()).u8(flag(hello.emulated()));
        yield MessageType.HELLO;
      }
      case Message.Welcome welcome -> {
        body.u16(welcome.version())
            .u8(flag(welcome.emulated()))
            .u8(welcome.mostDataConnections())
            .blob(welcome.platform());
        yield MessageType.WELCOME;
      }
      case Message.Guest guest -> {
        body.raw(guest.move().bytes())
            .blob(guest.configuration())
            .u32(guest.policy())
            .blob(guest.platform())
            .raw(guest.session())
            .u8(guest.dataConnections());
        yield MessageType.GUEST;
      }
      case Message.Ready _ -> MessageType.READY;
      case Message.SharedPages pages -> {
        body.u32(pages.round()).u32(pages.gfns().length).u64s(pages.gfns()).raw(pages.contents());
        yield MessageType.SHARED_PAGES;
      }
      case Message.RoundEnd end -> {
        body.u32(end.round()).u8(end.batches().length);
        for (int count : end.batches()) {
          body.u32(count);
        }
        body.u64(end.privatePages()).u64(end.sharedPages());
        yield MessageType.ROUND_END;
      }
      case Message.RoundDone done -> {
        body.u32(done.round());
        yield MessageType.ROUND_DONE;
      }
      case Message.PageStatus status -> {
        body.u32(status.shared().size());
        for (SharedRange range : status.shared()) {
          body.u64(range.firstGfn()).u64(range.count());
        }
        yield MessageType.PAGE_STATUS;
      }
      case Message.VcpuVmsa vcpu -> {
        body.u32(vcpu.index()).raw(vcpu.header()).raw(vcpu.ciphertext());
        yield MessageType.VCPU_VMSA;
      }
      case Message.VcpuState vcpu -> {
        body.u32(vcpu.index()).blob(vcpu.state());
        yield MessageType.VCPU_STATE;
      }
      case Message.Prepare prepare -> {
        body.u32(prepare.rounds())
            .u64(prepare.privatePages())
            .u64(prepare.sharedPages())
            .raw(prepare.manifest());
        yield MessageType.PREPARE;
      }
      case Message.Prepared prepared -> {
        body.raw(prepared.manifest());
        yield MessageType.PREPARED;
      }
      case Message.Commit commit -> {
        body.u64(commit.began()).u64(commit.paused()).u64(commit.finished());
        yield MessageType.COMMIT;
      }
      case Message.Running _ -> MessageType.RUNNING;
      case Message.Statement statement -> {
        body.blob(statement.statement()).raw(statement.report());
        yield MessageType.STATEMENT;
      }
      case Message.Endorsement endorsement -> {
        body.raw(endorsement.report());
        yield MessageType.ENDORSEMENT;
      }
      case Message.Resume resume -> {
        body.raw(resume.move().bytes());
        yield MessageType.RESUME;
      }
      case Message.Standing standing -> {
        Progress progress = standing.progress();
        body.u8(standing.place().number())
            .u32(progress.round())
            .u64(progress.messages())
            .u8(progress.batches().size());
        progress.batches().forEach(body::u64);
        body.raw(standing.root());
        yield MessageType.STANDING;
      }
      case Message.Abort abort -> {
        body.u16(abort.code().number())
            .u32(abort.status())
            .blob(abort.sentence().getBytes(StandardCharsets.UTF_8));
        yield MessageType.ABORT;
      }
    };
  }

  private static Message parse(MessageType type, BodyReader body) throws MigrationException {
    return switch (type) {
      case HELLO -> new Message.Hello(body.u16(), body.u16(), flag(type, body));
      case WELCOME -> new Message.Welcome(body.u16(), flag(type, body), body.u8(), platform(body));
      case GUEST ->
          new Message.Guest(
              move(body),
              body.blob("the configuration", 1, Bounds.CONFIGURATION),
              body.word(),
              platform(body),
              body.raw(SevLimits.SESSION),
              body.u8());
      case READY -> new Message.Ready();
      case SHARED_PAGES -> sharedPages(body);
      case ROUND_END -> roundEnd(body);
      case ROUND_DONE -> new Message.RoundDone(round(body));
      case PAGE_STATUS -> pageStatus(body);
      case VCPU_VMSA ->
          new Message.VcpuVmsa(
              body.count("the vCPU", 0, 0xFFFF),
              body.raw(SevLimits.PACKET_HEADER),
              body.raw(Pages.SIZE));
      case VCPU_STATE ->
          new Message.VcpuState(
              body.count("the vCPU", 0, 0xFFFF), body.blob("the state", 1, Bounds.VCPU_STATE));
      case PREPARE ->
          new Message.Prepare(
              round(body),
              body.u64("the private pages"),
              body.u64("the shared pages"),
              body.raw(Manifest.ROOT_SIZE));
      case PREPARED -> new Message.Prepared(body.raw(Manifest.ROOT_SIZE));
      case COMMIT ->
          new Message.Commit(
              body.u64("the beginning"), body.u64("the pause"), body.u64("the finish"));
      case RUNNING -> new Message.Running();
      case STATEMENT ->
          new Message.Statement(
              body.blob("the statement", 1, Bounds.STATEMENT), body.raw(Bounds.REPORT));
      case ENDORSEMENT -> new Message.Endorsement(body.raw(Bounds.REPORT));
      case RESUME -> new Message.Resume(move(body));
      case STANDING ->
          new Message.Standing(Place.of(body.u8()), progress(body), body.raw(Manifest.ROOT_SIZE));
      case ABORT ->
          new Message.Abort(
              FailureCode.of(body.u16()),
              body.word(),
              new String(body.blob("the sentence", 0, Bounds.SENTENCE), StandardCharsets.UTF_8));
    };
  }

  private static MoveId move(BodyReader body) throws MigrationException {
    return new MoveId(body.word64(), body.word64());
  }

  private static byte[] platform(BodyReader body) throws MigrationException {
    return body.blob(
        "the platform's credentials",
        PlatformCredentials.LEAST_SIZE,
        PlatformCredentials.MOST_SIZE);
  }

  private static Message sharedPages(BodyReader body) throws MigrationException {
    int round = round(body);
    int count = body.count("the number of pages", 1, Bounds.SHARED_PAGES);
    long[] gfns = new long[count];
    for (int i = 0; i < count; i++) {
      gfns[i] = body.u64("a page number");
    }
    return new Message.SharedPages(round, gfns, body.raw(count * Pages.SIZE));
  }

  private static Message roundEnd(BodyReader body) throws MigrationException {
    int round = round(body);
    int[] batches = new int[body.u8()];
    for (int i = 0; i < batches.length; i++) {
      batches[i] = body.count("a connection's batches", 0, Integer.MAX_VALUE);
    }
    return new Message.RoundEnd(
        round, batches, body.u64("the private pages"), body.u64("the shared pages"));
  }

  private static Message pageStatus(BodyReader body) throws MigrationException {
    int count = body.count("the number of ranges", 0, Bounds.STATUS_RANGES);
    List<SharedRange> ranges = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ranges.add(new SharedRange(body.u64("a page number"), body.u64("a page count")));
    }
    return new Message.PageStatus(ranges);
  }

  private static Progress progress(BodyReader body) throws MigrationException {
    int round = round(body);
    long messages = body.u64("the messages");
    int connections = body.u8();
    Bounds.check(connections <= Bounds.DATA_CONNECTIONS, "STANDING: data connections are 0 to 16");
    List<Long> batches = new ArrayList<>(connections);
    for (int i = 0; i < connections; i++) {
      batches.add(body.u64("a connection's batches"));
    }
    return new Progress(round, messages, batches);
  }

  private static int round(BodyReader body) throws MigrationException {
    return body.count("the round", 0, Bounds.ROUNDS);
  }

  private static int flag(boolean set) {
    return set ? 1 : 0;
  }

  private static boolean flag(MessageType type, BodyReader body) throws MigrationException {
    return switch (body.u8()) {
      case 0 -> false;
      case 1 -> true;
      default -> throw MigrationException.malformed(type + ": a flag is 0 or 1");
    };
  }

  private static byte[] exactly(InputStream in, int size) throws IOException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw new EOFException("the stream ended inside a message");
    }
    return bytes;
  }
}
