package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.BAD_MEASUREMENT;
import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST_STATE;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.POLICY_FAILURE;
import static dev.sealift.abi.FirmwareStatus.RESOURCE_LIMIT;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.abi.FirmwareStatus.UNSUPPORTED;
import static dev.sealift.firmware.TestMachine.ANYTHING_GOES;
import static dev.sealift.firmware.TestMachine.C_BIT;
import static dev.sealift.firmware.TestMachine.NOWHERE;
import static dev.sealift.firmware.TestMachine.flipped;
import static dev.sealift.firmware.TestMachine.randomBytes;
import static dev.sealift.firmware.TestMachine.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import dev.sealift.crypto.HmacSha256;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.TransportKeys;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Launching a guest")
class LaunchCommandsTest {

  private final TestMachine machine = TestMachine.ready();

  @Nested
  @DisplayName("LAUNCH_START")
  class Start {

    @TestFactory
    @DisplayName("checks less without an owner, in this order")
    Stream<DynamicTest> orderWithoutOwner() {
      int other = machine.launchStart(GuestPolicy.of(Flag.NODBG));
      return new OrderOfChecks<>(
              new LaunchStartBuffer(0, 0, 0, 5, NOWHERE, 5),
              command -> machine.launchStart(command).status())
          .then("sharing with nobody", INVALID_GUEST, c -> withHandle(c, 99))
          .then("sharing with another policy", POLICY_FAILURE, c -> withHandle(c, other))
          .then(
              "SEV-ES without SEV-ES",
              UNSUPPORTED,
              c -> withPolicy(c, GuestPolicy.of(Flag.ES), c.sessionAddress()))
          .tests();
    }

    @Test
    @DisplayName(
        "takes any minimum version and reserved bit where there is no owner, as shipped firmware does")
    void policyWithoutOwner() {
      GuestPolicy strange = new GuestPolicy(0xFFFF_FFC0);
      assertThat(machine.guestStatus(machine.launchStart(strange)).policy()).isEqualTo(0xFFFF_FFC0);
    }

    @Test
    @DisplayName("asks for the minimum version even then, as the specification says, if told to")
    void policyWithoutOwnerBySpecification() {
      TestMachine strict = TestMachine.ready(b -> b.profile(FirmwareProfile.SPECIFICATION));
      int high = GuestPolicy.of().withMinimumApi(1, 56).word();
      assertThat(strict.launchStart(new LaunchStartBuffer(0, high, 0, 0, 0, 0)).status())
          .isEqualTo(POLICY_FAILURE);
      int equal = GuestPolicy.of().withMinimumApi(1, 55).word();
      assertThat(strict.launchStart(new LaunchStartBuffer(0, equal, 0, 0, 0, 0)).status())
          .isEqualTo(SUCCESS);
    }

    @Test
    @DisplayName("sees a full house after a bad handle to share with, and before SEV-ES")
    void fullHouse() {
      while (machine.status().guestCount() < 1024) {
        machine.launchStart(ANYTHING_GOES);
      }
      int es = GuestPolicy.of(Flag.ES).word();
      assertThat(machine.launchStart(new LaunchStartBuffer(2000, 0, 0, 0, 0, 0)).status())
          .isEqualTo(INVALID_GUEST);
      assertThat(machine.launchStart(new LaunchStartBuffer(0, es, 0, 0, 0, 0)).status())
          .isEqualTo(RESOURCE_LIMIT);
    }

    @Test
    @DisplayName("launches a guest with SEV-ES where the platform has it")
    void withSevEs() {
      TestMachine es = TestMachine.off();
      assertThat(es.init(new InitBuffer(1, 3 << 20, 1 << 20))).isEqualTo(SUCCESS);
      int handle = es.launchStart(GuestPolicy.of(Flag.ES));
      assertThat(es.stateOf(handle)).isEqualTo(GuestState.LUPDATE);
    }

