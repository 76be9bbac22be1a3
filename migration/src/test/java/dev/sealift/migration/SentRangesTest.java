package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.wire.Bounds;
import dev.sealift.vmm.PageSet;
import org.junit.jupiter.api.Test;

/** What was lost with a link is known by the number of what arrived. */
class SentRangesTest {
  private final SentRanges sent = new SentRanges();

  @Test
  void thePagesBeyondWhatArrivedAreThoseOfTheSetBetweenFirstAndLast() {
    sent.restart(40);
    sent.add(0, 9);
    sent.add(10, 19);
    sent.add(30, 31);
    var due = new PageSet(64);
    due.addRange(0, 12);
    due.add(31);

    assertThat(lost(40, due)).isEqualTo(due);
    assertThat(lost(41, due).count()).isEqualTo(3);
    assertThat(lost(42, due).contains(31)).isTrue();
    assertThat(lost(42, due).count()).isOne();
    assertThat(lost(43, due).isEmpty()).isTrue();
  }

  @Test
  void asMuchIsRememberedAsCanBeOnItsWayAndNotMore() {
    int many = Bounds.ON_THE_WAY + 2;
    PageSet all = PageSet.all(many);
    for (int i = 0; i < many; i++) {
      sent.add(i, i);
    }
    assertThat(lost(0, all).count()).isEqualTo(Bounds.ON_THE_WAY + 1);
    assertThat(lost(many - 1, all).count()).isOne();
  }

  private PageSet lost(long arrived, PageSet of) {
    var lost = new PageSet(of.pages());
    sent.collect(arrived, of, lost);
    return lost;
  }
}
