package dev.sealift.cli.trace;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.cli.trace.PageBudget.OutOfMemory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The processes of a replay")
class ReplayedProcessTest {

  @Test
  @DisplayName("have so much memory together, however many a trace names")
  void shareTheirMemory() {
    PageBudget budget = new PageBudget(3);
    ReplayedProcess first = new ReplayedProcess(1, budget);
    ReplayedProcess second = new ReplayedProcess(2, budget);
    first.put(0x1000, new byte[4096]);
    first.put(0x1000, new byte[4096]);
    second.put(0x1800, new byte[4096]);

    assertThatThrownBy(() -> second.put(0x8000, new byte[1]))
        .isInstanceOf(OutOfMemory.class)
        .hasMessageContaining("256 MiB");
    assertThatThrownBy(() -> first.put(0x3000, new byte[1])).isInstanceOf(OutOfMemory.class);
  }
}
