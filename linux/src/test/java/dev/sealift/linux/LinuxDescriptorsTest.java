package dev.sealift.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Descriptors of Linux")
class LinuxDescriptorsTest {
  private static final int REVENTS = 6;

  private final LinuxSystemCalls calls = LinuxHost.callsOrSkip();
  private final LinuxDescriptors linux;

  LinuxDescriptorsTest() throws LinuxUnavailableException {
    linux = LinuxDescriptors.open();
  }

  @Test
  void tellWhenThereIsSomethingToRead() {
    int fd = linux.eventfd();
    assertThat(fd).isNotNegative();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pollfd = arena.allocate(LinuxDescriptors.POLLFD_SIZE, Integer.BYTES);
      pollfd.set(ValueLayout.JAVA_INT, 0, fd);
      pollfd.set(ValueLayout.JAVA_SHORT, Integer.BYTES, (short) LinuxDescriptors.POLLIN);
      MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);

      assertThat(linux.poll(pollfd, 0)).isZero();
      assertThat(linux.read(fd, count)).isEqualTo(Errno.EAGAIN.negated());

      assertThat(linux.write(fd, arena.allocateFrom(ValueLayout.JAVA_LONG, 3))).isEqualTo(8);
      assertThat(linux.poll(pollfd, -1)).isOne();
      assertThat(pollfd.get(ValueLayout.JAVA_SHORT, REVENTS))
          .isEqualTo((short) LinuxDescriptors.POLLIN);
      assertThat(linux.read(fd, count)).isEqualTo(8);
      assertThat(count.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(3);
    } finally {
      calls.close(fd);
    }
  }

  @Test
  void areAThreadsOwnWhereItAsksForThat() throws InterruptedException {
    int fd = linux.eventfd();
    int[] answers = new int[2];
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              answers[0] = linux.unshare();
              answers[1] = calls.close(fd);
            });
    thread.join();
    assertThat(answers).containsOnly(0);
    assertThat(calls.close(fd)).as("still open in this thread").isZero();
  }
}
