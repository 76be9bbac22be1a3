package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.BAD_MEASUREMENT;
import static dev.sealift.abi.FirmwareStatus.INACTIVE;
import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST_STATE;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;
import static dev.sealift.abi.FirmwareStatus.POLICY_FAILURE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.abi.FirmwareStatus.UNSUPPORTED;
import static dev.sealift.firmware.TestMachine.ANYTHING_GOES;
import static dev.sealift.firmware.TestMachine.C_BIT;
import static dev.sealift.firmware.TestMachine.NOWHERE;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
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

    @TestFactory
    @DisplayName("checks in this order")
    Stream<DynamicTest> order() {
      byte[] session = source.sendStart(guest, target.chain());
      int other = target.launchStart(ANYTHING_GOES);
      long noPdh = target.place(sender.pek().bytes());
      return new OrderOfChecks<>(
              target.receiveStartFrom(sender, session, POLICY),
              command -> target.receiveStart(command).status())
          .then("a short session", INVALID_LEN, c -> session(c, c.sessionAddress(), 127))
          .then("a long session", INVALID_LEN, c -> session(c, c.sessionAddress(), 129))
          .then("no session there", INVALID_ADDRESS, c -> session(c, NOWHERE, 128))
          .then("a short certificate", INVALID_LEN, c -> pdh(c, c.pdhCertAddress(), 2083))
          .then("no certificate there", INVALID_ADDRESS, c -> pdh(c, NOWHERE, 2084))
          .then("no PDH certificate", INVALID_CERTIFICATE, c -> pdh(c, noPdh, 2084))
          .then("changed keys", BAD_MEASUREMENT, c -> flippedSession(c, session, 16))
          .then("changed MAC of the policy", BAD_MEASUREMENT, c -> flippedSession(c, session, 100))
          .then("a policy that is not the guest's", BAD_MEASUREMENT, c -> policy(c, ANYTHING_GOES))
          .then("newer firmware wanted", POLICY_FAILURE, c -> sent(c, POLICY.withMinimumApi(1, 56)))
          .then("a reserved bit", POLICY_FAILURE, c -> sent(c, new GuestPolicy(0x40)))
          .then("sharing with nobody", INVALID_GUEST, c -> handle(c, 500))
          .then("sharing with another policy", POLICY_FAILURE, c -> handle(c, other))
          .tests();
    }

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

    private ReceiveStartBuffer flippedSession(ReceiveStartBuffer c, byte[] session, int offset) {
      return session(c, target.place(flipped(session, offset * 8)), 128);
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

    @TestFactory
    @DisplayName("checks in this order")
    Stream<DynamicTest> order() {
      TestMachine.Packet packet = source.sendUpdate(guest, page, 4096);
      int launching = target.launchStart(ANYTHING_GOES);
      int inactive = target.receiving(sender, session, POLICY, 9);
      target.succeed(PspCommand.DEACTIVATE, inactive);
      long header = target.place(packet.header());
      long compressed = target.place(flipped(packet.header(), 0));
      long spoiled = target.place(flipped(packet.ciphertext(), 4096));
      PacketBuffer command =
          new PacketBuffer(
              received, header, 52, arrival | C_BIT, 4096, target.place(packet.ciphertext()), 4096);
      return new OrderOfChecks<>(command, target::receiveUpdate)
          .then("no guest", INVALID_GUEST, c -> handle(c, 1024))
          .then("being launched", INVALID_GUEST_STATE, c -> handle(c, launching))
          .then("no ASID", INACTIVE, c -> handle(c, inactive))
          .then("no data", INVALID_LEN, c -> lengths(c, 52, 4096, 0))
          .then("too much data", INVALID_LEN, c -> lengths(c, 52, 0x5010, 0x5010))
          .then("two lengths", INVALID_LEN, c -> lengths(c, 52, 4096, 8192))
          .then("no guest length", INVALID_LEN, c -> lengths(c, 52, 0, 4096))
          .then("half a block", INVALID_LEN, c -> lengths(c, 52, 4088, 4088))
          .then("a short header", INVALID_LEN, c -> lengths(c, 51, 4096, 4096))
          .then(
              "a crooked address",
              INVALID_ADDRESS,
              c -> addresses(c, c.hdrAddress(), arrival + 4, c.transAddress()))
          .then(
              "no header there",
              INVALID_ADDRESS,
              c -> addresses(c, NOWHERE, c.guestAddress(), c.transAddress()))
          .then(
              "a compressed page",
              UNSUPPORTED,
              c -> addresses(c, compressed, c.guestAddress(), c.transAddress()))
          .then(
              "no data there",
              INVALID_ADDRESS,
              c -> addresses(c, c.hdrAddress(), c.guestAddress(), NOWHERE))
          .then(
              "changed data",
              BAD_MEASUREMENT,
              c -> addresses(c, c.hdrAddress(), c.guestAddress(), spoiled))
          .then(
              "no guest memory there",
              INVALID_ADDRESS,
              c -> addresses(c, c.hdrAddress(), NOWHERE, c.transAddress()))
          .tests();
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

    private static PacketBuffer lengths(PacketBuffer c, long header, long guest, long trans) {
      return new PacketBuffer(
          c.handle(), c.hdrAddress(), header, c.guestAddress(), guest, c.transAddress(), trans);
    }

    private static PacketBuffer addresses(PacketBuffer c, long header, long guest, long trans) {
      return new PacketBuffer(
          c.handle(), header, c.hdrLen(), guest, c.guestLen(), trans, c.transLen());
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
