package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.HWERROR_PLATFORM;
import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_CONFIG;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.INVALID_PLATFORM_STATE;
import static dev.sealift.abi.FirmwareStatus.SECURE_DATA_INVALID;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.abi.FirmwareStatus.WBINVD_REQUIRED;
import static dev.sealift.firmware.TestMachine.ANYTHING_GOES;
import static dev.sealift.firmware.TestMachine.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The platform")
class PlatformCommandsTest {

  private static final int MIB = 1 << 20;

  @Nested
  @DisplayName("at INIT")
  class Init {

    @Test
    @DisplayName(
        "makes itself an owner, an endorsement and a Diffie-Hellman key, each signed by the one before")
    void freshIdentity() {
      PlatformChain chain = TestMachine.ready().chain();
      assertThat(CertificateChecks.verify(chain.oca(), chain.oca())).isEqualTo(SUCCESS);
      assertThat(CertificateChecks.verify(chain.pek(), chain.oca())).isEqualTo(SUCCESS);
      assertThat(CertificateChecks.verify(chain.pek(), chain.cek())).isEqualTo(SUCCESS);
      assertThat(CertificateChecks.verify(chain.pdh(), chain.pek())).isEqualTo(SUCCESS);
      assertThat(chain.verify(Roots.model().root()).holds()).isTrue();
      assertThat(chain.verify(Roots.stranger()).holds()).isFalse();
    }

    @Test
    @DisplayName("stamps its API version into every certificate it makes")
    void apiVersionIsStamped() {
      PlatformChain chain =
          TestMachine.ready(builder -> builder.apiVersion(new ApiVersion(1, 49))).chain();
      for (SevCertificate made :
          new SevCertificate[] {chain.oca(), chain.pek(), chain.pdh(), chain.cek()}) {
        assertThat(made.api()).isEqualTo(new ApiVersion(1, 49));
      }
    }

    @Test
    @DisplayName("signs the PEK by the owner first and by the chip second")
    void slotsOfThePek() {
      SevCertificate pek = TestMachine.ready().chain().pek();
      assertThat(pek.slot(0).usage()).isEqualTo(SevCertificate.Usage.OCA.value());
      assertThat(pek.slot(1).usage()).isEqualTo(SevCertificate.Usage.CEK.value());
    }

    @Test
    @DisplayName("keeps the identity it finds in its store")
    void identityIsKept() {
      PlatformStore store = new InMemoryPlatformStore();
      ChipKeys chip = ChipKeys.generate(new SecureRandom());
      byte[][] before = TestMachine.ready(b -> b.store(store).chip(chip)).exportedCertificates();
      TestMachine again = TestMachine.ready(b -> b.store(store).chip(chip));
      assertThat(again.exportedCertificates()).isDeepEqualTo(before);
      again.bringTo(PlatformState.UNINIT);
      again.bringTo(PlatformState.INIT);
      assertThat(again.exportedCertificates()).isDeepEqualTo(before);
    }

    @Test
    @DisplayName("is another platform with another store")
    void identitiesDiffer() {
      assertThat(TestMachine.ready().chain().pdh()).isNotEqualTo(TestMachine.ready().chain().pdh());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 0x100, 0x10000, 0x80000000})
    @DisplayName("knows no flag but SEV-ES")
    void unknownFlags(int flags) {
      TestMachine machine = TestMachine.off();
      assertThat(machine.init(new InitBuffer(flags, 0, 0))).isEqualTo(INVALID_CONFIG);
      assertThat(machine.status().state()).isEqualTo(PlatformState.UNINIT.number());
    }

    @Test
    @DisplayName("wants the reserved bytes behind the flags zero")
    void reservedBytes() {
      TestMachine machine = TestMachine.off();
      var answer =
          machine.send(
              PspCommand.INIT,
              InitBuffer.LAYOUT,
              buffer -> buffer.set(ValueLayout.JAVA_BYTE, 7, (byte) 1));
      assertThat(answer.status()).isEqualTo(INVALID_CONFIG);
    }

    @Test
    @DisplayName("refuses a damaged store and stays down")
    void damagedStore() {
      assertThat(initWith(new PlatformStore.DamagedStoreException("a bit has flipped")))
          .isEqualTo(SECURE_DATA_INVALID);
    }

