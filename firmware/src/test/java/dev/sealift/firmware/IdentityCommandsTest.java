package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.InitExBuffer;
import dev.sealift.abi.psp.PekCertImportBuffer;
import dev.sealift.abi.psp.PekCsrBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.ChainVerdict;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Who a platform is")
class IdentityCommandsTest {
  private static final int AREA = 32768;

  private static SevCertificate csr(TestMachine machine) throws MalformedCertificateException {
    long address = machine.room(2084);
    succeeded(
        machine.send(
            PspCommand.PEK_CSR, PekCsrBuffer.LAYOUT, new PekCsrBuffer(address, 2084)::write));
    return SevCertificate.parse(machine.memory.read(address, 2084));
  }

  private static void importOwner(TestMachine machine, Owner owner)
      throws MalformedCertificateException {
    long pek = machine.place(owner.sign(csr(machine)).bytes());
    long oca = machine.place(owner.certificate().bytes());
    succeeded(
        machine.send(
            PspCommand.PEK_CERT_IMPORT,
            PekCertImportBuffer.LAYOUT,
            new PekCertImportBuffer(pek, 2084, oca, 2084)::write));
  }

  @Test
  @DisplayName("is what it asks an owner to sign: its own PEK, without signatures")
  void request() throws Exception {
    TestMachine machine = TestMachine.ready();
    assertThat(csr(machine)).isEqualTo(machine.chain().pek().withoutSignatures());
  }

  @Test
  @DisplayName("changes hands with an owner's signature, keeps its PEK, and proves itself still")
  void externalOwner() throws Exception {
    TestMachine machine = TestMachine.ready();
    PlatformChain before = machine.chain();
    Owner owner = new Owner();
    importOwner(machine, owner);

    PlatformChain after = machine.chain();
    assertThat(machine.status().owner()).isEqualTo(1);
    assertThat(after.oca()).isEqualTo(owner.certificate());
    assertThat(after.pek().sameBody(before.pek())).isTrue();
    assertThat(after.pdh()).isNotEqualTo(before.pdh());
    assertThat(after.verify(Roots.model().root()).edges()).allMatch(ChainVerdict.Edge::holds);
  }

  @Test
  @DisplayName("is its own again with new keys after PEK_GEN, and across a restart")
  void selfOwnedAgain() throws Exception {
    InMemoryPlatformStore store = new InMemoryPlatformStore();
    ChipKeys chip = ChipKeys.generate(new SecureRandom());
    TestMachine machine = TestMachine.ready(builder -> builder.store(store).chip(chip));
    importOwner(machine, new Owner());
    SevCertificate ownedPek = machine.chain().pek();
    machine.succeed(PspCommand.PEK_GEN);

    PlatformChain chain = machine.chain();
    assertThat(machine.status().owner()).isZero();
    assertThat(chain.pek().sameBody(ownedPek)).isFalse();
    assertThat(chain.verify(Roots.model().root()).edges()).allMatch(ChainVerdict.Edge::holds);
    TestMachine restarted = TestMachine.ready(builder -> builder.store(store).chip(chip));
    assertThat(restarted.chain().pek()).isEqualTo(chain.pek());
  }

  @Test
  @DisplayName("gets another PDH from PDH_GEN, while guests run, and keeps the rest")
  void newPdh() {
    TestMachine machine = TestMachine.ready();
    machine.launchStart(TestMachine.ANYTHING_GOES);
    PlatformChain before = machine.chain();
    machine.succeed(PspCommand.PDH_GEN);
    PlatformChain after = machine.chain();
    assertThat(after.pdh()).isNotEqualTo(before.pdh());
    assertThat(after.pek()).isEqualTo(before.pek());
  }

  @Test
  @DisplayName("keeps its PDH at INIT, or makes another each time, as the profile says")
  void pdhAtInit() {
    assertThat(pdhChangesAtInit(FirmwareProfile.DEFAULT)).isFalse();
    assertThat(pdhChangesAtInit(FirmwareProfile.specification(FirmwareProfile.API_0_24))).isFalse();
    assertThat(pdhChangesAtInit(FirmwareProfile.specification(FirmwareProfile.API_0_17))).isTrue();
  }

  private static boolean pdhChangesAtInit(FirmwareProfile profile) {
    TestMachine machine = TestMachine.ready(builder -> builder.profile(profile));
    SevCertificate before = machine.chain().pdh();
    machine.succeed(PspCommand.SHUTDOWN);
    machine.init();
    return !machine.chain().pdh().equals(before);
  }

  @Test
  @DisplayName("stamps its version into every certificate, or into its PEK alone")
  void stamps() {
    PlatformChain all = TestMachine.ready().chain();
    ApiVersion api = new ApiVersion(1, 55);
    assertThat(new SevCertificate[] {all.pdh(), all.pek(), all.oca(), all.cek()})
        .allMatch(certificate -> certificate.api().equals(api));
    FirmwareProfile sparse =
        FirmwareProfile.DEFAULT.without(FirmwareQuirk.EVERY_CERTIFICATE_STAMPED);
    PlatformChain one = TestMachine.ready(builder -> builder.profile(sparse)).chain();
    assertThat(one.pek().api()).isEqualTo(api);
    assertThat(new SevCertificate[] {one.pdh(), one.oca(), one.cek()})
        .noneMatch(certificate -> certificate.api().equals(api));
  }

  // INIT_EX

  private static FirmwareStatus initEx(TestMachine machine, long area) {
    return machine
        .send(
            PspCommand.INIT_EX,
            InitExBuffer.LAYOUT,
            new InitExBuffer(36, 0, 0, 0, 0, area, area == 0 ? 0 : AREA)::write)
        .status();
  }

