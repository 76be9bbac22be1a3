package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.ApiVersion;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A processor's description")
class ProcessorBuilderTest {

  @Test
  @DisplayName("is that of a Genoa part where nothing else is said: 1006 ASIDs, C-bit 51")
  void defaults() {
    SecureProcessor processor = TestMachine.off().processor;
    assertThat(processor.maximumAsid()).isEqualTo(1006);
    assertThat(processor.minimumSevAsid()).isEqualTo(1);
    assertThat(processor.encryptionBit()).isEqualTo(51);
  }

  @Test
  @DisplayName("needs a root of trust")
  void rootOfTrust() {
    RamMemory memory = new RamMemory(0, 4096);
    assertThatIllegalStateException()
        .isThrownBy(() ->
            SoftwareSecureProcessor.builder().build(memory, new PlainMemoryController(memory)))
        .withMessageContaining("root of trust");
  }

  @Test
  @DisplayName("names the value and the rule where it cannot be")
  void rules() {
    refused(builder -> builder.asids(0, 1), "the highest ASID is 0; it must be from 1 to 65535");
    refused(builder -> builder.asids(15, 17), "the lowest SEV ASID is 17; it must be from 1 to 16");
    refused(
        builder -> builder.encryptionBit(46), "the encryption bit is 46; it must be from 47 to 62");
    refused(
        builder -> builder.buildNumber(256), "the build number is 256; it must be from 0 to 255");
  }

  private static void refused(UnaryOperator<SoftwareSecureProcessor.Builder> option, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> option.apply(SoftwareSecureProcessor.builder()))
        .withMessage(why);
  }

  @Test
  @DisplayName("may name an API version of its own, before the profile or after it")
  void apiVersion() {
    ApiVersion api = new ApiVersion(0, 24);
    TestMachine before =
        TestMachine.off(builder -> builder.apiVersion(api).profile(FirmwareProfile.SHIPPED));
    TestMachine after =
        TestMachine.off(builder -> builder.profile(FirmwareProfile.SHIPPED).apiVersion(api));
    assertThat(before.status().apiMinor()).isEqualTo(24);
    assertThat(after.status().apiMinor()).isEqualTo(24);
  }

  @Test
  @DisplayName("may move the C-bit, which is stripped from addresses wherever it is")
  void anotherEncryptionBit() {
    TestMachine machine = TestMachine.off(builder -> builder.encryptionBit(47));
    assertThat(machine.processor.command(4, TestMachine.RAM | 1L << 47))
        .isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(machine.processor.command(4, TestMachine.RAM | 1L << 51))
        .isEqualTo(FirmwareStatus.INVALID_ADDRESS);
  }

  @Test
  @DisplayName("shows no secret in words")
  void silence() {
    var identity = Identities.fresh();
    assertThat(identity).hasToString("PlatformIdentity[self-owned]");
    assertThat(identity.pek()).hasToString("CertifiedKey");
  }
}