    @Test
    @DisplayName("calls a store it cannot reach a hardware error and stays down")
    void unreachableStore() {
      assertThat(initWith(new IOException("no such flash"))).isEqualTo(HWERROR_PLATFORM);
    }

    private static FirmwareStatus initWith(IOException failure) {
      TestMachine machine = TestMachine.off(builder -> builder.store(new BrokenStore(failure)));
      FirmwareStatus status = machine.init(new InitBuffer(0, 0, 0));
      assertThat(machine.status().state()).isEqualTo(PlatformState.UNINIT.number());
      return status;
    }

    @Test
    @DisplayName("sets memory aside for SEV-ES where it is asked to, and lets no command name it")
    void withSevEs() {
      TestMachine machine = TestMachine.off();
      assertThat(machine.init(new InitBuffer(1, 2 * MIB, MIB))).isEqualTo(SUCCESS);
      assertThat(machine.status().config()).isEqualTo(1);
      for (long inside : new long[] {2 * MIB, 3 * MIB - 1, 2 * MIB - 1}) {
        assertThat(machine.processor.command(PspCommand.PLATFORM_STATUS.id(), inside))
            .isEqualTo(INVALID_ADDRESS);
      }
      assertThat(machine.processor.command(PspCommand.PLATFORM_STATUS.id(), 3 * MIB))
          .isEqualTo(SUCCESS);
      machine.succeed(PspCommand.SHUTDOWN);
      assertThat(machine.processor.command(PspCommand.PLATFORM_STATUS.id(), 2 * MIB))
          .isEqualTo(SUCCESS);
    }

