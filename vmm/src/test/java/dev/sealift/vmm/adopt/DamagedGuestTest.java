package dev.sealift.vmm.adopt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.DescriptorStore.Kept;
import dev.sealift.abi.Pages;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One guest for all of them: none of what is refused changes it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("What a host keeps, if it is no whole guest")
class DamagedGuestTest {
  private static final String NAME = "guest-1";
  private static final int MEMORY = 0;
  private static final int RUN_AREA = 1;
  private static final int BOOKS = 2;

  private final Machine machine = new Machine();
  private final Host host = machine.host();
  private SevPlatform platform;
  private Kept whole;

  @BeforeAll
  void keepOne() throws Exception {
    platform = SevPlatform.open(host);
    MortalVmm first = machine.vmm();
    TurningGuest.launch(first.host(), SevPlatform.open(first.host()), SevMode.SEV, NAME);
    first.kill();
    whole = machine.store.find(NAME).orElseThrow();
  }

  @AfterAll
  void adoptIt() throws Exception {
    machine.store.keep(NAME, whole);
    try (Guest guest = Guest.adopt(host, platform, NAME)) {
      Reports reports = Reports.attach(guest);
      guest.run();
      assertThat(reports.awaitAfter(0, () -> false)).isPositive();
    }
    platform.close();
  }

  private void assertRefused(Kept kept, String why) {
    machine.store.keep(NAME, kept);
    assertThatThrownBy(() -> Guest.adopt(host, platform, NAME))
        .isInstanceOf(VmmException.class)
        .hasMessage(
            "What this host keeps as \"guest-1\" is no whole guest, %s: discard it."
                .formatted(why));
    assertThat(Guest.kept(host)).containsExactly(NAME);
  }

  private static MemorySegment copy(MemorySegment memory) {
    return Arena.ofAuto().allocate(memory.byteSize(), Pages.SIZE).copyFrom(memory);
  }

  private Kept with(int mapping, MemorySegment memory) {
    List<MemorySegment> mappings = new ArrayList<>(whole.mappings());
    mappings.set(mapping, memory);
    return new Kept(whole.descriptors(), mappings, whole.note());
  }

  @ParameterizedTest(name = "byte {0} is {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "0  | 0x54 | they do not begin as books do",
        "8  | 2    | they are of version 2, not 1",
        "11 | 0xFF | they are of version 4278190081, not 1",
        "12 | 2    | dirty log is 2",
        "17 | 1    | they are of a guest of another size",
        "23 | 0x80 | they are of a guest of another size",
        "24 | 4    | wish is 4",
        "27 | 0xFF | wish is 4278190080",
        "28 | 2    | settled is 2",
        "32 | 3    | readiness is 3",
        "36 | 2    | answered is 2",
        "55 | 0x80 | conversions is -9223372036854775808",
        "56 | 1    | a place for zeros has others"
      })
  void isRefusedInWordsIfItsBooksAreDamaged(int offset, String value, String why) {
    MemorySegment books = copy(whole.mappings().get(BOOKS));
    books.set(ValueLayout.JAVA_BYTE, offset, (byte) (int) Integer.decode(value));
    assertRefused(with(BOOKS, books), "its books are damaged, " + why);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 64, 4095, 8192})
  void isRefusedIfItsBooksHaveAnotherSize(long bytes) {
    assertRefused(
        with(BOOKS, Arena.ofAuto().allocate(bytes)),
        "its books are damaged, they have " + bytes + " bytes");
  }

  @Test
  void isRefusedIfItsMemoryIsOfAnotherGuest() {
    assertRefused(with(MEMORY, Arena.ofAuto().allocate(4096)), "its memory has another size");
    assertRefused(with(RUN_AREA, Arena.ofAuto().allocate(4096)), "its run area has another size");
  }

  @Test
  void isRefusedIfPartsAreMissingOrTooMany() {
    assertRefused(
        new Kept(List.of(), whole.mappings(), whole.note()),
        "it has not the descriptors of a guest");
    assertRefused(
        new Kept(whole.descriptors(), whole.mappings().subList(0, BOOKS), whole.note()),
        "it has not the memory of a guest");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 20})
  void isRefusedIfItsConfigurationIsCutShort(int bytes) {
    byte[] note = Arrays.copyOf(whole.note(), bytes);
    machine.store.keep(NAME, new Kept(whole.descriptors(), whole.mappings(), note));
    assertThatThrownBy(() -> Guest.adopt(host, platform, NAME))
        .isInstanceOf(VmmException.class)
        .hasMessageStartingWith("The guest's configuration is malformed, ");
  }

  @Test
  void isFreedWhenItIsDiscarded() throws Exception {
    MortalVmm vmm = machine.vmm();
    int before = machine.guests();
    TurningGuest.launch(vmm.host(), SevPlatform.open(vmm.host()), SevMode.SEV, "guest-2");
    vmm.kill();
    Kept kept = machine.store.find("guest-2").orElseThrow();
    kept.mappings().get(BOOKS).fill((byte) 0xFF);
    assertThatThrownBy(() -> Guest.adopt(host, platform, "guest-2"))
        .hasMessageContaining("they do not begin as books do");
    assertThat(machine.guests()).isEqualTo(before + 1);
    Guest.discard(host, "guest-2");
    assertThat(machine.guests()).isEqualTo(before);
    assertThat(machine.store.find("guest-2")).isEmpty();
    for (int fd : kept.descriptors()) {
      assertThat(host.calls().close(fd)).as("closed already").isNegative();
    }
    assertThat(kept.mappings().get(MEMORY).scope().isAlive()).isFalse();
  }
}
