package dev.sealift.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GuestWritesTest {

  @Test
  void aSweepDirtiesAPageWithEachWriteUntilItHasBeenEverywhere() {
    var sweep = new GuestWrites.Sweep(100, 50);
    assertThat(sweep.pagesIn(0)).isZero();
    assertThat(sweep.pagesIn(0.3)).isEqualTo(30);
    assertThat(sweep.pagesIn(0.5)).isEqualTo(50);
    assertThat(sweep.pagesIn(1000)).isEqualTo(50);
  }

  @Test
  void uniformWritesMeetPagesThatAreDirtyAlready() {
    var uniform = new GuestWrites.Uniform(1000, 1000);
    assertThat(uniform.pagesIn(0)).isZero();
    assertThat(uniform.pagesIn(0.001)).isCloseTo(1, within(0.001));
    assertThat(uniform.pagesIn(1)).isCloseTo(632.12, within(0.01));
    assertThat(uniform.pagesIn(100)).isCloseTo(1000, within(1e-6));
  }

  @Test
  void uniformWritesNeverDirtyMoreThanASweep() {
    for (double seconds = 0.01; seconds < 100; seconds *= 1.5) {
      double uniform = new GuestWrites.Uniform(500, 3000).pagesIn(seconds);
      assertThat(uniform).isLessThan(new GuestWrites.Sweep(500, 3000).pagesIn(seconds));
    }
  }

  @Test
  void aGuestThatWritesNothingStaysClean() {
    assertThat(GuestWrites.NONE.pagesIn(1e9)).isZero();
    assertThat(new GuestWrites.Uniform(0, 0).pagesIn(1e9)).isZero();
    assertThat(new GuestWrites.Uniform(10, 0).pagesIn(1e9)).isZero();
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new GuestWrites.Sweep(-1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new GuestWrites.Uniform(1, -1));
    assertThatIllegalArgumentException().isThrownBy(() -> new GuestWrites.Uniform(Double.NaN, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GuestModel.of(100, new GuestWrites.Sweep(1, 101)))
        .withMessageContaining("101 pages is larger than the guest's private memory of 100");
  }
}