    @Test
    @DisplayName("leaves nothing behind when it refuses")
    void nothingLeftBehind() {
      GuestOwner owner = new GuestOwner(machine);
      byte[] session = owner.session(ANYTHING_GOES).blob();
      LaunchStartBuffer command = owner.launch(flipped(session, 200), ANYTHING_GOES);
      assertThat(machine.launchStart(command).status()).isEqualTo(BAD_MEASUREMENT);
      assertThat(machine.status().guestCount()).isZero();
      assertThat(machine.status().state()).isEqualTo(1);
    }

    @Test
    @DisplayName("gives guests that share a key the same ciphertext, and no others")
    void sharedKeys() {
      int first = machine.launching(ANYTHING_GOES, 1);
      int sharing =
          LaunchStartBuffer.read(
                  succeeded(machine.launchStart(new LaunchStartBuffer(first, 0, 0, 0, 0, 0))))
              .handle();
      machine.activate(sharing, 2);
      machine.launching(ANYTHING_GOES, 3);
      long page = machine.place(randomBytes(4096, 1));
      assertThat(machine.seenBy(2, page, 4096)).isEqualTo(machine.seenBy(1, page, 4096));
      assertThat(machine.seenBy(3, page, 4096)).isNotEqualTo(machine.seenBy(1, page, 4096));
    }

    @Test
    @DisplayName("keeps the shared key when the guest it came from ends")
    void sharedKeyOutlivesItsOrigin() {
      int first = machine.launching(ANYTHING_GOES, 1);
      long page = machine.place(randomBytes(4096, 1));
      byte[] seen = machine.seenBy(1, page, 4096);
      int sharing =
          LaunchStartBuffer.read(
                  succeeded(machine.launchStart(new LaunchStartBuffer(first, 0, 0, 0, 0, 0))))
              .handle();
      machine.succeed(PspCommand.DEACTIVATE, first);
      machine.succeed(PspCommand.DECOMMISSION, first);
      machine.activate(sharing, 2);
      assertThat(machine.seenBy(2, page, 4096)).isEqualTo(seen);
    }

    @Test
    @DisplayName("shares no key that its policy keeps private")
    void noKeySharing() {
      GuestPolicy policy = GuestPolicy.of(Flag.NOKS);
      int first = machine.launchStart(policy);
      assertThat(
              machine.launchStart(new LaunchStartBuffer(first, policy.word(), 0, 0, 0, 0)).status())
          .isEqualTo(POLICY_FAILURE);
    }

    private static LaunchStartBuffer withHandle(LaunchStartBuffer c, int handle) {
      return new LaunchStartBuffer(
          handle, c.policy(), c.dhCertAddress(), c.dhCertLen(), c.sessionAddress(), c.sessionLen());
    }

    private static LaunchStartBuffer withPolicy(
        LaunchStartBuffer c, GuestPolicy policy, long session) {
      return new LaunchStartBuffer(
          c.handle(), policy.word(), c.dhCertAddress(), c.dhCertLen(), session, c.sessionLen());
    }
  }

  @Nested
  @DisplayName("LAUNCH_UPDATE_DATA")
  class Update {

    @Test
    @DisplayName("encrypts in place: the guest sees what was there, the host sees none of it")
    void encryptsInPlace() {
      int handle = machine.launching(ANYTHING_GOES, 1);
      byte[] content = randomBytes(3 * 4096, 9);
      long memory = machine.place(content);
      assertThat(machine.launchUpdate(handle, memory + 16, 2 * 4096)).isEqualTo(SUCCESS);
      assertThat(machine.seenBy(1, memory + 16, 2 * 4096))
          .isEqualTo(Arrays.copyOfRange(content, 16, 16 + 2 * 4096));
      byte[] atRest = machine.memory.read(memory, 3 * 4096);
      assertThat(Arrays.copyOf(atRest, 16)).isEqualTo(Arrays.copyOf(content, 16));
      assertThat(Arrays.copyOfRange(atRest, 16 + 2 * 4096, 3 * 4096))
          .isEqualTo(Arrays.copyOfRange(content, 16 + 2 * 4096, 3 * 4096));
      for (int block = 16; block < 16 + 2 * 4096; block += 16) {
        assertThat(Arrays.copyOfRange(atRest, block, block + 16))
            .isNotEqualTo(Arrays.copyOfRange(content, block, block + 16));
      }
    }

