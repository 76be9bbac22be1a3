package dev.sealift.cli.bench;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What the bench tells a host process, one JSON object a line on its standard input. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "order")
@JsonSubTypes({
  @JsonSubTypes.Type(value = BenchOrder.Prepare.class, name = "prepare"),
  @JsonSubTypes.Type(value = BenchOrder.Launch.class, name = "launch"),
  @JsonSubTypes.Type(value = BenchOrder.Move.class, name = "move"),
  @JsonSubTypes.Type(value = BenchOrder.Receive.class, name = "receive")
})
sealed interface BenchOrder {

  /**
   * Bring the platform up.
   *
   * @param password opens the host's identity
   */
  record Prepare(String password) implements BenchOrder {}

  /**
   * Source: launch a guest.
   *
   * @param memoryBytes its memory, a multiple of 2 MiB
   * @param hotPages how many pages it keeps writing to; 0 for a guest that does nothing and whose
   *     memory is random
   */
  record Launch(long memoryBytes, long hotPages) implements BenchOrder {}

  /**
   * Source: move the guest to the host that listens on this port of the loopback interface.
   *
   * @param onePageACall seal each page in a system call of its own
   * @param downtimeMillis how long the guest may stand still
   */
  record Move(int port, boolean onePageACall, int downtimeMillis) implements BenchOrder {}

  /** Destination: wait for a guest, and end it. */
  record Receive() implements BenchOrder {}
}
