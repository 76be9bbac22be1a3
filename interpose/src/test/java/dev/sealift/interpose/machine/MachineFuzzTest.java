package dev.sealift.interpose.machine;

import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Any bytes from a program that has its machine in another process")
class MachineFuzzTest implements FuzzSuite {
  @TempDir private Path directory;
  private TestServer machine;
  private RawConnection lifeline;

  @BeforeEach
  void attach() throws Exception {
    machine = TestServer.in(directory);
    lifeline = new RawConnection(machine.socket());
    Promise.holds(
        lifeline.result(RawConnection.hello(Request.ATTACH)) == 0, "the program is attached");
  }

  @AfterEach
  void switchOff() throws Exception {
    lifeline.close();
    machine.close();
  }

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("machine-frames", this::send)
            .upTo(Frame.MOST + 64)
            .speaking("/dev/kvm", "/dev/sev", "a")
            .sampled(MachineFuzzTest::addFrames));
  }

  /** Each answer has a frame of its own; whatever is sent, others are answered as before. */
  private void send(byte[] input) throws Exception {
    try (RawConnection thread = join()) {
      thread.send(input);
      thread.finish();
      for (ByteBuffer answer = thread.answer(); answer != null; answer = thread.answer()) {
        Promise.holds(answer.remaining() >= Long.BYTES, "an answer begins with its result");
      }
    }
    join().close();
    Promise.holds(machine.server().standing().connections() > 0, "the program is still attached");
  }

  private RawConnection join() throws Exception {
    var thread = new RawConnection(machine.socket());
    Promise.holds(
        thread.result(RawConnection.hello(Request.JOIN)) > 0, "a thread of the program is let in");
    return thread;
  }

  private static void addFrames(Map<String, byte[]> samples) {
    byte[] open = withText(Request.OPEN, "/dev/kvm", 2);
    samples.put("open", open);
    samples.put(
        "get-api-version",
        RawConnection.frame(
            Request.IOCTL,
            RawConnection.buffer(16)
                .putInt(0)
                .putInt(KvmIoctl.GET_API_VERSION)
                .putLong(0)
                .array()));
    samples.put(
        "mmap",
        RawConnection.frame(
            Request.MMAP,
            RawConnection.buffer(28)
                .putLong(1 << 21)
                .putInt(3)
                .putInt(0x22)
                .putInt(-1)
                .putLong(0)
                .array()));
    samples.put(
        "keep",
        RawConnection.frame(
            Request.KEEP,
            RawConnection.buffer(15)
                .putShort((short) 1)
                .put((byte) 'a')
                .putInt(0)
                .putInt(0)
                .putInt(0)
                .array()));
    samples.put("names", withText(Request.NAMES, ""));
    samples.put("find", withText(Request.FIND, "a"));
    samples.put("standing", RawConnection.frame(Request.STANDING));
  }

  private static byte[] withText(Request request, String text, int... before) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = RawConnection.buffer(4 * before.length + 2 + encoded.length);
    for (int number : before) {
      body.putInt(number);
    }
    return RawConnection.frame(request, body.putShort((short) encoded.length).put(encoded).array());
  }
}
