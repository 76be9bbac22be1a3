package dev.sealift.interpose.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.DescriptorStore;
import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmIoctl;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What is no frame of the protocol")
@Timeout(60)
class MalformedFramesTest {
  private TestServer machine;
  private RawConnection lifeline;

  @BeforeEach
  void attach(@TempDir Path directory) throws Exception {
    machine = TestServer.in(directory);
    lifeline = new RawConnection(machine.socket());
    assertThat(lifeline.result(RawConnection.hello(Request.ATTACH))).isZero();
  }

  @AfterEach
  void switchOff() throws Exception {
    lifeline.close();
    machine.close();
  }

  @Test
  void endsItsConnectionAndNothingElse() throws Exception {
    try (RawConnection good = join()) {
      int kvm = (int) good.result(open("/dev/kvm"));
      byte[] twice = new byte[2 * getApiVersion(kvm).length];
      ByteBuffer.wrap(twice).put(getApiVersion(kvm)).put(getApiVersion(kvm));

      assertEnds(bytes(0), "a frame without a request");
      assertEnds(bytes(-1), "a frame of a negative length");
      assertEnds(bytes(Frame.MOST - 3), "a frame that is too long");
      assertEnds(RawConnection.frame(Request.CLOSE), "a request that is cut short");
      assertEnds(RawConnection.frame(Request.CLOSE, new byte[5]), "a request with more behind it");
      assertEnds(new byte[] {1, 0, 0, 0, 0}, "request 0");
      assertEnds(new byte[] {1, 0, 0, 0, (byte) 200}, "request 200");
      assertEnds(RawConnection.hello(Request.JOIN), "a thread that joins twice");
      assertEnds(twice, "a second request before the answer");
      assertEnds(text(Request.OPEN, "x", 2, Integer.BYTES), "a path that is cut short");
      assertEnds(text(Request.FORGET, "\u00e9", 1, 0), "half a character");
      assertEnds(keep("a", -1, 0, 0, new byte[0]), "a negative number of descriptors");
      assertEnds(keep("a", Integer.MAX_VALUE, 0, 0, new byte[8]), "more than the frame holds");
      assertEnds(keep("a", 0, 1 << 28, 0, new byte[8]), "a number whose bytes overflow");
      assertEnds(keep("a", 0, 0, 3, new byte[4]), "a note with more behind it");

      assertThat(good.result(getApiVersion(kvm))).isEqualTo(12);
      assertThat(machine.server().standing().descriptors()).isOne();
    }
  }

  @Test
  void isNoWayIn() throws Exception {
    for (byte[] hello :
        new byte[][] {
          RawConnection.hello(Request.JOIN, 1, Request.VERSION, RawConnection.LOW),
          RawConnection.hello(Request.JOIN, Request.MAGIC, 99, RawConnection.LOW),
          RawConnection.hello(Request.ATTACH, Request.MAGIC, 0, RawConnection.LOW),
          open("/dev/kvm"),
          RawConnection.frame(Request.JOIN)
        }) {
      try (RawConnection stranger = new RawConnection(machine.socket())) {
        stranger.send(hello);
        assertThat(stranger.isEnded()).isTrue();
      }
    }
    try (RawConnection stranger = new RawConnection(machine.socket())) {
      byte[] otherProgram = RawConnection.hello(Request.JOIN, Request.MAGIC, Request.VERSION, 7);
      assertThat(stranger.result(otherProgram)).isEqualTo(Errno.ESRCH.negated());
      assertThat(stranger.isEnded()).isTrue();
    }
  }

