package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.BAD_MEASUREMENT;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST_STATE;
import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.abi.FirmwareStatus.UNSUPPORTED;
import static dev.sealift.firmware.TestMachine.flipped;
import static dev.sealift.firmware.TestMachine.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import dev.sealift.crypto.cert.PlatformChain;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Receiving a guest")
class ReceiveCommandsTest {

  private static final GuestPolicy POLICY = GuestPolicy.of(Flag.NODBG).withMinimumApi(1, 55);

  private TestMachine source;
  private TestMachine target;
  private PlatformChain sender;
  private int guest;
  private long page;

  @BeforeEach
  void twoPlatforms() {
    source = TestMachine.ready();
    target = TestMachine.ready();
    sender = source.chain();
    page = source.place(randomBytes(5 * 4096, 1));
    guest = source.running(POLICY, 1, page);
  }

  @Nested
  @DisplayName("RECEIVE_START")
  class Start {

    @Test
    @DisplayName("refuses a guest with SEV-ES where the platform has none")
    void sevEs() {
      TestMachine es = TestMachine.off(builder -> builder.asids(100, 50));
      assertThat(es.init(new InitBuffer(1, 4 << 20, 1 << 20))).isEqualTo(SUCCESS);
      es.succeed(PspCommand.DF_FLUSH);
      GuestPolicy policy = GuestPolicy.of(Flag.ES);
      int encrypted = es.running(policy, 1, es.room(4096));
      byte[] session = es.sendStart(encrypted, target.chain());
      assertThat(target.receiveStart(target.receiveStartFrom(es.chain(), session, policy)).status())
          .isEqualTo(UNSUPPORTED);
    }

    @Test
    @DisplayName("never asks who the sender is: neither its chain nor its signatures")
    void senderIsNotAuthenticated() {
      byte[] session = source.sendStart(guest, target.chain());
      ReceiveStartBuffer command = target.receiveStartFrom(sender, session, POLICY);
      target.memory.write(command.pdhCertAddress(), sender.pdh().withoutSignatures().bytes());
      assertThat(target.receiveStart(command).status()).isEqualTo(SUCCESS);
    }

    @Test
    @DisplayName("opens only sessions for this platform")
    void sessionForAnother() {
      byte[] session = source.sendStart(guest, TestMachine.ready().chain());
      assertThat(target.receiveStart(target.receiveStartFrom(sender, session, POLICY)).status())
          .isEqualTo(BAD_MEASUREMENT);
      assertThat(target.status().guestCount()).isZero();
    }

    @Test
    @DisplayName("makes a new guest with a memory key of its own")
    void ownKey() {
      byte[] session = source.sendStart(guest, target.chain());
      int first = target.receiving(sender, session, POLICY, 1);
      int second = target.receiving(sender, session, POLICY, 2);
      assertThat(first).isNotEqualTo(second);
      assertThat(target.stateOf(first)).isEqualTo(GuestState.RUPDATE);
      assertThat(target.guestStatus(first).policy()).isEqualTo(POLICY.word());
      assertThat(target.seenBy(1, page, 64)).isNotEqualTo(target.seenBy(2, page, 64));
    }

    /** The command for a guest with another policy, sent by firmware that lets it run. */
    private ReceiveStartBuffer sent(ReceiveStartBuffer c, GuestPolicy policy) {
      TestMachine newer = TestMachine.ready(b -> b.apiVersion(new ApiVersion(1, 60)));
      int other = newer.running(policy, 1, newer.room(4096));
      byte[] session = newer.sendStart(other, target.chain());
      return handle(target.receiveStartFrom(newer.chain(), session, policy), c.handle());
    }

    private static ReceiveStartBuffer handle(ReceiveStartBuffer c, int handle) {
      return new ReceiveStartBuffer(
          handle,
          c.policy(),
          c.pdhCertAddress(),
          c.pdhCertLen(),
          c.sessionAddress(),
          c.sessionLen());
    }

    private static ReceiveStartBuffer policy(ReceiveStartBuffer c, GuestPolicy policy) {
      return new ReceiveStartBuffer(
          c.handle(),
          policy.word(),
          c.pdhCertAddress(),
          c.pdhCertLen(),
          c.sessionAddress(),
          c.sessionLen());
    }

    private static ReceiveStartBuffer pdh(ReceiveStartBuffer c, long address, long length) {
      return new ReceiveStartBuffer(
          c.handle(), c.policy(), address, length, c.sessionAddress(), c.sessionLen());
    }

    private static ReceiveStartBuffer session(ReceiveStartBuffer c, long address, long length) {
      return new ReceiveStartBuffer(
          c.handle(), c.policy(), c.pdhCertAddress(), c.pdhCertLen(), address, length);
    }
  }

  @Nested
  @DisplayName("RECEIVE_UPDATE_DATA")
  class Update {

    private byte[] session;
    private int received;
    private long arrival;

    @BeforeEach
    void receiving() {
      session = source.sendStart(guest, target.chain());
      received = target.receiving(sender, session, POLICY, 7);
      arrival = target.place(randomBytes(5 * 4096, 2));
    }

