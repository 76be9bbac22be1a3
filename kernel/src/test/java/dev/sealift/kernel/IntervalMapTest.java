package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A map of ranges")
class IntervalMapTest {
  private final IntervalMap<String> map =
      IntervalMap.<String>empty().with(300, 400, "c").with(100, 200, "a").with(200, 201, "b");

  @ParameterizedTest
  @CsvSource({
    "99,",
    "100, a",
    "199, a",
    "200, b",
    "201,",
    "299,",
    "300, c",
    "399, c",
    "400,",
    "-1,",
    "-9223372036854775808,",
    "9223372036854775807,"
  })
  void aNumberIsLookedUpInTheRangeThatHoldsIt(long number, String value) {
    assertThat(map.at(number)).isEqualTo(value);
  }

  @Test
  void aChangeLeavesTheOldMapAsItWas() {
    IntervalMap<String> fewer = map.without(200);

    assertThat(fewer.at(200)).isNull();
    assertThat(fewer.at(100)).isEqualTo("a");
    assertThat(map.at(200)).isEqualTo("b");
    assertThat(map.without(150)).isSameAs(map);
  }

  @ParameterizedTest
  @CsvSource({"150, 160", "50, 101", "399, 500", "100, 200", "0, 1000", "10, 10", "-5, 5"})
  void rangesDoNotOverlapAndAreNotEmpty(long start, long end) {
    assertThatIllegalArgumentException().isThrownBy(() -> map.with(start, end, "x"));
  }

  @Test
  void aRangeMayBeginAtZero() {
    assertThat(map.with(0, 5, "z").at(0)).isEqualTo("z");
  }

  @Test
  void rangesThatMeetOneAreFound() {
    assertThat(map.overlapping(199, 301)).containsExactly("a", "b", "c");
    assertThat(map.overlapping(201, 300)).isEmpty();
    assertThat(map.overlapping(0, 101)).containsExactly("a");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1000, 60, 1, 0",
    "50, 1000, 60, 1, 201",
    "50, 1000, 120, 1, 400",
    "150, 1000, 10, 64, 256",
    "350, 460, 60, 1, 400",
    "350, 459, 60, 1, -1"
  })
  void theLowestGapIsFound(long from, long limit, long length, long alignment, long expected) {
    assertThat(map.gap(from, limit, length, alignment)).isEqualTo(expected);
  }
}