  @Test
  void isAnsweredWhereOnlyANameOrANumberIsWrong() throws Exception {
    try (RawConnection thread = join()) {
      String tooLong = "n".repeat(DescriptorStore.MOST_NAME + 1);
      assertThat(thread.result(keep(tooLong, 0, 0, 0, new byte[0])))
          .isEqualTo(Errno.EINVAL.negated());
      byte[] note = new byte[DescriptorStore.MOST_NOTE + 1];
      assertThat(thread.result(keep("a", 0, 0, note.length, note)))
          .isEqualTo(Errno.EINVAL.negated());
      byte[] descriptors = new byte[Integer.BYTES * (Holdings.MOST_OF_A_KIND + 1)];
      assertThat(thread.result(keep("a", Holdings.MOST_OF_A_KIND + 1, 0, 0, descriptors)))
          .isEqualTo(Errno.ENOSPC.negated());
      assertThat(thread.result(keep("a", 0, 1, 0, new byte[16]))).isEqualTo(Errno.EFAULT.negated());
      assertThat(thread.result(text(Request.FIND, tooLong, tooLong.length(), 0)))
          .isEqualTo(Errno.ENOENT.negated());
      byte[] mapping = RawConnection.buffer(16).putLong(-1).putLong(Long.MIN_VALUE).array();
      assertThat(thread.result(RawConnection.frame(Request.MUNMAP, mapping)))
          .isEqualTo(Errno.EINVAL.negated());
    }
  }

  @Test
  void endsTheProgramWhereItComesFromTheLifeline() throws Exception {
    try (RawConnection thread = join()) {
      assertThat(thread.result(open("/dev/kvm"))).isPositive();
      lifeline.send(new byte[] {1});
      assertThat(lifeline.isEnded()).isTrue();
      assertThat(thread.isEnded()).isTrue();
    }
    try (MachineClient next = machine.attach()) {
      assertThat(next.standing().descriptors()).isZero();
    }
  }

  @Test
  void doesNoHarmWhateverItIs() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 150; i++) {
      try (RawConnection thread = join()) {
        byte[] body = new byte[random.nextInt(64)];
        random.nextBytes(body);
        Request request = Request.values()[random.nextInt(Request.values().length)];
        byte[] frame = RawConnection.frame(request, body);
        if (random.nextInt(4) == 0) {
          frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        }
        thread.send(frame);
        thread.finish();
        thread.answer();
      }
    }
    try (RawConnection thread = join()) {
      int kvm = (int) thread.result(open("/dev/kvm"));
      assertThat(thread.result(getApiVersion(kvm))).isEqualTo(12);
    }
  }

  private RawConnection join() throws Exception {
    RawConnection thread = new RawConnection(machine.socket());
    assertThat(thread.result(RawConnection.hello(Request.JOIN))).isPositive();
    return thread;
  }

  private void assertEnds(byte[] frame, String what) throws Exception {
    try (RawConnection thread = join()) {
      thread.send(frame);
      assertThat(thread.isEnded()).as(what).isTrue();
    }
  }

  private static byte[] bytes(int length) {
    return RawConnection.buffer(5).putInt(length).array();
  }

  private static byte[] open(String path) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    return RawConnection.frame(
        Request.OPEN,
        RawConnection.buffer(6 + name.length)
            .putInt(OpenFlags.O_RDWR)
            .putShort((short) name.length)
            .put(name)
            .array());
  }

  private static byte[] getApiVersion(int kvm) {
    return RawConnection.frame(
        Request.IOCTL,
        RawConnection.buffer(16).putInt(kvm).putInt(KvmIoctl.GET_API_VERSION).array());
  }

  /** A request with a text that is said to have some length, behind some bytes. */
  private static byte[] text(Request request, String text, int length, int before) {
    byte[] name = text.getBytes(StandardCharsets.ISO_8859_1);
    return RawConnection.frame(
        request,
        RawConnection.buffer(before + 2 + name.length)
            .position(before)
            .putShort((short) length)
            .put(name)
            .array());
  }

  private static byte[] keep(String name, int descriptors, int mappings, int note, byte[] rest) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return RawConnection.frame(
        Request.KEEP,
        RawConnection.buffer(14 + text.length + rest.length)
            .putShort((short) text.length)
            .put(text)
            .putInt(descriptors)
            .putInt(mappings)
            .putInt(note)
            .put(rest)
            .array());
  }
}
