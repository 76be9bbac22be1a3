package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.kvm.Hypercall;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Page status")
class PageStatusTest {
  private final PageStatus status = new PageStatus(256);
  private final Hypercalls hypercalls = new Hypercalls(status);

  @Test
  void isPrivateUntilTheGuestSaysOtherwise() {
    assertThat(status.shared().isEmpty()).isTrue();
    status.setShared(10, 3);
    assertThat(status.isShared(9)).isFalse();
    assertThat(status.isShared(10)).isTrue();
    assertThat(status.isShared(12)).isTrue();
    status.setPrivate(11, 1);
    assertThat(status.shared().count()).isEqualTo(2);
    assertThat(status.conversions()).isEqualTo(2);
  }

  @ParameterizedTest(name = "{0} pages from {1}: {2} are memory")
  @CsvSource({
    "1, 256, 0",
    "10, 250, 6",
    "1000, 0, 256",
    "9223372036854775807, 255, 1",
    "1, -1, 0",
    "-1, 0, 256"
  })
  void doesNotConcernWhatIsNoMemory(long count, long first, long expected) {
    status.setShared(first, count);
    assertThat(status.shared().count()).isEqualTo(expected);
    status.setPrivate(first, count);
    assertThat(status.shared().isEmpty()).isTrue();
  }

  @Test
  void canBeTakenOverWhole() {
    status.setShared(0, 100);
    PageSet other = new PageSet(256);
    other.add(200);
    status.replaceShared(other);
    assertThat(status.shared()).isEqualTo(other);
  }

  @ParameterizedTest(name = "hypercall {0} of {1}, {2} pages, attributes {3} answers {4}")
  @CsvSource({
    "12, 0x1000, 1, 0, 0",
    "12, 0x1000, 1, 16, 0",
    "12, 0xFFFFFFF000, 1, 0, 0",
    "12, 0x1001, 1, 0, -22",
    "12, 0x1000, 0, 0, -22",
    "12, 0x1000, -1, 0, -22",
    "11, 0x1000, 1, 0, -1000"
  })
  void changesByHypercallAsKvmDefinesIt(
      long number, String address, long count, long attributes, long answer) {
    assertThat(hypercalls.call(number, Long.decode(address), count, attributes)).isEqualTo(answer);
  }

  @Test
  void followsTheEncryptedAttributeOfTheHypercall() {
    hypercalls.call(Hypercall.MAP_GPA_RANGE, 0x5000, 2, 0);
    assertThat(status.isShared(5)).isTrue();
    assertThat(status.isShared(6)).isTrue();
    hypercalls.call(Hypercall.MAP_GPA_RANGE, 0x5000, 1, Hypercall.ATTRIBUTE_ENCRYPTED);
    assertThat(status.isShared(5)).isFalse();
    hypercalls.call(Hypercall.MAP_GPA_RANGE, 0x5800, 1, 0);
    assertThat(status.isShared(5)).as("a refused call changes nothing").isFalse();
  }
}
