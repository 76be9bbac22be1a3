package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST_STATE;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;
import static dev.sealift.abi.FirmwareStatus.POLICY_FAILURE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.firmware.TestMachine.ANYTHING_GOES;
import static dev.sealift.firmware.TestMachine.C_BIT;
import static dev.sealift.firmware.TestMachine.NOWHERE;
import static dev.sealift.firmware.TestMachine.randomBytes;
import static dev.sealift.firmware.TestMachine.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Sending a guest")
class SendCommandsTest {

  private static final GuestPolicy SEV = GuestPolicy.of(Flag.SEV);
  private static final GuestPolicy DOMAIN = GuestPolicy.of(Flag.DOMAIN);

  @Nested
  @DisplayName("SEND_START")
  class Start {

    @TestFactory
    @DisplayName("checks a guest that goes anywhere in this order, and reads no chain")
    Stream<DynamicTest> orderWithoutEither() {
      TestMachine machine = TestMachine.ready();
      int guest = running(machine, ANYTHING_GOES.withMinimumApi(1, 55), 1);
      SevCertificate selfMade =
          SevCertificate.unsigned(
              SevCertificate.Usage.PDH,
              SevCertificate.Algorithm.ECDH_SHA256,
              new ApiVersion(0, 0),
              (ECPublicKey) P384.generate(new SecureRandom()).getPublic());
      long noPdh = machine.place(TestMachine.ready().chain().pek().bytes());
      SendStartBuffer command =
          new SendStartBuffer(
              guest,
              0,
              machine.place(selfMade.bytes()),
              2084,
              NOWHERE,
              5,
              NOWHERE,
              7,
              machine.room(128),
              128);
      return new OrderOfChecks<>(command, c -> machine.sendStart(c).status())
          .then("PDH certificate too short", INVALID_LEN, c -> pdh(c, c.pdhCertAddress(), 2083))
          .then("no PDH certificate", INVALID_CERTIFICATE, c -> pdh(c, noPdh, 2084))
          .then("no room for the session", INVALID_ADDRESS, c -> session(c, NOWHERE, 128))
          .tests();
    }

    @Test
    @DisplayName("refuses a target under another root")
    void anotherRoot() {
      TestMachine machine = TestMachine.ready(builder -> builder.rootOfTrust(Roots.stranger()));
      int guest = running(machine, SEV, 1);
      assertThat(
              machine.sendStart(machine.sendStartTo(TestMachine.ready().chain(), guest)).status())
          .isEqualTo(INVALID_CERTIFICATE);
      assertThat(machine.stateOf(guest)).isEqualTo(GuestState.RUNNING);
    }

    @Test
    @DisplayName("asks for both a genuine platform and the same owner where the policy does")
    void sevAndDomain() {
      Owner owner = new Owner();
      TestMachine machine = owner.platform();
      int guest = running(machine, GuestPolicy.of(Flag.SEV, Flag.DOMAIN), 1);
      PlatformChain foreign = TestMachine.ready().chain();
      PlatformChain own = owner.platform().chain();
      assertThat(machine.sendStart(machine.sendStartTo(foreign, guest)).status())
          .isEqualTo(POLICY_FAILURE);
      SendStartBuffer unsignedCek =
          plat(
              machine.sendStartTo(own, guest),
              machine.place(platform(own.pek(), own.oca(), own.cek().withoutSignatures())),
              6252);
      assertThat(machine.sendStart(unsignedCek).status()).isEqualTo(INVALID_CERTIFICATE);
      assertThat(machine.sendStart(machine.sendStartTo(own, guest)).status()).isEqualTo(SUCCESS);
    }

    @Test
    @DisplayName("looks for the CEK's signature of later generations, or for that of its ASK")
    void naples() throws Exception {
      NaplesRoot root = new NaplesRoot();
      PlatformChain target = root.over(TestMachine.ready().chain());
      FirmwareProfile byKey =
          FirmwareProfile.DEFAULT.without(FirmwareQuirk.ASK_TAKEN_FOR_RSA_SHA384);
      for (FirmwareProfile profile : List.of(FirmwareProfile.DEFAULT, byKey)) {
        TestMachine machine =
            TestMachine.ready(builder ->
                builder.profile(profile).rootOfTrust(RootOfTrust.of("naples", root.ark)));
        int guest = running(machine, SEV, 1);
        assertThat(machine.sendStart(machine.sendStartTo(target, guest)).status())
            .isEqualTo(profile == byKey ? SUCCESS : INVALID_CERTIFICATE);
      }
    }