    @Test
    @DisplayName("leaves memory and measurement as they were where some of the memory is missing")
    void allOrNothing() {
      GuestOwner.Launch launch = new GuestOwner(machine).launch(ANYTHING_GOES);
      machine.activate(launch.handle(), 1);
      long end = TestMachine.RAM + TestMachine.RAM_SIZE;
      byte[] content = randomBytes(4096, 2);
      machine.memory.write(end - 4096, content);
      assertThat(machine.launchUpdate(launch.handle(), end - 4096, 8192))
          .isEqualTo(INVALID_ADDRESS);
      assertThat(machine.launchUpdate(launch.handle(), end - 4096, 0xFFFF_F000L))
          .isEqualTo(INVALID_ADDRESS);
      assertThat(machine.memory.read(end - 4096, 4096)).isEqualTo(content);
      assertThat(machine.launchMeasure(launch.handle()))
          .satisfies(measurement -> assertMeasured(measurement, launch.keys(), ANYTHING_GOES));
    }
  }

  @Nested
  @DisplayName("LAUNCH_MEASURE")
  class Measure {

    @Test
    @DisplayName("says how much room it needs, and on success leaves the length alone")
    void length() {
      int handle = machine.launchStart(ANYTHING_GOES);
      var query = machine.launchMeasure(handle, 0, 0);
      assertThat(query.status()).isEqualTo(INVALID_LEN);
      assertThat(LaunchMeasureBuffer.read(query.buffer()).len()).isEqualTo(48);
      var granted = machine.launchMeasure(handle, machine.room(100), 100);
      assertThat(LaunchMeasureBuffer.read(succeeded(granted)).len()).isEqualTo(100);
    }

    @Test
    @DisplayName("gives the owner a measurement that the owner can compute")
    void ownersMeasurement() {
      GuestPolicy policy = GuestPolicy.of(Flag.NODBG, Flag.SEV).withMinimumApi(1, 51);
      GuestOwner.Launch launch = new GuestOwner(machine).launch(policy);
      machine.activate(launch.handle(), 1);
      byte[] firmware = randomBytes(2 * 4096 + 16, 1);
      byte[] table = randomBytes(48, 2);
      long firmwareAt = machine.place(firmware);
      long tableAt = machine.place(table);
      assertThat(machine.launchUpdate(launch.handle(), firmwareAt, firmware.length))
          .isEqualTo(SUCCESS);
      assertThat(machine.launchUpdate(launch.handle(), tableAt, table.length)).isEqualTo(SUCCESS);
      byte[] measurement = machine.launchMeasure(launch.handle());
      assertMeasured(measurement, launch.keys(), policy, firmware, table);
      assertThat(machine.stateOf(launch.handle())).isEqualTo(GuestState.LSECRET);
    }

    @Test
    @DisplayName("measures in the order of the calls")
    void orderMatters() {
      GuestOwner.Launch launch = new GuestOwner(machine).launch(ANYTHING_GOES);
      machine.activate(launch.handle(), 1);
      byte[] first = randomBytes(64, 1);
      byte[] second = randomBytes(64, 2);
      machine.launchUpdate(launch.handle(), machine.place(second), 64);
      machine.launchUpdate(launch.handle(), machine.place(first), 64);
      byte[] measurement = machine.launchMeasure(launch.handle());
      assertMeasured(measurement, launch.keys(), ANYTHING_GOES, second, first);
      byte[] otherOrder = measure(measurement, launch.keys(), ANYTHING_GOES, first, second);
      assertThat(Arrays.copyOf(measurement, 32)).isNotEqualTo(otherOrder);
    }

    @Test
    @DisplayName("is under keys of zero even after a launch under an owner's keys was refused")
    void refusedOwnersKeysAreForgotten() {
      GuestPolicy policy = ANYTHING_GOES.withMinimumApi(1, 56);
      GuestOwner owner = new GuestOwner(machine);
      LaunchStartBuffer refused = owner.launch(owner.session(policy).blob(), policy);
      assertThat(machine.launchStart(refused).status()).isEqualTo(POLICY_FAILURE);
      int handle = machine.launching(ANYTHING_GOES, 1);
      assertMeasured(
          machine.launchMeasure(handle), TransportKeys.zero(), ANYTHING_GOES, new byte[0]);
    }

