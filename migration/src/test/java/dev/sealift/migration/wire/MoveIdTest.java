package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class MoveIdTest {

  @Test
  void isWrittenAndReadAsThirtyTwoHexadecimalDigits() {
    MoveId id = MoveId.random(new SecureRandom());
    assertThat(id.toString()).hasSize(32).isEqualTo(HexFormat.of().formatHex(id.bytes()));
    assertThat(MoveId.parse(id.toString())).isEqualTo(id);
  }

  @Test
  void anythingElseIsRefused() {
    assertThatThrownBy(() -> MoveId.parse("12")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MoveId.parse("x".repeat(32)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
