package dev.sealift.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A process and its terminal")
class TerminalJobTest {

  @Test
  void theForegroundJobIsSentWhatIsTyped() {
    assertThat(TerminalJob.parse("17 (java (odd) name) S 1 17 10 34816 17 4194304").isForeground())
        .isTrue();
  }

  @Test
  void aBackgroundJobIsNot() {
    assertThat(TerminalJob.parse("17 (java) S 1 17 10 34816 10 4194304").isForeground()).isFalse();
  }

  @Test
  void aProcessWithoutATerminalIsNot() {
    assertThat(TerminalJob.parse("17 (java) S 1 17 10 0 -1 4194304").isForeground()).isFalse();
    assertThat(TerminalJob.parse("").isForeground()).isFalse();
  }
}