    @Test
    @DisplayName("wants that memory aligned to 1 MiB first and of 1 MiB second")
    void sevEsMemory() {
      TestMachine machine = TestMachine.off();
      assertThat(machine.init(new InitBuffer(1, 2 * MIB + 4096, 0))).isEqualTo(INVALID_ADDRESS);
      assertThat(machine.init(new InitBuffer(1, 2 * MIB, MIB - 1))).isEqualTo(INVALID_LEN);
      assertThat(machine.init(new InitBuffer(1, 2 * MIB, 2 * MIB))).isEqualTo(INVALID_LEN);
      assertThat(machine.status().state()).isEqualTo(PlatformState.UNINIT.number());
      assertThat(machine.processor.command(PspCommand.PLATFORM_STATUS.id(), 2 * MIB))
          .isEqualTo(SUCCESS);
    }
  }

  @Nested
  @DisplayName("in the course of its life")
  class States {

    @Test
    @DisplayName("says what it is in any state")
    void statusInEveryState() {
      TestMachine machine =
          TestMachine.off(b -> b.apiVersion(new ApiVersion(1, 52)).buildNumber(200));
      assertThat(machine.status()).isEqualTo(new PlatformStatusBuffer(1, 52, 0, 0, 0, 200, 0));
      machine.bringTo(PlatformState.INIT);
      assertThat(machine.status()).isEqualTo(new PlatformStatusBuffer(1, 52, 1, 0, 0, 200, 0));
      machine.bringTo(PlatformState.WORKING);
      assertThat(machine.status()).isEqualTo(new PlatformStatusBuffer(1, 52, 2, 0, 0, 200, 1));
    }

    @Test
    @DisplayName("says who owns it once it knows")
    void externalOwner() {
      PlatformIdentity own = Identities.fresh();
      PlatformStore store = new InMemoryPlatformStore();
      succeedSaving(store, new PlatformIdentity(own.oca(), null, own.pek(), own.pdh()));
      TestMachine machine = TestMachine.off(builder -> builder.store(store));
      assertThat(machine.status().owner()).isZero();
      machine.init();
      assertThat(machine.status().owner()).isEqualTo(1);
    }

    @Test
    @DisplayName("works while there is a guest, and idles after the last one")
    void workingWhileThereAreGuests() {
      TestMachine machine = TestMachine.ready();
      int first = machine.launchStart(ANYTHING_GOES);
      int second = machine.launchStart(ANYTHING_GOES);
      machine.succeed(PspCommand.DECOMMISSION, first);
      assertThat(machine.status().state()).isEqualTo(PlatformState.WORKING.number());
      machine.succeed(PspCommand.DECOMMISSION, second);
      assertThat(machine.status().state()).isEqualTo(PlatformState.INIT.number());
    }

    @Test
    @DisplayName("drops every guest at SHUTDOWN, and its memory is noise from then on")
    void shutdown() {
      TestMachine machine = TestMachine.ready();
      byte[] secret = TestMachine.randomBytes(4096, 3);
      long page = machine.place(secret);
      int handle = machine.running(ANYTHING_GOES, 1, page);
      assertThat(machine.seenBy(1, page, 4096)).isEqualTo(secret);
      machine.succeed(PspCommand.SHUTDOWN);
      assertThat(machine.status().state()).isEqualTo(PlatformState.UNINIT.number());
      assertThat(machine.seenBy(1, page, 4096)).isNotEqualTo(secret);
      machine.init();
      assertThat(machine.stateOf(handle)).isEqualTo(GuestState.UNINIT);
    }

    @Test
    @DisplayName("forgets who it was at PLATFORM_RESET, but is still the same chip")
    void platformReset() {
      TestMachine machine = TestMachine.ready();
      PlatformChain before = machine.chain();
      assertThat(machine.send(PspCommand.PLATFORM_RESET)).isEqualTo(INVALID_PLATFORM_STATE);
      machine.succeed(PspCommand.SHUTDOWN);
      machine.succeed(PspCommand.PLATFORM_RESET);
      machine.init();
      PlatformChain after = machine.chain();
      assertThat(after.oca()).isNotEqualTo(before.oca());
      assertThat(after.pdh()).isNotEqualTo(before.pdh());
      assertThat(after.cek().body()).isEqualTo(before.cek().body());
    }

    @Test
    @DisplayName("says so where its store cannot be erased")
    void resetOfABrokenStore() {
      TestMachine machine =
          TestMachine.off(builder -> builder.store(new BrokenStore(new IOException("worn out"))));
      assertThat(machine.send(PspCommand.PLATFORM_RESET)).isEqualTo(HWERROR_PLATFORM);
    }

    @Test
    @DisplayName("flushes only after the caches were written back")
    void flushNeedsWriteBack() {
      TestMachine machine = TestMachine.ready();
      int handle = machine.launching(ANYTHING_GOES, 1);
      machine.succeed(PspCommand.DEACTIVATE, handle);
      assertThat(machine.send(PspCommand.DF_FLUSH)).isEqualTo(WBINVD_REQUIRED);
      machine.processor.writeBackAndInvalidateCaches();
      machine.succeed(PspCommand.DF_FLUSH);
      machine.succeed(PspCommand.DF_FLUSH);
    }

    private static void succeedSaving(PlatformStore store, PlatformIdentity identity) {
      try {
        store.save(identity);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Nested
  @DisplayName("showing its certificates")
  class PdhCertExport {

    @ParameterizedTest(name = "room for {0} and {1} bytes")
    @CsvSource({"0, 0", "2083, 6252", "2084, 6251", "0, 6252", "2084, 0", "2083, 0xFFFFFFFF"})
    @DisplayName("says how much room it needs for both")
    void lengthQuery(long pdhRoom, String chainRoom) {
      var answer = export(TestMachine.ready(), 0, pdhRoom, 0, Long.decode(chainRoom));
      assertThat(answer.status()).isEqualTo(INVALID_LEN);
      assertThat(PdhCertExportBuffer.read(answer.buffer()))
          .isEqualTo(new PdhCertExportBuffer(0, 2084, 0, 6252));
    }

    @Test
    @DisplayName("says how much it wrote where there was more room")
    void moreRoom() {
      TestMachine machine = TestMachine.ready();
      long pdh = machine.room(3000);
      long chain = machine.room(9000);
      PdhCertExportBuffer answer =
          PdhCertExportBuffer.read(succeeded(export(machine, pdh, 3000, chain, 9000)));
      assertThat(answer.pdhCertLen()).isEqualTo(2084);
      assertThat(answer.certChainLen()).isEqualTo(6252);
      assertThat(machine.memory.read(pdh + 2084, 3000 - 2084)).containsOnly(0);
      assertThat(machine.memory.read(chain + 6252, 9000 - 6252)).containsOnly(0);
    }

    @Test
    @DisplayName("leaves the chip's certificate to be signed by its maker")
    void cekIsUnsigned() throws Exception {
      byte[] chain = TestMachine.ready().exportedCertificates()[1];
      SevCertificate cek = SevCertificate.parse(Arrays.copyOfRange(chain, 2 * 2084, 3 * 2084));
      assertThat(cek.usage()).isEqualTo(SevCertificate.Usage.CEK.value());
      assertThat(cek.slot(0).isEmpty()).isTrue();
      assertThat(cek.slot(1).isEmpty()).isTrue();
    }

    @Test
    @DisplayName("works with guests as without")
    void whileWorking() {
      TestMachine machine = TestMachine.ready();
      byte[] before = machine.exportedCertificates()[0];
      machine.launchStart(ANYTHING_GOES);
      assertThat(machine.exportedCertificates()[0]).isEqualTo(before);
    }

    @Test
    @DisplayName("refuses either address that is none")
    void addresses() {
      TestMachine machine = TestMachine.ready();
      long room = machine.room(8192);
      assertThat(export(machine, TestMachine.NOWHERE, 2084, room, 6252).status())
          .isEqualTo(INVALID_ADDRESS);
      assertThat(export(machine, room, 2084, TestMachine.NOWHERE, 6252).status())
          .isEqualTo(INVALID_ADDRESS);
    }

    private static TestMachine.Answer export(
        TestMachine machine, long pdh, long pdhRoom, long chain, long chainRoom) {
      return machine.send(
          PspCommand.PDH_CERT_EXPORT,
          PdhCertExportBuffer.LAYOUT,
          new PdhCertExportBuffer(pdh, pdhRoom, chain, chainRoom)::write);
    }
  }

  @Nested
  @DisplayName("giving its id")
  class GetId {

    @Test
    @DisplayName("gives the same 64 bytes for the life of the chip, in any state")
    void stable() {
      ChipKeys chip = ChipKeys.generate(new SecureRandom());
      TestMachine machine = TestMachine.off(builder -> builder.chip(chip));
      byte[] id = id(machine);
      assertThat(id).hasSize(64).isEqualTo(chip.id());
      machine.bringTo(PlatformState.WORKING);
      assertThat(id(machine)).isEqualTo(id);
      assertThat(id(TestMachine.off(builder -> builder.chip(chip)))).isEqualTo(id);
      assertThat(id(TestMachine.off())).isNotEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 63})
    @DisplayName("says how much room it needs")
    void lengthQuery(long room) {
      TestMachine machine = TestMachine.off();
      var answer = getId(machine, 0, room);
      assertThat(answer.status()).isEqualTo(INVALID_LEN);
      assertThat(GetIdBuffer.read(answer.buffer()).len()).isEqualTo(64);
    }

    @Test
    @DisplayName("says how much it wrote: one socket's id, however much room there is")
    void moreRoom() {
      TestMachine machine = TestMachine.off();
      MemorySegment buffer = succeeded(getId(machine, machine.room(128), 128));
      assertThat(GetIdBuffer.read(buffer).len()).isEqualTo(64);
    }

    private static byte[] id(TestMachine machine) {
      long room = machine.room(64);
      succeeded(getId(machine, room, 64));
      return machine.memory.read(room, 64);
    }

    private static TestMachine.Answer getId(TestMachine machine, long address, long room) {
      return machine.send(
          PspCommand.GET_ID, GetIdBuffer.LAYOUT, new GetIdBuffer(address, room)::write);
    }
  }

  /** A store that does not work. */
  private record BrokenStore(IOException failure) implements PlatformStore {
    @Override
    public Optional<PlatformIdentity> load() throws IOException {
      throw failure;
    }

    @Override
    public void save(PlatformIdentity identity) throws IOException {
      throw failure;
    }

    @Override
    public void erase() throws IOException {
      throw failure;
    }
  }
}
