package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataPekCertImport;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import dev.sealift.abi.sev.SevUserDataStatus;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A SEV platform")
class SevPlatformTest {
  private final PaperKernel kernel = new PaperKernel();

  private SevPlatform open() throws VmmException {
    return SevPlatform.open(kernel.host());
  }

  @Test
  void saysWhatItIs() throws Exception {
    kernel.deviceCommands.put(
        SevDeviceCommand.PLATFORM_STATUS,
        data -> {
          new SevUserDataStatus(1, 55, 2, 0x101, 21, 3).write(data);
          return FirmwareStatus.SUCCESS;
        });
    try (SevPlatform platform = open()) {
      assertThat(platform.status())
          .isEqualTo(new PlatformStatus(1, 55, 21, PlatformState.WORKING, true, true, 3));
    }
    assertThat(kernel.open).isEmpty();
    assertThat(kernel.mapped).isEmpty();
  }

  @Test
  void givesItsCertificatesAfterSayingHowLongTheyAre() throws Exception {
    kernel.deviceCommands.put(SevDeviceCommand.PDH_CERT_EXPORT, this::export);
    try (SevPlatform platform = open()) {
      ExportedCertificates certificates = platform.exportCertificates();
      assertThat(certificates.pdh()).hasSize(2084).containsOnly(1);
      assertThat(certificates.chain()).hasSize(6252).containsOnly(2);
    }
  }

  private FirmwareStatus export(MemorySegment data) {
    SevUserDataPdhCertExport request = SevUserDataPdhCertExport.read(data);
    if (request.pdhCertLen() < 2084 || request.certChainLen() < 6252) {
      new SevUserDataPdhCertExport(0, 2084, 0, 6252).write(data);
      return FirmwareStatus.INVALID_LEN;
    }
    kernel.memoryAt(request.pdhCertAddress()).asSlice(0, 2084).fill((byte) 1);
    kernel.memoryAt(request.certChainAddress()).asSlice(0, 6252).fill((byte) 2);
    return FirmwareStatus.SUCCESS;
  }

  @Test
  void givesTheIdOfItsChip() throws Exception {
    kernel.deviceCommands.put(
        SevDeviceCommand.GET_ID2,
        data -> {
          SevUserDataGetId2 request = SevUserDataGetId2.read(data);
          if (request.length() < 64) {
            new SevUserDataGetId2(0, 64).write(data);
            return FirmwareStatus.INVALID_LEN;
          }
          kernel.memoryAt(request.address()).asSlice(0, 64).fill((byte) 5);
          return FirmwareStatus.SUCCESS;
        });
    try (SevPlatform platform = open()) {
      assertThat(platform.chipId()).hasSize(64).containsOnly(5);
    }
  }

  @Test
  void isToldToResetAndToMakeNewKeysWithoutParameters() throws Exception {
    try (SevPlatform platform = open()) {
      platform.factoryReset();
      platform.generatePek();
      platform.generatePdh();
    }
    assertThat(kernel.calls).containsSubsequence("SEV_FACTORY_RESET", "SEV_PEK_GEN", "SEV_PDH_GEN");
  }

  @Test
  void asksItsOwnerToSignAfterSayingHowLongTheRequestIs() throws Exception {
    kernel.deviceCommands.put(
        SevDeviceCommand.PEK_CSR,
        data -> {
          SevUserDataPekCsr request = SevUserDataPekCsr.read(data);
          if (request.length() < 2084) {
            new SevUserDataPekCsr(0, 2084).write(data);
            return FirmwareStatus.INVALID_LEN;
          }
          kernel.memoryAt(request.address()).asSlice(0, 2084).fill((byte) 7);
          return FirmwareStatus.SUCCESS;
        });
    try (SevPlatform platform = open()) {
      assertThat(platform.pekSigningRequest()).hasSize(2084).containsOnly(7);
    }
  }

