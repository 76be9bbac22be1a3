package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Page status")
class PageStatusTest {
  private PageStatus status;
  private GuestMemory memory;
  private Hypercalls hypercalls;

  @BeforeEach
  void create() throws Exception {
    status = new PageStatus(Books.create(new PaperKernel().host(), 256));
    memory = GuestMemory.allocate(new PaperKernel().host(), 256L * Pages.SIZE);
    hypercalls = new Hypercalls(status, memory);
  }

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

  /**
   * The third race of a moving guest: private, shared for a moment, private again. Whoever sees
   * that a page is shared must not find in it what it held while it was private. With the wipe
   * after the change of status instead of before it, this fails.
   */
  @Test
  void neverSaysThatAPageIsSharedWhileItHoldsWhatWasPrivate() throws Exception {
    int page = 5;
    byte secret = 0x5A;
    var done = new AtomicBoolean();
    var seen = new AtomicBoolean();
    Thread watcher =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                long before = status.conversions();
                boolean shared = status.isShared(page);
                byte first = memory.page(page).get(ValueLayout.JAVA_BYTE, 0);
                byte last = memory.page(page).get(ValueLayout.JAVA_BYTE, Pages.SIZE - 1);
                if (shared && status.conversions() == before && (first | last) != 0) {
                  seen.set(true);
                }
              }
            });
    for (int i = 0; i < 50_000 && !seen.get(); i++) {
      memory.page(page).fill(secret);
      hypercalls.call(Hypercall.MAP_GPA_RANGE, page * Pages.SIZE, 1, 0);
      hypercalls.call(Hypercall.MAP_GPA_RANGE, page * Pages.SIZE, 1, Hypercall.ATTRIBUTE_ENCRYPTED);
    }
    done.set(true);
    watcher.join();
    assertThat(seen).isFalse();
  }
}