  /** What the platform has made itself: the maker signs its CEK anew each time. */
  private static List<SevCertificate> own(PlatformChain chain) {
    return List.of(chain.pdh(), chain.pek(), chain.oca());
  }

  private static byte[] empty() {
    byte[] area = new byte[AREA];
    Arrays.fill(area, (byte) 0xFF);
    return area;
  }

  @Test
  @DisplayName("is kept in the area that INIT_EX names, and comes back from it on the same chip")
  void identityInMemory() {
    ChipKeys chip = ChipKeys.generate(new SecureRandom());
    TestMachine machine = TestMachine.off(builder -> builder.chip(chip));
    long area = machine.place(empty());
    assertThat(initEx(machine, area)).isEqualTo(FirmwareStatus.SUCCESS);
    machine.succeed(PspCommand.PDH_GEN);
    PlatformChain chain = machine.chain();
    byte[] kept = machine.memory.read(area, AREA);

    TestMachine restarted = TestMachine.off(builder -> builder.chip(chip));
    assertThat(initEx(restarted, restarted.place(kept))).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(own(restarted.chain())).isEqualTo(own(chain));
  }

  @Test
  @DisplayName("with an external owner is kept in the area too")
  void ownedIdentityInMemory() throws Exception {
    ChipKeys chip = ChipKeys.generate(new SecureRandom());
    TestMachine machine = TestMachine.off(builder -> builder.chip(chip));
    long area = machine.place(empty());
    initEx(machine, area);
    importOwner(machine, new Owner());
    PlatformChain chain = machine.chain();
    machine.succeed(PspCommand.SHUTDOWN);
    machine.succeed(PspCommand.PLATFORM_RESET);
    assertThat(initEx(machine, area)).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(machine.status().owner()).isEqualTo(1);
    assertThat(own(machine.chain())).isEqualTo(own(chain));
  }

  @Test
  @DisplayName("is refused from an area that was changed, which is empty the next time")
  void damagedArea() {
    TestMachine machine = TestMachine.off();
    long area = machine.place(empty());
    initEx(machine, area);
    machine.succeed(PspCommand.SHUTDOWN);
    machine.memory.write(area, TestMachine.flipped(machine.memory.read(area, AREA), 8 * 500));
    assertThat(initEx(machine, area)).isEqualTo(FirmwareStatus.SECURE_DATA_INVALID);
    assertThat(machine.memory.read(area, AREA)).containsOnly(0xFF);
    assertThat(initEx(machine, area)).isEqualTo(FirmwareStatus.SUCCESS);
  }

  @Test
  @DisplayName("is refused from another chip's area")
  void anotherChipsArea() {
    TestMachine one = TestMachine.off();
    long area = one.place(empty());
    initEx(one, area);
    TestMachine other = TestMachine.off();
    assertThat(initEx(other, other.place(one.memory.read(area, AREA))))
        .isEqualTo(FirmwareStatus.SECURE_DATA_INVALID);
  }

  @ParameterizedTest
  @CsvSource({
    "-32768, SUCCESS", // right below the region for SEV-ES
    "-28672, INVALID_ADDRESS",
    "0, INVALID_ADDRESS",
    "1044480, INVALID_ADDRESS", // its last page
    "1048576, SUCCESS" // right behind it
  })
  @DisplayName("is kept beside the region for SEV-ES, and nowhere in it")
  void areaBesideTheRegion(long distance, FirmwareStatus expected) {
    long region = TestMachine.RAM + (1 << 20);
    for (long bit : new long[] {0, TestMachine.C_BIT}) {
      TestMachine machine = TestMachine.off();
      machine.memory.write(region + distance, empty());
      InitExBuffer command =
          new InitExBuffer(36, 1, 0, region, 1 << 20, region + distance | bit, AREA);
      assertThat(machine.send(PspCommand.INIT_EX, InitExBuffer.LAYOUT, command::write).status())
          .isEqualTo(expected);
    }
  }

  @Test
  @DisplayName("is none, and the platform does not start, where a new one cannot be kept")
  void cannotBeKept() {
    PlatformStore readOnly =
        new PlatformStore() {
          @Override
          public Optional<PlatformIdentity> load() {
            return Optional.empty();
          }

          @Override
          public void save(PlatformIdentity identity) throws IOException {
            throw new IOException("read-only");
          }

          @Override
          public void erase() {
            // nothing is there
          }
        };
    TestMachine machine = TestMachine.off(builder -> builder.store(readOnly));
    assertThat(machine.init(new InitBuffer(0, 0, 0))).isEqualTo(FirmwareStatus.HWERROR_PLATFORM);
    assertThat(machine.status().state()).isEqualTo(PlatformState.UNINIT.number());
  }

  @Test
  @DisplayName("is shown to an owner to sign while there is no guest, whatever the profile")
  void csrWithoutGuests() {
    for (FirmwareProfile profile :
        new FirmwareProfile[] {
          FirmwareProfile.DEFAULT,
          FirmwareProfile.DEFAULT.without(FirmwareQuirk.PEK_CSR_WHILE_WORKING)
        }) {
      TestMachine machine = TestMachine.ready(builder -> builder.profile(profile));
      PekCsrBuffer command = new PekCsrBuffer(machine.room(2084), 2084);
      assertThat(machine.send(PspCommand.PEK_CSR, PekCsrBuffer.LAYOUT, command::write).status())
          .isEqualTo(FirmwareStatus.SUCCESS);
    }
  }

  @Test
  @DisplayName("is that of the flash where INIT_EX names no area")
  void flash() {
    InMemoryPlatformStore store = new InMemoryPlatformStore();
    TestMachine machine = TestMachine.off(builder -> builder.store(store));
    assertThat(initEx(machine, 0)).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(store.load()).isPresent();
  }
}
