package dev.sealift.fleet.registry;

import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.MoveRecord;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link HostAgent} needs of the host that it joins to a fleet. Called by the agent's thread
 * alone; no call waits for a move.
 */
public interface LocalHost {

  /**
   * The host as it is now: capacity, link, whether it takes guests. Its name and key never change.
   */
  HostRecord describe();

  /**
   * The guests that are this host's to run, by name: not those that are coming, nor those past
   * their SEND_FINISH.
   */
  Map<String, Guest> guests();

  /**
   * A guest of this host.
   *
   * @param shape what it is to a planner
   * @param group guests of one group are kept apart; empty for none
   */
  record Guest(GuestShape shape, String group) {}

  /**
   * Whether anything of a guest of that name is here: at home, coming, leaving, or in the journal
   * with an end still to be found. What is not, the fleet forgets.
   */
  boolean has(String guest);

  /**
   * Whether a move of that guest from here is under way: one that was begun here, or that a restart
   * has taken up, and that has not come to its end.
   */
  boolean isLeaving(String guest);

  /**
   * Begins a move, as an operator's order would, and returns. Whatever stands in its way is told to
   * {@code progress}.
   */
  void migrate(MoveRecord order, Progress progress);

  /** Has a move called off, if it still can be. */
  void cancel(String guest);

  /**
   * This host may not run that guest any more, for the registry says that it is not its own: it has
   * to stand still at once. A person decides what becomes of it.
   */
  void fenced(String guest);

  /**
   * What is told of a move, by any thread. Over is what is handed over or stays, not what waits.
   */
  interface Progress {
    /**
     * It goes on.
     *
     * @param bytesLeft of the round under way, or null
     * @param secondsLeft until the guest runs at the destination, or null
     */
    void moving(@Nullable Long bytesLeft, @Nullable Double secondsLeft);

    /**
     * It is over.
     *
     * @param failure empty if the guest runs at the destination, else a sentence
     */
    void ended(String failure);
  }
}
