package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PekCertImportBuffer;
import dev.sealift.abi.psp.PekCsrBuffer;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataPekCertImport;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import dev.sealift.abi.sev.SevUserDataStatus;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("/dev/sev")
class SevDeviceTest {
  private static final int EPERM = Errno.EPERM.negated();
  private static final int EIO = Errno.EIO.negated();
  private static final int EINVAL = Errno.EINVAL.negated();
  private static final int EFAULT = Errno.EFAULT.negated();
  private static final Outcome DONE = new Outcome(0, 0);

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host = TestHost.of(processor);
  private int reader = host.openSev(OpenFlags.O_RDONLY);
  private int writer = host.openSev(OpenFlags.O_RDWR);

  SevDeviceTest() {
    processor.forget();
  }

  private void onFreshHost() {
    host = TestHost.of(processor);
    reader = host.openSev(OpenFlags.O_RDONLY);
    writer = host.openSev(OpenFlags.O_WRONLY);
    processor.forget();
  }

  private void platformIsUp() {
    processor.platformState = 1;
    onFreshHost();
  }

  private static Outcome untouched(int result) {
    return new Outcome(result, TestHost.UNTOUCHED);
  }

  @Nested
  @DisplayName("its ioctl")
  class Ioctl {

    @Test
    void knowsOneNumber() {
      assertThat(host.calls.ioctl(writer, SevIoctl.ISSUE_CMD + 1, 0)).isEqualTo(EINVAL);
    }

    @Test
    void readsTheStructBeforeItLooksAtTheCommand() {
      assertThat(host.calls.ioctl(writer, SevIoctl.ISSUE_CMD, host.unmapped())).isEqualTo(EFAULT);
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 14, 99, -1, Integer.MIN_VALUE})
    void leavesTheStructOfAnUnknownCommandAlone(int command) {
      MemorySegment struct = host.map(4096, MapFlags.PROT_READ);
      new SevIssueCmd(command, 0, 0).write(struct);

      assertThat(host.calls.ioctl(writer, SevIoctl.ISSUE_CMD, struct.address())).isEqualTo(EINVAL);
    }

    @Test
    void writesTheStructOfAKnownCommandBackWhateverItSaid() {
      MemorySegment struct = host.map(4096, MapFlags.PROT_READ);
      new SevIssueCmd(SevDeviceCommand.FACTORY_RESET.id(), 0, 0).write(struct);

      assertThat(host.calls.ioctl(reader, SevIoctl.ISSUE_CMD, struct.address())).isEqualTo(EFAULT);
    }

    @Test
    void tellsWhatTheFirmwareSaid() {
      processor.refuse(PspCommand.PLATFORM_STATUS, FirmwareStatus.HWERROR_PLATFORM);

      assertThat(host.issue(reader, SevDeviceCommand.PLATFORM_STATUS, 0))
          .isEqualTo(new Outcome(EIO, FirmwareStatus.HWERROR_PLATFORM.code()));
    }

    @ParameterizedTest
    @EnumSource(names = {"SNP_PLATFORM_STATUS", "SNP_COMMIT", "SNP_SET_CONFIG", "SNP_VLEK_LOAD"})
    void hasNothingOfSevSnp(SevDeviceCommand command) {
      long data = host.take(64).address();

      assertThat(host.issue(writer, command, 0)).isEqualTo(untouched(EINVAL));
      assertThat(host.issue(writer, command, data)).isEqualTo(untouched(EINVAL));
      // That there is no such platform comes before who may change it.
      assertThat(host.issue(reader, command, data)).isEqualTo(untouched(EINVAL));
      assertThat(processor.log).isEmpty();
    }

