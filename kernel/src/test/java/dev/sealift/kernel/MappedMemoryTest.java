package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.MapFlags;
import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("User memory")
class MappedMemoryTest {
  private static final int READ_WRITE = MapFlags.PROT_READ | MapFlags.PROT_WRITE;

  private final PhysicalMemory physical = new PhysicalMemory();
  private final MappedMemory user = new MappedMemory(physical);
  private final Arena arena = Arena.ofAuto();

  private MemorySegment map(long bytes, int protection) {
    MemorySegment memory = arena.allocate(bytes, 4096);
    assertThat(user.map(memory, protection)).isTrue();
    return memory;
  }

  private static MemorySegment buffer(int bytes) {
    return MemorySegment.ofArray(new byte[bytes]);
  }

  @Test
  void whatIsWrittenIsThere() {
    MemorySegment memory = map(8192, READ_WRITE);

    assertThat(user.write(memory.address() + 4000, buffer(200).fill((byte) 7))).isTrue();

    MemorySegment read = buffer(202);
    assertThat(user.read(memory.address() + 3999, read)).isTrue();
    assertThat(TestHost.bytes(read.asSlice(1, 200))).containsOnly(7);
    assertThat(TestHost.bytes(memory.asSlice(4000, 200))).containsOnly(7);
    assertThat(TestHost.bytes(memory.asSlice(0, 4000))).containsOnly(0);
  }

  @Test
  void nothingElseExists() {
    MemorySegment memory = map(4096, READ_WRITE);
    long start = memory.address();

    assertThat(user.read(start - 1, buffer(2))).isFalse();
    assertThat(user.read(start + 4095, buffer(2))).isFalse();
    assertThat(user.read(start + 4096, buffer(1))).isFalse();
    assertThat(user.read(0, buffer(1))).isFalse();
    assertThat(user.read(-1, buffer(1))).isFalse();
    assertThat(user.read(Long.MIN_VALUE, buffer(1))).isFalse();
    assertThat(user.write(start + 4095, buffer(2))).isFalse();
    assertThat(user.physicalAddress(start - 1, Access.READ)).isEqualTo(UserMemory.NONE);
    assertThat(user.contiguousBytes(start + 4096, Access.READ)).isZero();
  }

  @Test
  void aRangeMayRunFromOneMappingIntoTheNext() {
    MemorySegment both = arena.allocate(8192, 4096);
    user.map(both.asSlice(0, 4096), READ_WRITE);
    user.map(both.asSlice(4096), READ_WRITE);

    assertThat(user.write(both.address() + 4090, buffer(12).fill((byte) 9))).isTrue();
    MemorySegment read = buffer(12);
    assertThat(user.read(both.address() + 4090, read)).isTrue();

    assertThat(TestHost.bytes(read)).containsOnly(9);
    assertThat(TestHost.bytes(both.asSlice(4090, 12))).containsOnly(9);
    assertThat(user.contiguousBytes(both.address() + 4090, Access.READ)).isEqualTo(6);
  }

  @ParameterizedTest
  @CsvSource({"0, false, false", "1, true, false", "2, true, true", "3, true, true"})
  void protectionIsKept(int protection, boolean readable, boolean writable) {
    long address = map(4096, protection).address();

    assertThat(user.read(address, buffer(16))).isEqualTo(readable);
    assertThat(user.write(address, buffer(16))).isEqualTo(writable);
    assertThat(user.contiguousBytes(address, Access.READ)).isEqualTo(readable ? 4096 : 0);
    assertThat(user.contiguousBytes(address, Access.WRITE)).isEqualTo(writable ? 4096 : 0);
    assertThat(user.physicalAddress(address, Access.WRITE) != UserMemory.NONE).isEqualTo(writable);
  }

  @Test
  void protectionHoldsForPhysicalAddressesToo() {
    long address = map(4096, MapFlags.PROT_READ).address();
    long frame = user.physicalAddress(address, Access.READ);

    assertThat(physical.read(frame, buffer(16))).isTrue();
    assertThat(physical.write(frame, buffer(16))).isFalse();
  }

