package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProtocolTest {

  @Test
  void theHighestVersionThatBothSpeakIsChosen() {
    assertThat(Protocol.choose(4, 4)).hasValue(4);
    assertThat(Protocol.choose(1, 9)).hasValue(Protocol.HIGHEST_VERSION);
  }

  @Test
  void whereThereIsNoCommonVersionNoneIsChosen() {
    int next = Protocol.HIGHEST_VERSION + 1;
    assertThat(Protocol.choose(next, next + 5)).isEmpty();
    assertThat(Protocol.choose(1, 3)).as("versions that are no longer spoken").isEmpty();
  }
}
