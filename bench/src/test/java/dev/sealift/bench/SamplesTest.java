package dev.sealift.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A figure that was taken again and again")
class SamplesTest {

  private static Samples of(double... values) {
    Samples samples = new Samples();
    for (double value : values) {
      samples.add(value);
    }
    return samples;
  }

  @Test
  void tellsBothEndsAndTheMiddleWhateverTheOrder() {
    Samples samples = of(3, 1, 9, 2, 4);

    assertThat(samples.highest()).isEqualTo(9);
    assertThat(samples.lowest()).isEqualTo(1);
    assertThat(samples.median()).isEqualTo(3);
    assertThat(samples.count()).isEqualTo(5);
  }

  @Test
  void takesTheMeanOfTheTwoInTheMiddleOfAnEvenNumber() {
    assertThat(of(4, 1, 2, 100).median()).isEqualTo(3);
  }

  @Test
  void isItsOwnMedianWhereItWasTakenOnce() {
    assertThat(of(7).median()).isEqualTo(7);
    assertThat(of(7).highest()).isEqualTo(of(7).lowest());
  }

  @Test
  void tellsNothingWhereItWasNeverTaken() {
    assertThat(of().isEmpty()).isTrue();
    assertThatThrownBy(() -> of().median()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> of().highest()).hasMessageContaining("never measured");
  }
}
