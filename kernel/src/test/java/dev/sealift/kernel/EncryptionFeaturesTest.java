package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What CPUID 8000001F says")
class EncryptionFeaturesTest {
  private static final long BIT_51 = 0x0008_0000_0000_0000L;

  private static EncryptionFeatures query(boolean hostEncryption) {
    ScriptedProcessor processor = new ScriptedProcessor();
    processor.maximumAsid = 15;
    processor.minimumSevAsid = 5;
    return EncryptionFeatures.query(
        processor, new KernelSettings(hostEncryption, Long.MAX_VALUE, false));
  }

  @Test
  void oneQueryTellsTheEncryptionBitAndBothEndsOfTheAsids() {
    assertThat(query(false)).isEqualTo(new EncryptionFeatures(51, 15, 5, false, true));
  }

  @Test
  void theEncryptionBitIsSetOnceWhetherTheHostEncryptsOrNot() {
    assertThat(query(false).sevMeMask()).isEqualTo(BIT_51);
    assertThat(query(false).guestAddress(0x1234)).isEqualTo(BIT_51 | 0x1234);
    assertThat(query(true).guestAddress(0x1234)).isEqualTo(BIT_51 | 0x1234);
    assertThat(query(true).guestAddress(query(true).hostAddress(0x1234)))
        .isEqualTo(BIT_51 | 0x1234);
  }

  @Test
  void theHostsOwnAddressesHaveItOnlyWithSme() {
    assertThat(query(false).hostAddress(0x1234)).isEqualTo(0x1234);
    assertThat(query(true).hostAddress(0x1234)).isEqualTo(BIT_51 | 0x1234);
  }

  @Test
  void sevEsNeedsAsidsOfItsOwn() {
    assertThat(new EncryptionFeatures(51, 15, 1, false, true).sevEs()).isFalse();
    assertThat(new EncryptionFeatures(51, 15, 2, false, true).sevEs()).isTrue();
    assertThat(new EncryptionFeatures(51, 0, 2, false, true).sevEs()).isFalse();
    assertThat(new EncryptionFeatures(51, 0, 2, false, true).sev()).isFalse();
  }

  @Test
  void sevEsCanBeSwitchedOff() {
    assertThat(new EncryptionFeatures(51, 15, 2, false, false).sevEs()).isFalse();
    assertThat(new EncryptionFeatures(51, 15, 2, false, false).sev()).isTrue();
  }
}
