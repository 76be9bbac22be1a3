package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProtocolTest {

  @Test
  void theHighestVersionThatBothSpeakIsChosen() {
    assertThat(Protocol.choose(3, 3)).hasValue(3);
    assertThat(Protocol.choose(1, 9)).hasValue(Protocol.HIGHEST_VERSION);
  }

  @Test
  void whereThereIsNoCommonVersionNoneIsChosen() {
    int next = Protocol.HIGHEST_VERSION + 1;
    assertThat(Protocol.choose(next, next + 5)).isEmpty();
  }
}
