package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sealift.crypto.GuestPolicy.Flag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestPolicyTest {

  @ParameterizedTest
  @CsvSource({"NODBG, 1", "NOKS, 2", "ES, 4", "NOSEND, 8", "DOMAIN, 16", "SEV, 32"})
  void everyFlagHasTheBitOfTheSpecification(Flag flag, int word) {
    GuestPolicy policy = GuestPolicy.of(flag);
    assertThat(policy.word()).isEqualTo(word);
    assertThat(policy.noDebug()).isEqualTo(flag == Flag.NODBG);
    assertThat(policy.noKeySharing()).isEqualTo(flag == Flag.NOKS);
    assertThat(policy.es()).isEqualTo(flag == Flag.ES);
    assertThat(policy.noSend()).isEqualTo(flag == Flag.NOSEND);
    assertThat(policy.domain()).isEqualTo(flag == Flag.DOMAIN);
    assertThat(policy.sev()).isEqualTo(flag == Flag.SEV);
    assertThat(policy.reservedBitsSet()).isFalse();
  }

  @Test
  void theMinimumVersionSitsInTheHighBytes() {
    GuestPolicy policy = GuestPolicy.of(Flag.NODBG, Flag.SEV).withMinimumApi(1, 22);
    assertThat(policy.word()).isEqualTo(0x1601_0021);
    assertThat(policy.apiMajor()).isEqualTo(1);
    assertThat(policy.apiMinor()).isEqualTo(22);
    assertThat(policy.bytes()).containsExactly(0x21, 0x00, 0x01, 0x16);
    assertThat(new GuestPolicy(0xFFFF_0000).minimumApi()).isEqualTo(new ApiVersion(255, 255));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 22, 0, 22, true",
    "0, 22, 0, 21, false",
    "0, 22, 1, 0, true",
    "1, 22, 1, 55, true",
    "1, 22, 1, 21, false",
    "1, 0, 0, 255, false"
  })
  void aPlatformMustBeAtLeastTheMinimumVersion(
      int minimumMajor, int minimumMinor, int major, int minor, boolean allowed) {
    GuestPolicy policy = GuestPolicy.of().withMinimumApi(minimumMajor, minimumMinor);
    assertThat(policy.allowsApi(major, minor)).isEqualTo(allowed);
    assertThat(policy.allowsApi(new ApiVersion(major, minor))).isEqualTo(allowed);
  }

  @Test
  void everyReservedBitIsNoticed() {
    for (int bit = 0; bit < 32; bit++) {
      assertThat(new GuestPolicy(1 << bit).reservedBitsSet()).isEqualTo(bit >= 6 && bit <= 15);
    }
  }

  @Test
  void aPolicyReadsAsWords() {
    assertThat(GuestPolicy.of(Flag.NODBG, Flag.SEV).withMinimumApi(0, 22))
        .hasToString("0x16000021 (NODBG, SEV, API >= 0.22)");
    assertThat(new GuestPolicy(0x40))
        .hasToString("0x00000040 (no flags, API >= 0.0, reserved bits set)");
  }

  @Test
  void versionsAreOrderedAndFitIntoBytes() {
    assertThat(new ApiVersion(1, 55)).hasToString("1.55").isGreaterThan(new ApiVersion(0, 255));
    assertThat(new ApiVersion(0, 17).atLeast(new ApiVersion(0, 17))).isTrue();
    assertThat(new ApiVersion(0, 16).atLeast(new ApiVersion(0, 17))).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> new ApiVersion(0, 256));
    assertThatIllegalArgumentException().isThrownBy(() -> new ApiVersion(-1, 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0x21 | 0x21",
        "0X16000021 | 0x16000021",
        "33 | 0x21",
        "007 | 0x7",
        "0 | 0x0",
        "4294967295 | 0xffffffff",
        "nodbg,sev | 0x21",
        "NODBG, NOKS, ES, NOSEND, DOMAIN, SEV | 0x3f",
        "es,api=1.55 | 0x37010004",
        "none | 0x0"
      })
  void aPolicyIsReadAsANumberOrInWords(String text, String word) {
    assertThat(GuestPolicy.parse(text).word())
        .isEqualTo(Integer.parseUnsignedInt(word.substring(2), 16));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | part of a policy",
        "nodebug | no part of a policy",
        "nodbg, | part of a policy",
        "-1 | part of a policy",
        "0x100000000 | number of 32 bits",
        "4294967296 | number of 32 bits",
        "0xzz | number of 32 bits",
        "99999999999999999999 | number of 32 bits",
        "api=1 | part of a policy",
        "api=256.0 | 0 to 255"
      })
  void whatIsNoPolicyIsRefusedInWords(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GuestPolicy.parse(text))
        .withMessageContaining(reason);
  }
}