  @Test
  void onceUnmappedItIsGone() {
    MemorySegment memory = map(4096, READ_WRITE);
    long frame = user.physicalAddress(memory.address(), Access.READ);

    assertThat(user.unmap(memory)).isTrue();

    assertThat(user.read(memory.address(), buffer(1))).isFalse();
    assertThat(physical.read(frame, buffer(1))).isFalse();
    assertThat(user.unmap(memory)).isFalse();
  }

  @Test
  void aNewMappingReplacesWhatWasForgottenThere() {
    MemorySegment memory = map(8192, MapFlags.PROT_READ);

    assertThat(user.map(memory.asSlice(4096), READ_WRITE)).isTrue();

    assertThat(user.write(memory.address() + 4096, buffer(16))).isTrue();
    assertThat(user.read(memory.address(), buffer(16))).isFalse();
  }

  @Test
  void whatIsNoMappingIsNotTaken() {
    assertThat(user.map(buffer(4096), READ_WRITE)).isFalse();
    assertThat(user.map(arena.allocate(8192, 4096).asSlice(8), READ_WRITE)).isFalse();
    assertThat(user.map(arena.allocate(4096, 4096).asSlice(0, 0), READ_WRITE)).isFalse();
  }

  @Test
  void nothingTouchesMemoryOnceItIsUnmapped() throws InterruptedException {
    MemorySegment from = buffer(1 << 20).fill((byte) 1);
    for (int round = 0; round < 20; round++) {
      MemorySegment memory = map(1 << 20, READ_WRITE);
      long frame = user.physicalAddress(memory.address(), Access.READ);
      CountDownLatch writing = new CountDownLatch(2);
      List<Thread> writers =
          List.of(
              Thread.ofPlatform().start(() -> repeat(writing, () -> physical.write(frame, from))),
              Thread.ofPlatform()
                  .start(() -> repeat(writing, () -> user.write(memory.address(), from))));
      writing.await();

      user.unmap(memory);
      memory.fill((byte) 2);

      for (Thread writer : writers) {
        writer.join();
      }
      assertThat(TestHost.holdsOnly(memory, 2)).isTrue();
    }
  }

  private static void repeat(CountDownLatch started, BooleanSupplier write) {
    boolean written;
    do {
      written = write.getAsBoolean();
      started.countDown();
    } while (written);
  }

  @Test
  void aRangeMayRunOverManyMappings() {
    MemorySegment all = arena.allocate(5 * 4096, 4096);
    for (int page = 0; page < 5; page++) {
      user.map(all.asSlice(page * 4096L, 4096), READ_WRITE);
    }

    MemorySegment bytes = buffer(4 * 4096).fill((byte) 9);
    assertThat(user.write(all.address() + 2048, bytes)).isTrue();
    MemorySegment read = buffer(4 * 4096);
    assertThat(user.read(all.address() + 2048, read)).isTrue();

    assertThat(TestHost.holdsOnly(all.asSlice(2048, 4 * 4096), 9)).isTrue();
    assertThat(TestHost.holdsOnly(read, 9)).isTrue();
  }

  @Test
  void aRangeThatRunsIntoForbiddenMemoryIsABadAddress() {
    MemorySegment both = arena.allocate(8192, 4096);
    user.map(both.asSlice(0, 4096), READ_WRITE);
    user.map(both.asSlice(4096), 0);

    assertThat(user.write(both.address() + 4090, buffer(12))).isFalse();
    assertThat(user.read(both.address() + 4090, buffer(12))).isFalse();
  }

  @Test
  void memoryThatIsLostBehindItsBackIsABadAddress() {
    Arena lost = Arena.ofShared();
    MemorySegment memory = lost.allocate(4096, 4096);
    user.map(memory, READ_WRITE);
    lost.close();

    assertThat(user.read(memory.address(), buffer(12))).isFalse();
    assertThat(user.write(memory.address(), buffer(12))).isFalse();
  }
}
