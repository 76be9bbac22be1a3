package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.MapFlags;
import dev.sealift.firmware.SystemMemory.Window;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Physical memory")
class PhysicalMemoryTest {
  private final PhysicalMemory memory = new PhysicalMemory();

  private static MemorySegment bytes(int count) {
    return MemorySegment.ofArray(new byte[count]);
  }

  @Test
  void everyRangeIsContiguousAndApartFromTheNext() {
    Frames first = memory.attach(bytes(5000), 4096);
    Frames second = memory.attach(bytes(4096), 4096);

    assertThat(first.address()).isEqualTo(1L << 32);
    assertThat(second.address() % 4096).isZero();
    assertThat(second.address()).isGreaterThanOrEqualTo(first.address() + 5000 + 4096);
    assertThat(memory.write(first.address() + 4090, bytes(12).fill((byte) 3))).isTrue();
    MemorySegment read = bytes(12);
    assertThat(memory.read(first.address() + 4090, read)).isTrue();
    assertThat(TestHost.bytes(read)).containsOnly(3);
  }

  @Test
  void runningOffTheEndMeetsNoMemoryAndCopiesNothing() {
    MemorySegment behind = bytes(4096);
    Frames frames = memory.attach(behind, 4096);
    MemorySegment into = bytes(32).fill((byte) 5);

    assertThat(memory.read(frames.address() + 4080, into)).isFalse();
    assertThat(memory.write(frames.address() + 4080, into)).isFalse();
    assertThat(memory.read(frames.address() - 1, into)).isFalse();
    assertThat(memory.read(0xA0000, into)).isFalse();
    assertThat(memory.read(-1, into)).isFalse();

    assertThat(TestHost.bytes(into)).containsOnly(5);
    assertThat(TestHost.bytes(behind)).containsOnly(0);
  }

  @Test
  void anAddressIsNotGivenTwice() {
    List<Long> addresses = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Frames frames = memory.attach(bytes(4096), 4096);
      addresses.add(frames.address());
      memory.detach(frames);
    }

    assertThat(addresses).doesNotHaveDuplicates().isSorted();
  }

  @Test
  void whoeverFoundARangeBeforeItWasDetachedFindsNothingInIt() {
    Frames found = memory.attach(bytes(4096), 4096);
    memory.detach(found);

    assertThat(found.read(0, bytes(16))).isFalse();
    assertThat(found.write(0, bytes(16))).isFalse();
  }

  @Test
  void aWindowIsOfMemoryThatIsAllThere() {
    Frames frames = memory.attach(bytes(8192), 4096);
    try (Window window = memory.window(frames.address() + 4096, 4096)) {
      window.write(4080, bytes(16).fill((byte) 7));
      MemorySegment read = bytes(16);
      window.read(4080, read);
      assertThat(TestHost.bytes(read)).containsOnly(7);
      assertThat(memory.read(frames.address() + 8176, read.fill((byte) 0))).isTrue();
      assertThat(TestHost.bytes(read)).containsOnly(7);
    }
    assertThat(memory.window(frames.address() + 4096, 4097)).isNull();
    assertThat(memory.window(frames.address() - 1, 2)).isNull();
    assertThat(memory.window(0xA0000, 1)).isNull();
    Frames readOnly = memory.attach(bytes(4096), MapFlags.PROT_READ, 4096);
    assertThat(memory.window(readOnly.address(), 16)).isNull();
    memory.detach(frames);
    assertThat(memory.window(frames.address(), 16)).isNull();
  }

  @Test
  void whoTakesMemoryAwayWaitsForItsWindows() throws Exception {
    Frames frames = memory.attach(bytes(4096), 4096);
    Window window = memory.window(frames.address(), 4096);
    AtomicBoolean closed = new AtomicBoolean();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<Boolean> waited =
          other.submit(() -> {
            memory.detach(frames);
            return closed.get();
          });
      while (memory.window(frames.address(), 16) instanceof Window opened) {
        opened.close();
      }
      closed.set(true);
      window.close();
      assertThat(waited.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void alignmentIsKept() {
    memory.attach(bytes(4096), 4096);

    assertThat(memory.attach(bytes(1 << 20), 1 << 20).address() % (1 << 20)).isZero();
  }

  @Test
  @SuppressWarnings("restricted") // memory that is never touched: only its size matters here
  void afterTheTopAddressesBeginAgainBelow() {
    long all = PhysicalMemory.END - PhysicalMemory.START;
    Frames nearlyAll = memory.attach(MemorySegment.NULL.reinterpret(all - 3 * 4096), 0, 4096);
    assertThat(nearlyAll.address()).isEqualTo(PhysicalMemory.START);
    memory.detach(nearlyAll);

    Frames last = memory.attach(bytes(4096), 4096);
    Frames again = memory.attach(bytes(4096), 4096);

    assertThat(last.address()).isEqualTo(PhysicalMemory.END - 2 * 4096);
    assertThat(again.address()).isEqualTo(PhysicalMemory.START);
  }

  @Test
  @SuppressWarnings("restricted") // memory that is never touched: only its size matters here
  void moreThanCanBeAddressedIsRefused() {
    long all = PhysicalMemory.END - PhysicalMemory.START;

    assertThat(memory.attach(MemorySegment.NULL.reinterpret(all), 0, 4096)).isNull();
  }
}