    @Test
    void isGoneWithTheDescriptor() {
      assertThat(host.calls.close(reader)).isZero();

      assertThat(host.calls.ioctl(reader, SevIoctl.ISSUE_CMD, 0)).isEqualTo(Errno.EBADF.negated());
      assertThat(host.calls.close(reader)).isEqualTo(Errno.EBADF.negated());
    }
  }

  @Test
  @DisplayName("finds a platform that was initialised when the driver found it, if it was told to")
  void initialisedOnProbe() {
    host = TestHost.of(processor, KernelSettings.DEFAULT);
    assertThat(processor.log).doesNotContain("INIT");
    host = TestHost.of(processor, KernelSettings.DEFAULT.withInitOnProbe());
    assertThat(processor.log).contains("INIT");
    writer = host.openSev(OpenFlags.O_RDWR);
    processor.forget();

    assertThat(host.issue(writer, SevDeviceCommand.PDH_GEN, 0)).isEqualTo(DONE);
    assertThat(processor.log).containsExactly("PDH_GEN");
  }

  @Test
  @DisplayName("says why its platform cannot be initialised to the first command that needs it")
  void notInitialisedOnProbe() {
    processor.refuse(PspCommand.INIT, FirmwareStatus.SECURE_DATA_INVALID);
    host = TestHost.of(processor, KernelSettings.DEFAULT.withInitOnProbe());
    writer = host.openSev(OpenFlags.O_RDWR);

    assertThat(host.issue(writer, SevDeviceCommand.PDH_GEN, 0))
        .isEqualTo(new Outcome(EIO, FirmwareStatus.SECURE_DATA_INVALID.code()));
  }

  @ParameterizedTest
  @EnumSource(names = {"FACTORY_RESET", "PEK_GEN", "PEK_CSR", "PDH_GEN", "PEK_CERT_IMPORT"})
  void whatChangesThePlatformNeedsADescriptorForWriting(SevDeviceCommand command) {
    platformIsUp();

    assertThat(host.issue(reader, command, host.unmapped())).isEqualTo(untouched(EPERM));
    assertThat(processor.log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"PLATFORM_STATUS", "PDH_CERT_EXPORT", "GET_ID", "GET_ID2"})
  void whatOnlyLooksAtAPlatformThatIsUpNeedsNone(SevDeviceCommand command) {
    platformIsUp();
    MemorySegment data = host.take(128);

    assertThat(host.issue(reader, command, data.address())).isEqualTo(DONE);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"SNP_PLATFORM_STATUS", "SNP_COMMIT", "SNP_SET_CONFIG", "SNP_VLEK_LOAD"})
  void aProcessorThatDoesNotAnswerIsLostForEveryCommand(SevDeviceCommand command) {
    platformIsUp();
    processor.on(
        PspCommand.PLATFORM_STATUS,
        buffer -> {
          throw new IllegalStateException("silence");
        });
    assertThat(host.issue(writer, SevDeviceCommand.PLATFORM_STATUS, 0))
        .isEqualTo(new Outcome(Errno.ETIMEDOUT.negated(), 0));
    // All zero would do for every command but this one, which must have its certificates.
    MemorySegment data = host.take(24);
    if (command == SevDeviceCommand.PEK_CERT_IMPORT) {
      long certificate = host.take(16).address();
      new SevUserDataPekCertImport(certificate, 1, certificate, 1).write(data);
    }

    assertThat(host.issue(writer, command, data.address()))
        .isEqualTo(untouched(Errno.EBUSY.negated()));
  }

  @Test
  void theUnusedAccessModeDoesNotWrite() {
    int neither = host.openSev(3);

    assertThat(host.issue(neither, SevDeviceCommand.PDH_GEN, 0)).isEqualTo(untouched(EPERM));
  }

  @Nested
  @DisplayName("PLATFORM_STATUS")
  class PlatformStatus {

    @Test
    void isTheFirmwaresOwnInTwelveBytes() {
      processor.on(
          PspCommand.PLATFORM_STATUS,
          buffer -> {
            new PlatformStatusBuffer(1, 55, 2, 1, 1, 21, 3).write(buffer);
            return FirmwareStatus.SUCCESS;
          });
      MemorySegment status = host.take(16).fill((byte) 0x55);

      assertThat(host.issue(reader, SevDeviceCommand.PLATFORM_STATUS, status.address()))
          .isEqualTo(DONE);

      assertThat(SevUserDataStatus.read(status))
          .isEqualTo(new SevUserDataStatus(1, 55, 2, 0x0101, 21, 3));
      assertThat(TestHost.bytes(status.asSlice(12))).containsOnly(0x55);
    }

    @Test
    void doesNotBringThePlatformUp() {
      host.issue(reader, SevDeviceCommand.PLATFORM_STATUS, host.take(12).address());

      assertThat(processor.log).containsExactly("PLATFORM_STATUS");
    }

    @Test
    void needsAGoodAddress() {
      assertThat(host.issue(reader, SevDeviceCommand.PLATFORM_STATUS, 0))
          .isEqualTo(new Outcome(EFAULT, 0));
    }
  }

  @Nested
  @DisplayName("FACTORY_RESET")
  class FactoryReset {

    @Test
    void shutsAnInitialisedPlatformDownFirst() {
      platformIsUp();

      assertThat(host.issue(writer, SevDeviceCommand.FACTORY_RESET, 0)).isEqualTo(DONE);

      assertThat(processor.log).containsExactly("PLATFORM_STATUS", "SHUTDOWN", "PLATFORM_RESET");
      processor.forget();
      host.sevVm();
      assertThat(processor.log).startsWith("INIT");
    }

    @Test
    void resetsAPlatformThatIsDown() {
      assertThat(host.issue(writer, SevDeviceCommand.FACTORY_RESET, 0)).isEqualTo(DONE);

      assertThat(processor.log).containsExactly("PLATFORM_STATUS", "PLATFORM_RESET");
    }

    @Test
    void leavesAPlatformWithGuestsAlone() {
      processor.platformState = 2;
      onFreshHost();

      assertThat(host.issue(writer, SevDeviceCommand.FACTORY_RESET, 0))
          .isEqualTo(new Outcome(Errno.EBUSY.negated(), 0));

      assertThat(processor.log).containsExactly("PLATFORM_STATUS");
    }
  }

  @Nested
  @DisplayName("PEK_GEN and PDH_GEN")
  class Generate {

    @ParameterizedTest
    @EnumSource(
        value = SevDeviceCommand.class,
        names = {"PEK_GEN", "PDH_GEN"})
    void bringThePlatformUpForThemselvesOnly(SevDeviceCommand command) {
      assertThat(host.issue(writer, command, 0)).isEqualTo(DONE);

      assertThat(processor.log)
          .containsExactly("INIT", "WBINVD", "DF_FLUSH", command.name(), "SHUTDOWN");
      processor.forget();
      host.sevVm();
      assertThat(processor.log).startsWith("INIT");
    }

    @ParameterizedTest
    @EnumSource(
        value = SevDeviceCommand.class,
        names = {"PEK_GEN", "PDH_GEN"})
    void useAPlatformThatIsUp(SevDeviceCommand command) {
      platformIsUp();

      assertThat(host.issue(writer, command, 0)).isEqualTo(DONE);

      assertThat(processor.log).containsExactly(command.name());
    }

    @Test
    void whatTheFirmwareDoesNotServeIsAnErrorOfTheFirmware() {
      processor.refuse(PspCommand.PEK_GEN, FirmwareStatus.INVALID_COMMAND);

      assertThat(host.issue(writer, SevDeviceCommand.PEK_GEN, 0))
          .isEqualTo(new Outcome(EIO, FirmwareStatus.INVALID_COMMAND.code()));
      assertThat(processor.log).endsWith("SHUTDOWN");
    }

    @Test
    void endWhereThePlatformDoesNotComeUp() {
      processor.refuse(PspCommand.INIT, FirmwareStatus.SECURE_DATA_INVALID);

      assertThat(host.issue(writer, SevDeviceCommand.PDH_GEN, 0))
          .isEqualTo(new Outcome(EIO, FirmwareStatus.SECURE_DATA_INVALID.code()));
      assertThat(processor.log).containsExactly("INIT");
    }
  }

  @Nested
  @DisplayName("PDH_CERT_EXPORT")
  class PdhCertExport {
    private MemorySegment pdh = host.take(3000);
    private MemorySegment chain = host.take(7000);

    private MemorySegment parameters(long pdhLength, long chainLength) {
      return host.struct(
          24,
          new SevUserDataPdhCertExport(pdh.address(), pdhLength, chain.address(), chainLength)
              ::write);
    }

    private void firmwareExports() {
      processor.on(
          PspCommand.PDH_CERT_EXPORT,
          buffer -> {
            PdhCertExportBuffer in = PdhCertExportBuffer.read(buffer);
            boolean fits = in.pdhCertLen() >= 2084 && in.certChainLen() >= 6252;
            if (fits) {
              processor.fill(in.pdhCertAddress(), 'p', 2084);
              processor.fill(in.certChainAddress(), 'c', 6252);
            }
            new PdhCertExportBuffer(0, 2084, 0, 6252).write(buffer);
            return fits ? FirmwareStatus.SUCCESS : FirmwareStatus.INVALID_LEN;
          });
    }

    private void onPlatformThatIsUp() {
      platformIsUp();
      pdh = host.take(3000);
      chain = host.take(7000);
      firmwareExports();
    }

    private Outcome export(int fd, MemorySegment parameters) {
      return host.issue(fd, SevDeviceCommand.PDH_CERT_EXPORT, parameters.address());
    }

    @Test
    void copiesAsMuchAsThereIs() {
      onPlatformThatIsUp();
      MemorySegment parameters = parameters(3000, 7000);

      assertThat(export(reader, parameters)).isEqualTo(DONE);

      SevUserDataPdhCertExport answer = SevUserDataPdhCertExport.read(parameters);
      assertThat(answer.pdhCertLen()).isEqualTo(2084);
      assertThat(answer.certChainLen()).isEqualTo(6252);
      assertThat(TestHost.bytes(pdh.asSlice(0, 2084))).containsOnly('p');
      assertThat(TestHost.bytes(pdh.asSlice(2084))).containsOnly(0);
      assertThat(TestHost.bytes(chain.asSlice(0, 6252))).containsOnly('c');
      assertThat(TestHost.bytes(chain.asSlice(6252))).containsOnly(0);
    }

    @Test
    void copiesNothingButTheLengthsWhereTheRoomIsTooSmall() {
      onPlatformThatIsUp();
      MemorySegment parameters = parameters(2000, 7000);

      assertThat(export(reader, parameters))
          .isEqualTo(new Outcome(EIO, FirmwareStatus.INVALID_LEN.code()));

      assertThat(SevUserDataPdhCertExport.read(parameters).pdhCertLen()).isEqualTo(2084);
      assertThat(TestHost.bytes(pdh)).containsOnly(0);
      assertThat(TestHost.bytes(chain)).containsOnly(0);
    }

    @Test
    void neverCopiesMoreThanItsOwnBufferHolds() {
      onPlatformThatIsUp();
      processor.on(
          PspCommand.PDH_CERT_EXPORT,
          buffer -> {
            new PdhCertExportBuffer(0, 0x10000, 0, 0x10000).write(buffer);
            return FirmwareStatus.SUCCESS;
          });

      assertThat(export(reader, parameters(2084, 6252))).isEqualTo(DONE);
    }

    @ParameterizedTest
    @CsvSource({"0, 3000, 1", "1, 0, 1", "1, 3000, 0"})
    void asksForTheLengthsWhereAPartIsMissing(long pdhAddress, long pdhLength, long chainAddress) {
      onPlatformThatIsUp();
      MemorySegment parameters =
          host.struct(
              24,
              new SevUserDataPdhCertExport(
                      pdhAddress * pdh.address(), pdhLength, chainAddress * chain.address(), 7000)
                  ::write);

      assertThat(export(reader, parameters))
          .isEqualTo(new Outcome(EIO, FirmwareStatus.INVALID_LEN.code()));

      assertThat(PdhCertExportBuffer.read(processor.last().buffer()))
          .isEqualTo(new PdhCertExportBuffer(0, 0, 0, 0));
      assertThat(SevUserDataPdhCertExport.read(parameters).pdhCertLen()).isEqualTo(2084);
      assertThat(SevUserDataPdhCertExport.read(parameters).certChainLen()).isEqualTo(6252);
    }

    @Test
    void needsADescriptorForWritingWhereThePlatformIsDown() {
      firmwareExports();

      assertThat(export(reader, parameters(3000, 7000))).isEqualTo(untouched(EPERM));
      assertThat(processor.log).isEmpty();

      assertThat(export(writer, parameters(3000, 7000))).isEqualTo(DONE);
      assertThat(processor.log)
          .containsExactly("INIT", "WBINVD", "DF_FLUSH", "PDH_CERT_EXPORT", "SHUTDOWN");
    }

    @Test
    void looksAtItsParametersBeforeThePlatform() {
      assertThat(host.issue(reader, SevDeviceCommand.PDH_CERT_EXPORT, 0))
          .isEqualTo(untouched(EFAULT));
    }

    @ParameterizedTest
    @CsvSource({"16385, 6252", "2084, 16385", "4294967295, 6252"})
    void callsTooLongABufferABadAddress(long pdhLength, long chainLength) {
      onPlatformThatIsUp();

      assertThat(export(reader, parameters(pdhLength, chainLength))).isEqualTo(untouched(EFAULT));
    }

    @Test
    void needsGoodAddresses() {
      onPlatformThatIsUp();
      MemorySegment parameters =
          host.struct(
              24, new SevUserDataPdhCertExport(pdh.address(), 2084, host.unmapped(), 6252)::write);

      assertThat(export(reader, parameters)).isEqualTo(new Outcome(EFAULT, 0));
    }
  }

  @Nested
  @DisplayName("PEK_CSR and PEK_CERT_IMPORT")
  class Pek {
    private final MemorySegment room = host.take(4096);

    private Outcome request(long address, long length) {
      return request(host.struct(12, new SevUserDataPekCsr(address, length)::write));
    }

    private Outcome request(MemorySegment struct) {
      return host.issue(writer, SevDeviceCommand.PEK_CSR, struct.address());
    }

    @Test
    void theSigningRequestIsCopied() {
      processor.on(
          PspCommand.PEK_CSR,
          buffer -> {
            PekCsrBuffer in = PekCsrBuffer.read(buffer);
            processor.fill(in.address(), 'r', 2084);
            new PekCsrBuffer(in.address(), 2084).write(buffer);
            return FirmwareStatus.SUCCESS;
          });

      assertThat(request(room.address(), 4000)).isEqualTo(DONE);

      assertThat(TestHost.bytes(room.asSlice(0, 2084))).containsOnly('r');
      assertThat(TestHost.bytes(room.asSlice(2084))).containsOnly(0);
    }

    @Test
    void nothingIsCopiedWhereTheFirmwareRefuses() {
      processor.on(
          PspCommand.PEK_CSR,
          buffer -> {
            new PekCsrBuffer(0, 2084).write(buffer);
            return FirmwareStatus.INVALID_LEN;
          });

      assertThat(request(room.address(), 100))
          .isEqualTo(new Outcome(EIO, FirmwareStatus.INVALID_LEN.code()));

      assertThat(TestHost.bytes(room)).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({"0, 4000", "4096, 0", "0, 4294967295"})
    void anAddressOrLengthOfZeroAsksForTheLength(long address, long length) {
      processor.on(
          PspCommand.PEK_CSR,
          buffer -> {
            PekCsrBuffer in = PekCsrBuffer.read(buffer);
            assertThat(in).isEqualTo(new PekCsrBuffer(0, 0));
            new PekCsrBuffer(0, 2084).write(buffer);
            return FirmwareStatus.INVALID_LEN;
          });
      MemorySegment struct = host.struct(12, new SevUserDataPekCsr(address, length)::write);

      assertThat(request(struct)).isEqualTo(new Outcome(EIO, FirmwareStatus.INVALID_LEN.code()));

      assertThat(SevUserDataPekCsr.read(struct)).isEqualTo(new SevUserDataPekCsr(address, 2084));
    }

    @Test
    void tooMuchRoomIsABadAddress() {
      assertThat(request(room.address(), 16385)).isEqualTo(untouched(EFAULT));
    }

    private MemorySegment certificates(long pek, int pekLength, long oca, int ocaLength) {
      return host.struct(24, new SevUserDataPekCertImport(pek, pekLength, oca, ocaLength)::write);
    }

    private Outcome importing(MemorySegment certificates) {
      return host.issue(writer, SevDeviceCommand.PEK_CERT_IMPORT, certificates.address());
    }

    @Test
    void bothCertificatesReachTheFirmware() {
      MemorySegment pek = host.take(2084).fill((byte) 'k');
      MemorySegment oca = host.take(2080).fill((byte) 'o');
      byte[][] seen = new byte[2][];
      processor.on(
          PspCommand.PEK_CERT_IMPORT,
          buffer -> {
            PekCertImportBuffer in = PekCertImportBuffer.read(buffer);
            seen[0] = processor.read(in.pekCertAddress(), (int) in.pekCertLen());
            seen[1] = processor.read(in.ocaCertAddress(), (int) in.ocaCertLen());
            return FirmwareStatus.SUCCESS;
          });

      assertThat(importing(certificates(pek.address(), 2084, oca.address(), 2080))).isEqualTo(DONE);

      assertThat(seen[0]).hasSize(2084).containsOnly('k');
      assertThat(seen[1]).hasSize(2080).containsOnly('o');
      assertThat(processor.log)
          .containsExactly("INIT", "WBINVD", "DF_FLUSH", "PEK_CERT_IMPORT", "SHUTDOWN");
    }

    @Test
    void certificatesAreMandatoryAndBounded() {
      long address = room.address();

      assertThat(importing(certificates(0, 1, address, 1))).isEqualTo(untouched(EINVAL));
      assertThat(importing(certificates(address, 0, address, 1))).isEqualTo(untouched(EINVAL));
      assertThat(importing(certificates(address, 1, address, 16385))).isEqualTo(untouched(EINVAL));
      assertThat(importing(certificates(address, 1, host.unmapped(), 1)))
          .isEqualTo(untouched(EFAULT));
      assertThat(processor.log).isEmpty();
    }
  }

  @Nested
  @DisplayName("GET_ID and GET_ID2")
  class Id {
    private final MemorySegment room = host.take(256);

    private void firmwareTellsItsId() {
      processor.on(
          PspCommand.GET_ID,
          buffer -> {
            GetIdBuffer in = GetIdBuffer.read(buffer);
            if (in.len() < 64) {
              new GetIdBuffer(0, 64).write(buffer);
              return FirmwareStatus.INVALID_LEN;
            }
            processor.fill(in.address(), 'i', 64);
            new GetIdBuffer(0, 64).write(buffer);
            return FirmwareStatus.SUCCESS;
          });
    }

    private Outcome getId2(MemorySegment struct) {
      return host.issue(reader, SevDeviceCommand.GET_ID2, struct.address());
    }

    private MemorySegment parameters(long address, long length) {
      return host.struct(12, new SevUserDataGetId2(address, length)::write);
    }

    @Test
    void theOldCommandWritesRoomForTwoSockets() {
      firmwareTellsItsId();
      room.fill((byte) 0x55);

      assertThat(host.issue(reader, SevDeviceCommand.GET_ID, room.address())).isEqualTo(DONE);

      assertThat(GetIdBuffer.read(processor.last().buffer()).len()).isEqualTo(128);
      assertThat(TestHost.bytes(room.asSlice(0, 64))).containsOnly('i');
      assertThat(TestHost.bytes(room.asSlice(64, 64))).containsOnly(0);
      assertThat(TestHost.bytes(room.asSlice(128))).containsOnly(0x55);
    }

    @Test
    void theNewOneWritesAsMuchAsThereIs() {
      firmwareTellsItsId();
      room.fill((byte) 0x55);
      MemorySegment struct = parameters(room.address(), 200);

      assertThat(getId2(struct)).isEqualTo(DONE);

      assertThat(SevUserDataGetId2.read(struct).length()).isEqualTo(64);
      assertThat(TestHost.bytes(room.asSlice(0, 64))).containsOnly('i');
      assertThat(TestHost.bytes(room.asSlice(64))).containsOnly(0x55);
    }

    @Test
    void nothingIsCopiedWhereTheRoomIsTooSmall() {
      firmwareTellsItsId();
      MemorySegment struct = parameters(room.address(), 63);

      assertThat(getId2(struct)).isEqualTo(new Outcome(EIO, FirmwareStatus.INVALID_LEN.code()));

      assertThat(SevUserDataGetId2.read(struct).length()).isEqualTo(64);
      assertThat(TestHost.bytes(room)).containsOnly(0);
    }

    @Test
    void moreThanTheKernelCanAllocateIsOutOfMemory() {
      assertThat(getId2(parameters(room.address(), 0xFFFF_FFFFL)))
          .isEqualTo(untouched(Errno.ENOMEM.negated()));
    }

    @ParameterizedTest
    @EnumSource(
        value = SevDeviceCommand.class,
        names = {"GET_ID", "GET_ID2"})
    void oldFirmwareHasNone(SevDeviceCommand command) {
      processor.apiMajor = 0;
      processor.apiMinor = 15;
      onFreshHost();
      assertThat(host.issue(reader, command, 0)).isEqualTo(untouched(Errno.ENOTSUPP.negated()));

      processor.apiMinor = 16;
      onFreshHost();
      assertThat(host.issue(reader, command, 0).result()).isEqualTo(EFAULT);
    }

    @Test
    void thePlatformMayBeDown() {
      firmwareTellsItsId();

      getId2(parameters(room.address(), 64));

      assertThat(processor.log).containsExactly("GET_ID");
    }
  }
}
