package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.vmm.PageSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageCursorTest {

  @Test
  void everyPageIsDealtOutOnceAndUpwards() {
    var pages = new PageSet(200);
    pages.addRange(0, 3);
    pages.addRange(63, 4);
    pages.add(199);
    var cursor = new PageCursor(pages);
    List<Long> dealt = new ArrayList<>();
    long[] hand = new long[3];
    for (int count = cursor.take(hand); count > 0; count = cursor.take(hand)) {
      for (int i = 0; i < count; i++) {
        dealt.add(hand[i]);
      }
    }
    assertThat(dealt).containsExactly(0L, 1L, 2L, 63L, 64L, 65L, 66L, 199L);
    assertThat(cursor.take(hand)).isZero();
  }

  @Test
  void whatWasNotDealtOutIsLeft() {
    var pages = new PageSet(200);
    pages.addRange(60, 10);
    var cursor = new PageCursor(pages);
    assertThat(cursor.rest()).isEqualTo(pages);
    cursor.take(new long[7]);
    var rest = new PageSet(200);
    rest.addRange(67, 3);
    assertThat(cursor.rest()).isEqualTo(rest);
    cursor.take(new long[7]);
    assertThat(cursor.rest().isEmpty()).isTrue();
  }

  @Test
  void anEmptySetHasNothingToDeal() {
    assertThat(new PageCursor(new PageSet(64)).take(new long[4])).isZero();
  }
}
