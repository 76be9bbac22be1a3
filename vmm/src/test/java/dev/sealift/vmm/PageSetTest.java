package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A set of pages")
class PageSetTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 127, 128, 1000})
  void behavesAsASetOfNumbersDoes(int pages) {
    Random random = new Random(pages);
    PageSet set = new PageSet(pages);
    BitSet model = new BitSet();
    for (int i = 0; i < 500; i++) {
      int first = random.nextInt(pages);
      int count = random.nextInt(pages - first + 1);
      switch (random.nextInt(5)) {
        case 0 -> {
          set.add(first);
          model.set(first);
        }
        case 1 -> {
          set.remove(first);
          model.clear(first);
        }
        case 2 -> {
          set.addRange(first, count);
          model.set(first, first + count);
        }
        case 3 -> {
          set.removeRange(first, count);
          model.clear(first, first + count);
        }
        default -> {
          PageSet other = new PageSet(pages);
          other.addRange(first, count);
          BitSet otherModel = new BitSet();
          otherModel.set(first, first + count);
          switch (random.nextInt(5)) {
            case 3 -> {
              set.toggleAll(other);
              model.xor(otherModel);
            }
            case 4 -> {
              set.copyFrom(other);
              model.clear();
              model.or(otherModel);
            }
            case 0 -> {
              set.addAll(other);
              model.or(otherModel);
            }
            case 1 -> {
              set.removeAll(other);
              model.andNot(otherModel);
            }
            default -> {
              set.retainAll(other);
              model.and(otherModel);
            }
          }
        }
      }
      assertSame(set, model);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 65, 1000})
  void givesItsMembersManyAtATime(int pages) {
    Random random = new Random(pages);
    PageSet set = new PageSet(pages);
    random.ints(pages / 2 + 1, 0, pages).forEach(set::add);
    List<Long> expected = new ArrayList<>();
    set.forEach(expected::add);
    for (int room : new int[] {1, 3, 64, 2000}) {
      List<Long> given = new ArrayList<>();
      long[] some = new long[room];
      int count = set.next(0, some);
      while (count > 0) {
        Arrays.stream(some, 0, count).forEach(given::add);
        count = count < room ? 0 : set.next(some[count - 1] + 1, some);
      }
      assertThat(given).isEqualTo(expected);
    }
    assertThat(set.next(pages, new long[1])).isZero();
    assertThat(set.next(-1, new long[1])).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 300})
  void givesRunsOfMembersAndOfOthersWithinARange(int pages) {
    Random random = new Random(pages);
    for (int i = 0; i < 100; i++) {
      PageSet set = new PageSet(pages);
      for (int j = 0; j < 3; j++) {
        int start = random.nextInt(pages);
        set.addRange(start, random.nextInt(pages - start + 1));
      }
      int first = random.nextInt(pages + 1);
      int count = random.nextInt(pages - first + 1);
      PageSet members = new PageSet(pages);
      PageSet others = new PageSet(pages);
      set.forEachRange(first, count, members::addRange);
      set.forEachAbsentRange(first, count, others::addRange);
      PageSet range = new PageSet(pages);
      range.addRange(first, count);
      PageSet both = range.copy();
      both.retainAll(set);
      assertThat(members).isEqualTo(both).hasSameHashCodeAs(both);
      range.removeAll(set);
      assertThat(others).isEqualTo(range);
    }
  }

  private static void assertSame(PageSet set, BitSet model) {
    assertThat(set.count()).isEqualTo(model.cardinality());
    assertThat(set.isEmpty()).isEqualTo(model.isEmpty());
    BitSet members = new BitSet();
    set.forEach(page -> members.set((int) page));
    assertThat(members).isEqualTo(model);
    BitSet ranges = new BitSet();
    List<Long> ends = new ArrayList<>();
    set.forEachRange((first, count) -> {
      assertThat(ends.isEmpty() || ends.getLast() < first).as("runs do not touch").isTrue();
      ranges.set((int) first, (int) (first + count));
      ends.add(first + count);
    });
    assertThat(ranges).isEqualTo(model);
    for (int page = 0; page < set.pages(); page++) {
      assertThat(set.contains(page)).isEqualTo(model.get(page));
      assertThat(set.next(page)).isEqualTo(model.nextSetBit(page));
    }
    assertThat(PageSet.ofWords(set.pages(), set.words())).isEqualTo(set);
  }

  @Test
  void holdsEveryPageOrNone() {
    PageSet all = PageSet.all(70);
    assertThat(all.count()).isEqualTo(70);
    assertThat(all.next(70)).isEqualTo(-1);
    all.clear();
    assertThat(all.isEmpty()).isTrue();
    assertThat(new PageSet(0).next(0)).isEqualTo(-1);
  }

  @Test
  void hasWordsLikeTheKernelsDirtyBitmap() {
    PageSet set = new PageSet(130);
    set.add(0);
    set.add(65);
    set.add(129);
    assertThat(set.words()).containsExactly(1L, 2L, 2L);
  }

  @Test
  void isNotChangedThroughACopy() {
    PageSet set = new PageSet(64);
    set.copy().add(1);
    set.words()[0] = 5;
    assertThat(set.isEmpty()).isTrue();
  }

  @Test
  void refusesPagesBeyondItsBound() {
    PageSet set = new PageSet(100);
    assertThat(set.contains(100)).isFalse();
    assertThat(set.contains(-1)).isFalse();
    assertThatThrownBy(() -> set.add(100)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> set.add(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> set.addRange(99, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> set.addRange(1, Long.MAX_VALUE))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> set.addAll(new PageSet(99)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesWordsThatSayMoreThanItsPages() {
    assertThatThrownBy(() -> PageSet.ofWords(64, new long[2]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PageSet.ofWords(63, new long[] {1L << 63}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a bit beyond page 62 is set");
  }

  @Test
  void canLieInMemoryThatOutlivesIt() {
    MemorySegment words = Arena.ofAuto().allocate(2 * Long.BYTES, Long.BYTES);
    PageSet.over(70, words).addRange(60, 10);
    assertThat(words.toArray(ValueLayout.JAVA_LONG)).containsExactly(0xFL << 60, 0x3FL);
    assertThat(PageSet.over(70, words).count()).isEqualTo(10);
    assertThatThrownBy(() -> PageSet.over(69, words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a bit beyond page 68 is set");
  }
}