    @Test
    @DisplayName("refuses a packet in which any bit was changed, and leaves memory alone")
    void anyBit() {
      TestMachine.Packet packet = source.sendUpdate(guest, page, 64);
      byte[] before = target.memory.read(arrival, 4096);
      for (int bit = 0; bit < 52 * 8; bit++) {
        assertThat(
                target.receiveUpdate(
                    received,
                    arrival,
                    new TestMachine.Packet(flipped(packet.header(), bit), packet.ciphertext())))
            .as("header bit %d", bit)
            .isEqualTo(bit == 0 ? UNSUPPORTED : BAD_MEASUREMENT);
      }
      for (int bit = 0; bit < 64 * 8; bit++) {
        assertThat(
                target.receiveUpdate(
                    received,
                    arrival,
                    new TestMachine.Packet(packet.header(), flipped(packet.ciphertext(), bit))))
            .as("data bit %d", bit)
            .isEqualTo(BAD_MEASUREMENT);
      }
      assertThat(target.memory.read(arrival, 4096)).isEqualTo(before);
      assertThat(target.receiveUpdate(received, arrival, packet)).isEqualTo(SUCCESS);
      assertThat(target.seenBy(7, arrival, 64)).isEqualTo(source.seenBy(1, page, 64));
    }

    @Test
    @DisplayName("refuses a packet that was cut short")
    void cutShort() {
      TestMachine.Packet packet = source.sendUpdate(guest, page, 64);
      byte[] half = Arrays.copyOf(packet.ciphertext(), 32);
      assertThat(
              target.receiveUpdate(
                  received, arrival, new TestMachine.Packet(packet.header(), half)))
          .isEqualTo(BAD_MEASUREMENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 48, 4096, 20480})
    @DisplayName("gives the guest what it had, encrypted under its new key")
    void anyLength(int length) {
      TestMachine.Packet packet = source.sendUpdate(guest, page, length);
      assertThat(target.receiveUpdate(received, arrival, packet)).isEqualTo(SUCCESS);
      byte[] plain = source.seenBy(1, page, length);
      assertThat(target.seenBy(7, arrival, length)).isEqualTo(plain);
      assertThat(target.memory.read(arrival, length))
          .isNotEqualTo(plain)
          .isNotEqualTo(packet.ciphertext());
    }

    @Test
    @DisplayName("knows neither order nor place: a packet opens twice, and anywhere")
    void replay() {
      TestMachine.Packet packet = source.sendUpdate(guest, page, 4096);
      assertThat(target.receiveUpdate(received, arrival, packet)).isEqualTo(SUCCESS);
      assertThat(target.receiveUpdate(received, arrival + 4096, packet)).isEqualTo(SUCCESS);
      assertThat(target.seenBy(7, arrival + 4096, 4096)).isEqualTo(source.seenBy(1, page, 4096));
    }

    @Test
    @DisplayName("takes a header buffer longer than a header")
    void longHeader() {
      TestMachine.Packet packet = source.sendUpdate(guest, page, 64);
      assertThat(
              target.receiveUpdate(
                  new PacketBuffer(
                      received,
                      target.place(packet.header()),
                      4096,
                      arrival,
                      64,
                      target.place(packet.ciphertext()),
                      64)))
          .isEqualTo(SUCCESS);
    }

    @Test
    @DisplayName("refuses small packets as shipped firmware does, if told to, before their MAC")
    void smallestPacket() {
      TestMachine shipped = TestMachine.ready(b -> b.profile(FirmwareProfile.SHIPPED));
      source.succeed(PspCommand.SEND_CANCEL, guest);
      byte[] session = source.sendStart(guest, shipped.chain());
      int handle = shipped.receiving(sender, session, POLICY, 1);
      long memory = shipped.room(4096);
      TestMachine.Packet small = source.sendUpdate(guest, page, 32);
      assertThat(shipped.receiveUpdate(handle, memory, small)).isEqualTo(INVALID_PARAM);
      TestMachine.Packet compressed =
          new TestMachine.Packet(flipped(small.header(), 0), small.ciphertext());
      assertThat(shipped.receiveUpdate(handle, memory, compressed)).isEqualTo(UNSUPPORTED);
      assertThat(shipped.receiveUpdate(handle, memory, source.sendUpdate(guest, page, 48)))
          .isEqualTo(SUCCESS);
    }

    private static PacketBuffer handle(PacketBuffer c, int handle) {
      return new PacketBuffer(
          handle,
          c.hdrAddress(),
          c.hdrLen(),
          c.guestAddress(),
          c.guestLen(),
          c.transAddress(),
          c.transLen());
    }
  }

  @Nested
  @DisplayName("RECEIVE_FINISH")
  class Finish {

    @Test
    @DisplayName("ends only what was begun, and the guest runs")
    void finish() {
      byte[] session = source.sendStart(guest, target.chain());
      int received = target.receiving(sender, session, POLICY, 3);
      assertThat(target.send(PspCommand.RECEIVE_FINISH, received + 1)).isEqualTo(INVALID_GUEST);
      target.succeed(PspCommand.RECEIVE_FINISH, received);
      assertThat(target.stateOf(received)).isEqualTo(GuestState.RUNNING);
      assertThat(target.send(PspCommand.RECEIVE_FINISH, received)).isEqualTo(INVALID_GUEST_STATE);
      target.succeed(PspCommand.DEACTIVATE, received);
      assertThat(target.activate(received, 3)).isEqualTo(FirmwareStatus.DFFLUSH_REQUIRED);
    }

    @Test
    @DisplayName("takes no packet after the end")
    void noPacketAfterwards() {
      byte[] session = source.sendStart(guest, target.chain());
      int received = target.receiving(sender, session, POLICY, 3);
      TestMachine.Packet late = source.sendUpdate(guest, page, 64);
      target.succeed(PspCommand.RECEIVE_FINISH, received);
      assertThat(target.receiveUpdate(received, target.room(64), late))
          .isEqualTo(INVALID_GUEST_STATE);
    }
  }
}
