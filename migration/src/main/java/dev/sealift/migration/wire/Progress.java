package dev.sealift.migration.wire;

import java.util.List;

/**
 * How far a destination has come with a guest's memory. All counts begin with the move, not with
 * the link that broke: a destination that says them twice says the same.
 *
 * @param round the round that it is in, from 0: those before it are whole
 * @param messages messages that it took which carry a part of the guest: those of the {@link
 *     Manifest}
 * @param batches for each data connection the batches that lie in the guest's memory. They are
 *     placed in the order in which they were sent, so their number says which ones
 */
public record Progress(int round, long messages, List<Long> batches) {

  /** Of a destination that takes no memory in. */
  public static final Progress NONE = new Progress(0, 0, List.of());

  public Progress {
    batches = List.copyOf(batches);
    Bounds.check(round >= 0 && round <= Bounds.ROUNDS, "STANDING: rounds are 0 to 65535");
    Bounds.check(messages >= 0, "STANDING: messages are counted from 0");
    Bounds.check(
        batches.size() <= Bounds.DATA_CONNECTIONS, "STANDING: data connections are 0 to 16");
    for (long count : batches) {
      Bounds.check(count >= 0, "STANDING: batches are counted from 0");
    }
  }
}