    @ParameterizedTest
    @CsvSource({
      "1664, true, true",
      "2176, true, false",
      "2432, false, true",
      "2688, true, false",
      "3200, true, true",
      "3201, false, false"
    })
    @DisplayName("takes the lengths of pairs of ASK and ARK that its profile knows")
    void amdLengths(long length, boolean shipped, boolean real) {
      FirmwareProfile other = FirmwareProfile.DEFAULT.without(FirmwareQuirk.MIXED_AMD_CERTS_LEN);
      for (FirmwareProfile profile : List.of(FirmwareProfile.DEFAULT, other)) {
        TestMachine machine = TestMachine.ready(builder -> builder.profile(profile));
        int guest = running(machine, SEV, 1);
        SendStartBuffer command =
            new SendStartBuffer(
                guest, 0, NOWHERE, 2084, NOWHERE, 6252, NOWHERE, length, NOWHERE, 128);
        assertThat(machine.sendStart(command).status())
            .isEqualTo((profile == other ? real : shipped) ? INVALID_ADDRESS : INVALID_LEN);
      }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 64, 127, 129, 256, 0xFFFFFFFFL})
    @DisplayName(
        "says how long a session is, whatever the guest's state, and looks at no certificate")
    void lengthQuery(long length) {
      TestMachine machine = TestMachine.ready();
      int guest = machine.launchStart(GuestPolicy.of(Flag.NOSEND));
      var query = machine.sendStart(new SendStartBuffer(guest, 0, 0, 0, 0, 0, 0, 0, 0, length));
      assertThat(query.status()).isEqualTo(INVALID_LEN);
      assertThat(SendStartBuffer.read(query.buffer()))
          .isEqualTo(new SendStartBuffer(guest, 0, 0, 0, 0, 0, 0, 0, 0, 128));
    }

    @Test
    @DisplayName("reads each certificate once, so that nobody swaps it between check and use")
    void readsOnce() {
      Owner owner = new Owner();
      TestMachine machine = owner.platform();
      int guest = running(machine, GuestPolicy.of(Flag.SEV, Flag.DOMAIN), 1);
      SendStartBuffer command = machine.sendStartTo(owner.platform().chain(), guest);
      for (long certificates :
          new long[] {
            command.pdhCertAddress(), command.platCertsAddress(), command.amdCertsAddress()
          }) {
        machine.memory.watch(certificates);
        succeeded(machine.sendStart(command));
        assertThat(machine.memory.watchedReads()).isEqualTo(1);
        machine.succeed(PspCommand.SEND_CANCEL, guest);
      }
    }

    @Test
    @DisplayName("says the guest's policy, and makes another session each time")
    void policyAndSession() {
      TestMachine machine = TestMachine.ready();
      GuestPolicy policy = GuestPolicy.of(Flag.NODBG, Flag.SEV).withMinimumApi(0, 22);
      int guest = running(machine, policy, 1);
      PlatformChain target = TestMachine.ready().chain();
      SendStartBuffer answer =
          SendStartBuffer.read(succeeded(machine.sendStart(machine.sendStartTo(target, guest))));
      assertThat(answer.policy()).isEqualTo(policy.word());
      assertThat(answer.sessionLen()).isEqualTo(128);
      assertThat(machine.stateOf(guest)).isEqualTo(GuestState.SUPDATE);
      byte[] session = machine.memory.read(answer.sessionAddress(), 128);
      machine.succeed(PspCommand.SEND_CANCEL, guest);
      assertThat(machine.sendStart(guest, target)).isNotEqualTo(session);
    }

    private static SendStartBuffer handle(SendStartBuffer c, int handle) {
      return new SendStartBuffer(
          handle,
          c.policy(),
          c.pdhCertAddress(),
          c.pdhCertLen(),
          c.platCertsAddress(),
          c.platCertsLen(),
          c.amdCertsAddress(),
          c.amdCertsLen(),
          c.sessionAddress(),
          c.sessionLen());
    }

    private static SendStartBuffer pdh(SendStartBuffer c, long address, long length) {
      return new SendStartBuffer(
          c.handle(),
          c.policy(),
          address,
          length,
          c.platCertsAddress(),
          c.platCertsLen(),
          c.amdCertsAddress(),
          c.amdCertsLen(),
          c.sessionAddress(),
          c.sessionLen());
    }

    private static SendStartBuffer plat(SendStartBuffer c, long address, long length) {
      return new SendStartBuffer(
          c.handle(),
          c.policy(),
          c.pdhCertAddress(),
          c.pdhCertLen(),
          address,
          length,
          c.amdCertsAddress(),
          c.amdCertsLen(),
          c.sessionAddress(),
          c.sessionLen());
    }

    private static SendStartBuffer session(SendStartBuffer c, long address, long length) {
      return new SendStartBuffer(
          c.handle(),
          c.policy(),
          c.pdhCertAddress(),
          c.pdhCertLen(),
          c.platCertsAddress(),
          c.platCertsLen(),
          c.amdCertsAddress(),
          c.amdCertsLen(),
          address,
          length);
    }