  @Test
  void takesAnOwnersCertificates() throws Exception {
    byte[] pek = {1, 2, 3};
    byte[] oca = {4, 5};
    List<byte[]> taken = new ArrayList<>();
    kernel.deviceCommands.put(
        SevDeviceCommand.PEK_CERT_IMPORT,
        data -> {
          SevUserDataPekCertImport request = SevUserDataPekCertImport.read(data);
          taken.add(bytes(request.pekCertAddress(), request.pekCertLen()));
          taken.add(bytes(request.ocaCertAddress(), request.ocaCertLen()));
          return FirmwareStatus.SUCCESS;
        });
    try (SevPlatform platform = open()) {
      platform.importPek(pek, oca);
      assertThatThrownBy(() -> platform.importPek(new byte[0x4001], oca))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(taken).containsExactly(pek, oca);
    assertThat(kernel.mapped).isEmpty();
  }

  private byte[] bytes(long address, long length) {
    return kernel.memoryAt(address).asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  @ParameterizedTest
  @CsvSource({
    "PEK_CERT_IMPORT, ALREADY_OWNED, PEK_GEN first",
    "PEK_CERT_IMPORT, INVALID_CERTIFICATE, sign the latest answer of PEK_CSR",
    "PEK_CERT_IMPORT, BAD_SIGNATURE, with the key of the owner's certificate",
    "PEK_CERT_IMPORT, SECURE_DATA_INVALID, FACTORY_RESET",
    "PEK_CERT_IMPORT, INVALID_PLATFORM_STATE, end every SEV guest",
    "PEK_CERT_IMPORT, HWERROR_PLATFORM, keep its identity"
  })
  void saysWhatToDoAboutARefusal(SevDeviceCommand command, FirmwareStatus status, String advice)
      throws Exception {
    kernel.deviceCommands.put(command, data -> status);
    try (SevPlatform platform = open()) {
      VmmException refused =
          catchThrowableOfType(
              VmmException.class, () -> platform.importPek(new byte[2084], new byte[2084]));
      assertThat(refused.status()).isEqualTo(status);
      assertThat(refused.operation()).isEqualTo("SEV_" + command);
      assertThat(refused).hasMessageContaining(status.meaning()).hasMessageContaining(advice);
    }
  }

  @Test
  void isNotResetWhileThereAreGuests() throws Exception {
    try (SevPlatform platform = open()) {
      platform.generatePdh();
      kernel.failingCall = kernel.calls.size();
      kernel.failure = Errno.EBUSY;
      assertThatThrownBy(platform::factoryReset)
          .hasMessage(
              "SEV_FACTORY_RESET on /dev/sev failed with EBUSY (Device or resource busy): there are"
                  + " SEV guests on this machine, so end them first.");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 0x4001, 0xFFFF_FFFFL})
  void isNotBelievedWhenItWantsAnAbsurdLength(long length) throws Exception {
    kernel.deviceCommands.put(
        SevDeviceCommand.GET_ID2,
        data -> {
          new SevUserDataGetId2(0, length).write(data);
          return FirmwareStatus.INVALID_LEN;
        });
    try (SevPlatform platform = open()) {
      assertThatThrownBy(platform::chipId)
          .isInstanceOf(VmmException.class)
          .hasMessageContaining("update its firmware");
    }
  }

  @Test
  void saysWhyItsFirmwareRefuses() throws Exception {
    kernel.deviceCommands.put(
        SevDeviceCommand.PDH_CERT_EXPORT, data -> FirmwareStatus.INVALID_PLATFORM_STATE);
    try (SevPlatform platform = open()) {
      VmmException refused = catchThrowableOfType(VmmException.class, platform::exportCertificates);
      assertThat(refused)
          .hasMessage(
              "SEV_PDH_CERT_EXPORT on /dev/sev was refused by the firmware with"
                  + " INVALID_PLATFORM_STATE (0x1), the platform is not in a state that allows this"
                  + " command: initialise the platform, or end its guests, first.");
      assertThat(refused.status()).isEqualTo(FirmwareStatus.INVALID_PLATFORM_STATE);
    }
  }

  @Test
  void isMissedInClearWords() {
    kernel.failingCall = 0;
    kernel.failure = Errno.ENOENT;
    assertThatThrownBy(this::open)
        .hasMessage(
            "open on /dev/sev failed with ENOENT (No such file or directory): this machine does"
                + " not have it, so load its driver or use a host in software.");
  }
}
