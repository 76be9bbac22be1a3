package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A VMM that is killed between two of its stores")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class KilledWhileServingTest {
  private static final int KILLS = 100;
  private static final int MOST_MICROS = 20_000;

  private final Random random = new Random(7);

  @Test
  @Tag("long")
  void leavesAnAnnouncementThatIsRightWhenItIsServedAgain(@TempDir Path directory)
      throws Exception {
    int inTheMidst = 0;
    for (int i = 0; i < KILLS; i++) {
      Path file = directory.resolve("vmm-" + i);
      killOneWhileItServes(file);
      if (isRight(EndlessAnnouncements.in(file, false), "kill " + i)) {
        inTheMidst++;
      }
    }
    assertThat(inTheMidst).as("killed with an exit to serve").isGreaterThan(KILLS / 4);
  }

  private void killOneWhileItServes(Path file) throws Exception {
    Process vmm =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    EndlessAnnouncements.class.getName(),
                    file.toString()))
            .redirectErrorStream(true)
            .start();
    assertThat(vmm.inputReader().readLine()).isEqualTo("serving");
    TimeUnit.MICROSECONDS.sleep(random.nextInt(MOST_MICROS));
    vmm.destroyForcibly().waitFor();
  }

  /** Whether there was an exit to serve; right is what is found after that in any case. */
  private static boolean isRight(EndlessAnnouncements left, String when) throws Exception {
    long last = left.made();
    boolean unserved = left.runArea.holdsExit();
    if (unserved) {
      List<Long> changing = changing(last);
      assertThat(left.serve()).as(when).isZero();
      for (long page : changing) {
        byte[] bytes = left.memory.page(page).toArray(ValueLayout.JAVA_BYTE);
        assertThat(bytes).as("%s: page %d is wiped", when, page).containsOnly(0);
      }
    }
    assertThat(left.pageStatus.shared()).as(when).isEqualTo(sharedAfter(last));
    assertThat(left.pageStatus.conversions()).as(when).isIn(last, last + 1);
    return unserved;
  }

  /** The pages whose status an announcement changes. */
  private static List<Long> changing(long number) {
    PageSet changed = sharedAfter(number);
    changed.toggleAll(sharedAfter(number - 1));
    return LongStream.range(0, EndlessAnnouncements.PAGES)
        .filter(changed::contains)
        .boxed()
        .toList();
  }

  private static PageSet sharedAfter(long announcements) {
    PageSet shared = new PageSet(EndlessAnnouncements.PAGES);
    for (long number = 1; number <= announcements; number++) {
      long[] range = EndlessAnnouncements.announcement(number);
      if (range[2] == 1) {
        shared.addRange(range[0], range[1]);
      } else {
        shared.removeRange(range[0], range[1]);
      }
    }
    return shared;
  }
}
