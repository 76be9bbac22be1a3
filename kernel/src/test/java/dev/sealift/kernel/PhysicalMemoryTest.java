package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
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
