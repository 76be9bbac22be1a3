package dev.sealift.migration;

import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.handover.Ownership.Answer;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a host asks of one guest's ownership. A registry that fails, or that cannot be asked because
 * something is not known, has not answered.
 *
 * @param ownership whom it asks
 * @param name the guest's name; null where not even the journal has it
 */
record OwnedGuest(Ownership ownership, @Nullable String name) {

  /** Whether there is anybody to ask but the journals. */
  boolean hasRegistry() {
    return ownership.isRegistry();
  }

  /** Whether this host owns the guest. */
  Answer holds() {
    String guest = name;
    return guest == null ? Answer.UNKNOWN : ask(() -> ownership.holds(guest));
  }

  /**
   * Makes another host the owner.
   *
   * @param peer the SHA-256 of its key, hexadecimal
   */
  Answer grant(@Nullable String peer) {
    String guest = name;
    if (!hasRegistry()) {
      return Answer.YES;
    }
    return guest == null || peer == null
        ? Answer.UNKNOWN
        : ask(() -> ownership.grant(guest, new KeyFingerprint(peer).toString()));
  }

  /**
   * Whether this host may give the guest to another.
   *
   * @param peer the other host's key
   * @throws MigrationException NOT_OWNED if not, or if nobody knows
   */
  void checkMayGo(KeyFingerprint peer) throws MigrationException {
    check(
        holds(),
        "the registry says that this host does not own the guest, so it cannot give it away; sealift fleet status says who does");
    check(
        ask(() -> ownership.knows(peer.toString())),
        "the registry knows no host with the destination's key (%s): a guest goes only to a host with the same registry; start the destination with it"
            .formatted(peer));
  }

  /**
   * Whether the guest may come from another host.
   *
   * @param peer the other host's key
   * @throws MigrationException NOT_OWNED if not, or if nobody knows
   */
  void checkMayCome(KeyFingerprint peer) throws MigrationException {
    String guest = name;
    if (guest != null) {
      check(
          ask(() -> ownership.isHeldBy(guest, peer.toString())),
          "the registry of the destination does not say that the source owns the guest; start the source with the same registry, and see sealift fleet status");
    }
  }

  private static void check(Answer answer, String otherwise) throws MigrationException {
    switch (answer) {
      case YES -> {}
      case NO -> throw new MigrationException(FailureCode.NOT_OWNED, otherwise);
      case UNKNOWN ->
          throw new MigrationException(
              FailureCode.NOT_OWNED,
              "the registry does not answer, and without it no guest changes hands; try again when it does");
    }
  }

  private static Answer ask(Supplier<Answer> question) {
    try {
      return question.get();
    } catch (RuntimeException failed) {
      return Answer.UNKNOWN;
    }
  }
}