    @Test
    @DisplayName("is under keys of zero where there is no owner")
    void withoutOwner() {
      int handle = machine.launching(ANYTHING_GOES, 1);
      byte[] content = randomBytes(4096, 1);
      machine.launchUpdate(handle, machine.place(content), 4096);
      assertMeasured(machine.launchMeasure(handle), TransportKeys.zero(), ANYTHING_GOES, content);
    }

    @Test
    @DisplayName("is what the specification's formula says, byte by byte")
    void byTheFormula() {
      int handle = machine.launching(ANYTHING_GOES, 1);
      byte[] measurement = machine.launchMeasure(handle);
      byte[] mac =
          HmacSha256.of(
              new byte[16],
              new byte[] {4, 1, 55, 21, 0, 0, 0, 0},
              new LaunchDigest().value(),
              Arrays.copyOfRange(measurement, 32, 48));
      assertThat(Arrays.copyOf(measurement, 32)).isEqualTo(mac);
    }

    @Test
    @DisplayName("never takes the same nonce twice")
    void nonces() {
      byte[] one = machine.launchMeasure(machine.launchStart(ANYTHING_GOES));
      byte[] two = machine.launchMeasure(machine.launchStart(ANYTHING_GOES));
      assertThat(Arrays.copyOfRange(one, 32, 48)).isNotEqualTo(Arrays.copyOfRange(two, 32, 48));
    }
  }

  @Nested
  @DisplayName("LAUNCH_SECRET")
  class Secret {

    private final ApiVersion api = new ApiVersion(1, 55);
    private GuestOwner.Launch launch;
    private byte[] mac;
    private long target;

    /** A guest that waits for its secret. */
    private void measured(int asid) {
      launch = new GuestOwner(machine).launch(ANYTHING_GOES);
      if (asid != 0) {
        assertThat(machine.activate(launch.handle(), asid)).isEqualTo(SUCCESS);
      }
      mac = Arrays.copyOf(machine.launchMeasure(launch.handle()), 32);
      target = machine.room(TestMachine.PAGE);
    }

    private PacketBuffer packed(byte[] payload) {
      return packed(LaunchSecret.pack(launch.keys(), api, mac, payload));
    }

    private PacketBuffer packed(LaunchSecret.Packed packed) {
      return new PacketBuffer(
          launch.handle(),
          machine.place(packed.header()),
          52,
          target | C_BIT,
          packed.ciphertext().length,
          machine.place(packed.ciphertext()),
          packed.ciphertext().length);
    }

    private FirmwareStatus inject(PacketBuffer command) {
      return machine.send(PspCommand.LAUNCH_SECRET, PacketBuffer.LAYOUT, command::write).status();
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 4096, 20480})
    @DisplayName("puts the owner's secret into the guest's memory, as often as the owner likes")
    void injects(int length) {
      measured(1);
      target = machine.room(length);
      byte[] secret = randomBytes(length, 1);
      assertThat(inject(packed(secret))).isEqualTo(SUCCESS);
      assertThat(machine.seenBy(1, target, length)).isEqualTo(secret);
      assertThat(machine.memory.read(target, length)).isNotEqualTo(secret);
      byte[] another = randomBytes(length, 2);
      assertThat(inject(packed(another))).isEqualTo(SUCCESS);
      assertThat(machine.seenBy(1, target, length)).isEqualTo(another);
    }

    @Test
    @DisplayName("refuses a secret in which any bit was changed")
    void anyBit() {
      measured(1);
      LaunchSecret.Packed packed = LaunchSecret.pack(launch.keys(), api, mac, new byte[16]);
      byte[] before = machine.memory.read(target, 16);
      PacketBuffer command = packed(packed);
      for (int bit = 0; bit < 52 * 8; bit++) {
        machine.memory.write(command.hdrAddress(), flipped(packed.header(), bit));
        assertThat(inject(command)).as("bit %d", bit).isEqualTo(BAD_MEASUREMENT);
      }
      assertThat(machine.memory.read(target, 16)).isEqualTo(before);
    }

