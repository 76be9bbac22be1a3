package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sealift.abi.FirmwareStatus;
import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Memory as the processor reaches it")
class CheckedMemoryTest {
  private static final int SIZE = 1 << 20;
  private static final long BEHIND = SIZE;
  private static final long HIGHEST = 0x3FFC_FFFF_FFFFL;

  private final RamMemory ram = new RamMemory(0, SIZE);
  private final CheckedMemory memory = new CheckedMemory(ram, new PlainMemoryController(ram), 51);
  private final MemorySegment bytes = MemorySegment.ofArray(new byte[16]);

  private static void assertRefused(FirmwareStatus status, ThrowingCallable access) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(access)
        .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(status));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, true",
    "0, 0, true",
    "0xFFFFF, 1, true",
    "0xFFFFF, 2, false",
    "0xFF000, 0x1000, true",
    "0xFF000, 0x1001, false",
    "0x100000, 1, false",
    "0x100000, 0, true", // no length is no fault here
    "0x9FFFF, 1, true",
    "0x9FFFF, 2, false",
    "0xA0000, 1, false",
    "0xBFFFF, 1, false",
    "0xC0000, 1, true",
    "0xC0000, 0x40000, true"
  })
  @DisplayName("is there to its last byte, but for the legacy video window")
  void bounds(String address, String length, boolean there) {
    assertThat(memory.reaches(Long.decode(address), Long.decode(length))).isEqualTo(there);
    assertThat(memory.reaches(Long.decode(address) | 1L << 51, Long.decode(length)))
        .isEqualTo(there);
  }

  @Test
  @DisplayName("may be named up to the last physical address")
  void highest() {
    assertThat(memory.mayName(HIGHEST, 1)).isTrue();
    assertThat(memory.mayName(HIGHEST - 1, 2)).isTrue();
    assertThat(memory.mayName(HIGHEST, 2)).isFalse();
    assertThat(memory.mayName(HIGHEST + 1, 1)).isFalse();
    assertThat(memory.mayName(-1, 1)).isFalse();
    assertThat(memory.mayName(1, Long.MAX_VALUE)).isFalse();
  }

  @Test
  @DisplayName("has no hole that a range could hide")
  void holes() {
    ram.lose(0x3000);
    assertThat(memory.reaches(0x1000, 0x2000)).isTrue();
    assertThat(memory.reaches(0x1000, 0x2001)).isFalse();
    assertThat(memory.reaches(0x1000, 0x8000)).isFalse();
    assertThat(memory.reaches(0x4000, 0x4000)).isTrue();
  }

  @Test
  @DisplayName("that is gone when it is used is INVALID_ADDRESS, by whatever key")
  void gone() {
    assertRefused(INVALID_ADDRESS, () -> memory.readHost(BEHIND, bytes));
    assertRefused(INVALID_ADDRESS, () -> memory.writeHost(BEHIND, bytes));
    assertRefused(INVALID_ADDRESS, () -> memory.readGuest(1, BEHIND, bytes));
    assertRefused(INVALID_ADDRESS, () -> memory.writeGuest(1, BEHIND, bytes));
    assertRefused(INVALID_ADDRESS, () -> memory.readSetAside(BEHIND, bytes));
    assertRefused(INVALID_ADDRESS, () -> memory.writeSetAside(BEHIND, bytes));
  }

  @Test
  @DisplayName("of no length cannot be copied")
  void noLength() {
    assertRefused(INVALID_PARAM, () -> memory.readHost(0, bytes.asSlice(0, 0)));
  }

  @Test
  @DisplayName("that the processor sets aside is for nobody else, until it is given back")
  void setAside() {
    AddressRange range = memory.range(0x2000 | 1L << 51, 0x1000);
    memory.setAside(range);
    assertRefused(INVALID_ADDRESS, () -> memory.readHost(0x2FFF, bytes));
    assertRefused(INVALID_ADDRESS, () -> memory.writeHost(0x1FF1, bytes));
    assertThat(memory.reaches(0x1FF0, 16)).isTrue();
    assertThat(memory.reaches(0x3000, 16)).isTrue();
    memory.giveBack(range);
    assertThat(memory.reaches(0x2000, 0x1000)).isTrue();
  }
}