    private static SendStartBuffer to(
        SendStartBuffer c, TestMachine machine, PlatformChain target) {
      SendStartBuffer other = machine.sendStartTo(target, c.handle());
      return session(other, c.sessionAddress(), c.sessionLen());
    }

    private static byte[] platform(SevCertificate pek, SevCertificate oca, SevCertificate cek) {
      byte[] bytes = Arrays.copyOf(pek.bytes(), 6252);
      System.arraycopy(oca.bytes(), 0, bytes, 2084, 2084);
      System.arraycopy(cek.bytes(), 0, bytes, 4168, 2084);
      return bytes;
    }
  }

  @Nested
  @DisplayName("SEND_UPDATE_DATA")
  class Update {

    private TestMachine machine = TestMachine.ready();
    private long page;
    private int guest;

    private PacketBuffer sending() {
      page = machine.place(randomBytes(5 * 4096, 1));
      guest = machine.running(ANYTHING_GOES, 1, page);
      machine.sendStart(guest, machine.chain());
      return new PacketBuffer(
          guest, machine.room(52), 52, page | C_BIT, 4096, machine.room(5 * 4096), 4096);
    }

    private static PacketBuffer lengths(PacketBuffer c, long header, long guest, long trans) {
      return new PacketBuffer(
          c.handle(), c.hdrAddress(), header, c.guestAddress(), guest, c.transAddress(), trans);
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

    @ParameterizedTest(name = "header {0}, transport {1}, guest {2}")
    @CsvSource({"0, 0, 0", "51, 4096, 4096", "0, 4096, 4096"})
    @DisplayName(
        "says how long a header is, with any handle and in any state; the other length it leaves alone")
    void lengthQuery(long header, long trans, long guestLength) {
      machine.launchStart(ANYTHING_GOES);
      var query = machine.sendUpdate(new PacketBuffer(4711, 0, header, 0, guestLength, 0, trans));
      assertThat(query.status()).isEqualTo(INVALID_LEN);
      assertThat(PacketBuffer.read(query.buffer()))
          .isEqualTo(new PacketBuffer(4711, 0, 52, 0, guestLength, 0, trans));
    }

    @Test
    @DisplayName("writes lengths it has not changed back as they were")
    void unchangedLengths() {
      PacketBuffer command = sending();
      var refused = machine.sendUpdate(lengths(command, 60, 4096, 4000));
      assertThat(refused.status()).isEqualTo(INVALID_LEN);
      assertThat(PacketBuffer.read(refused.buffer())).isEqualTo(lengths(command, 60, 4096, 4000));
      var granted = machine.sendUpdate(lengths(command, 60, 4096, 5000));
      assertThat(granted.status()).isEqualTo(SUCCESS);
      assertThat(PacketBuffer.read(granted.buffer())).isEqualTo(lengths(command, 52, 4096, 5000));
    }

    @Test
    @DisplayName("writes the ciphertext and the header and not a byte more")
    void notAByteMore() {
      PacketBuffer command = sending();
      succeeded(machine.sendUpdate(lengths(command, 4096, 64, 5 * 4096)));
      assertThat(machine.memory.read(command.transAddress() + 64, 5 * 4096 - 64)).containsOnly(0);
      assertThat(machine.memory.read(command.hdrAddress() + 52, 4096 - 52)).containsOnly(0);
      assertThat(machine.memory.read(command.transAddress(), 64)).isNotEqualTo(new byte[64]);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 48, 4096, 8192, 20480})
    @DisplayName("seals what the guest sees, whatever the length, and shows none of it")
    void sealsAnyLength(int length) {
      sending();
      byte[] plain = machine.seenBy(1, page, length);
      TestMachine.Packet packet = machine.sendUpdate(guest, page, length);
      assertThat(packet.ciphertext()).hasSize(length).isNotEqualTo(plain);
      assertThat(packet.ciphertext()).isNotEqualTo(machine.memory.read(page, length));
      assertThat(packet.header()[0]).isZero();
    }

    @Test
    @DisplayName("never seals a page the same way twice, and leaves the guest running")
    void freshIv() {
      sending();
      TestMachine.Packet one = machine.sendUpdate(guest, page, 4096);
      TestMachine.Packet two = machine.sendUpdate(guest, page, 4096);
      assertThat(Arrays.copyOfRange(two.header(), 4, 20))
          .isNotEqualTo(Arrays.copyOfRange(one.header(), 4, 20));
      assertThat(two.ciphertext()).isNotEqualTo(one.ciphertext());
      assertThat(machine.stateOf(guest)).isEqualTo(GuestState.SUPDATE);
    }

    @Test
    @DisplayName(
        "serves small packets by the specification, and refuses them as shipped firmware does if told to")
    void smallestPacket() {
      PacketBuffer small = lengths(sending(), 52, 32, 32);
      assertThat(machine.sendUpdate(small).status()).isEqualTo(SUCCESS);
      machine = TestMachine.ready(builder -> builder.profile(FirmwareProfile.SHIPPED));
      PacketBuffer shipped = sending();
      assertThat(machine.sendUpdate(lengths(shipped, 52, 32, 32)).status())
          .isEqualTo(INVALID_PARAM);
      assertThat(machine.sendUpdate(lengths(shipped, 52, 48, 48)).status()).isEqualTo(SUCCESS);
    }

    @Test
    @DisplayName("takes less where the specification's limit is chosen")
    void largestPacket() {
      machine = TestMachine.ready(builder -> builder.profile(FirmwareProfile.SPECIFICATION));
      PacketBuffer command = sending();
      assertThat(machine.sendUpdate(lengths(command, 52, 16384, 16384)).status())
          .isEqualTo(SUCCESS);
      assertThat(machine.sendUpdate(lengths(command, 52, 16400, 16400)).status())
          .isEqualTo(INVALID_LEN);
    }
  }

  @Nested
  @DisplayName("SEND_FINISH and SEND_CANCEL")
  class End {

    private final TestMachine machine = TestMachine.ready();

    @ParameterizedTest
    @CsvSource({"SEND_FINISH", "SEND_CANCEL"})
    @DisplayName("end only what was begun")
    void wantASendingGuest(PspCommand command) {
      int guest = running(machine, ANYTHING_GOES, 1);
      assertThat(machine.send(command, 99)).isEqualTo(INVALID_GUEST);
      assertThat(machine.send(command, guest)).isEqualTo(INVALID_GUEST_STATE);
      machine.sendStart(guest, machine.chain());
      machine.succeed(command, guest);
      assertThat(machine.send(command, guest)).isEqualTo(INVALID_GUEST_STATE);
    }

    @Test
    @DisplayName("finishing is for good: the guest neither runs nor is sent again")
    void finish() {
      int guest = running(machine, ANYTHING_GOES, 1);
      machine.sendStart(guest, machine.chain());
      machine.succeed(PspCommand.SEND_FINISH, guest);
      assertThat(machine.stateOf(guest)).isEqualTo(GuestState.SENT);
      assertThat(machine.sendStart(machine.sendStartTo(machine.chain(), guest)).status())
          .isEqualTo(INVALID_GUEST_STATE);
      machine.succeed(PspCommand.DEACTIVATE, guest);
      assertThat(machine.activate(guest, 2)).isEqualTo(INVALID_GUEST_STATE);
      machine.succeed(PspCommand.DECOMMISSION, guest);
    }

    @Test
    @DisplayName("a guest that was sent keeps its key until it is deactivated")
    void keyStaysUntilDeactivated() {
      byte[] content = randomBytes(4096, 3);
      long page = machine.place(content);
      int guest = machine.running(ANYTHING_GOES, 1, page);
      machine.sendStart(guest, machine.chain());
      machine.succeed(PspCommand.SEND_FINISH, guest);
      assertThat(machine.seenBy(1, page, 4096)).isEqualTo(content);
      machine.succeed(PspCommand.DEACTIVATE, guest);
      assertThat(machine.seenBy(1, page, 4096)).isNotEqualTo(content);
    }

    @Test
    @DisplayName("cancelling lets the guest run on, and be sent another time")
    void cancel() {
      int guest = running(machine, ANYTHING_GOES, 1);
      machine.sendStart(guest, machine.chain());
      machine.succeed(PspCommand.SEND_CANCEL, guest);
      assertThat(machine.stateOf(guest)).isEqualTo(GuestState.RUNNING);
      machine.sendStart(guest, machine.chain());
      machine.succeed(PspCommand.SEND_FINISH, guest);
    }

    @Test
    @DisplayName("a guest that is being sent can be given another ASID and run at once")
    void activateWhileSending() {
      int guest = running(machine, ANYTHING_GOES, 1);
      machine.sendStart(guest, machine.chain());
      machine.succeed(PspCommand.DEACTIVATE, guest);
      assertThat(machine.activate(guest, 2)).isEqualTo(SUCCESS);
      machine.succeed(PspCommand.DEACTIVATE, guest);
      assertThat(machine.activate(guest, 2)).isEqualTo(FirmwareStatus.DFFLUSH_REQUIRED);
    }
  }

  private static int running(TestMachine machine, GuestPolicy policy, int asid) {
    return machine.running(policy, asid, machine.room(4096));
  }
}