    @Test
    @DisplayName("refuses an honest compressed secret after its MAC, not before")
    void compressed() {
      measured(1);
      byte[] header = new byte[52];
      header[0] = 1;
      byte[] ciphertext = new byte[16];
      byte[] mac1 =
          launch
              .keys()
              .tik()
              .open(tik ->
                  HmacSha256.of(
                      tik,
                      new byte[] {1, 1, 0, 0, 0},
                      new byte[16],
                      new byte[] {16, 0, 0, 0, 16, 0, 0, 0},
                      ciphertext,
                      mac));
      System.arraycopy(mac1, 0, header, 20, 32);
      assertThat(inject(packed(new LaunchSecret.Packed(header, ciphertext))))
          .isEqualTo(UNSUPPORTED);
      assertThat(inject(packed(new LaunchSecret.Packed(flipped(header, 60), ciphertext))))
          .isEqualTo(BAD_MEASUREMENT);
    }

    @Test
    @DisplayName("refuses a secret for another launch of the same guest")
    void boundToItsLaunch() {
      measured(1);
      byte[] otherMac = mac.clone();
      otherMac[0] ^= 1;
      assertThat(inject(packed(LaunchSecret.pack(launch.keys(), api, otherMac, new byte[16]))))
          .isEqualTo(BAD_MEASUREMENT);
    }
  }

  @Nested
  @DisplayName("LAUNCH_FINISH")
  class Finish {

    @Test
    @DisplayName("wants a guest that was measured")
    void states() {
      assertThat(machine.launchStart(ANYTHING_GOES)).isEqualTo(1);
      assertThat(machine.send(PspCommand.LAUNCH_FINISH, 2)).isEqualTo(INVALID_GUEST);
      assertThat(machine.send(PspCommand.LAUNCH_FINISH, 1)).isEqualTo(INVALID_GUEST_STATE);
      machine.launchMeasure(1);
      machine.succeed(PspCommand.LAUNCH_FINISH, 1);
      assertThat(machine.stateOf(1)).isEqualTo(GuestState.RUNNING);
      assertThat(machine.send(PspCommand.LAUNCH_FINISH, 1)).isEqualTo(INVALID_GUEST_STATE);
    }

    @ParameterizedTest
    @CsvSource({"false, DFFLUSH_REQUIRED", "true, SUCCESS"})
    @DisplayName("turns an ASID that is given into one that is used, if the guest has one")
    void asidInUse(boolean deactivatedBefore, FirmwareStatus later) {
      int handle = machine.launching(ANYTHING_GOES, 4);
      machine.launchMeasure(handle);
      if (deactivatedBefore) {
        machine.succeed(PspCommand.DEACTIVATE, handle);
      }
      machine.succeed(PspCommand.LAUNCH_FINISH, handle);
      if (!deactivatedBefore) {
        machine.succeed(PspCommand.DEACTIVATE, handle);
      }
      assertThat(machine.activate(handle, 4)).isEqualTo(later);
    }
  }

  private static void assertMeasured(
      byte[] measurement, TransportKeys keys, GuestPolicy policy, byte[]... launched) {
    assertThat(Arrays.copyOf(measurement, 32))
        .isEqualTo(measure(measurement, keys, policy, launched));
  }

  /** What an owner computes, from the nonce of a measurement and what should have been launched. */
  private static byte[] measure(
      byte[] measurement, TransportKeys keys, GuestPolicy policy, byte[]... launched) {
    LaunchDigest digest = new LaunchDigest();
    for (byte[] region : launched) {
      digest.update(region);
    }
    return LaunchMeasurement.compute(
        keys,
        new ApiVersion(1, 55),
        21,
        policy,
        digest.value(),
        Arrays.copyOfRange(measurement, 32, 48));
  }
}
