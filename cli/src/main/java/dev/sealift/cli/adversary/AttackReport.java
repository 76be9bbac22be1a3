package dev.sealift.cli.adversary;

import dev.sealift.cli.Failure;
import dev.sealift.cli.adversary.lab.Lab;

/**
 * What came of one attack.
 *
 * @param card what is documented of it
 * @param sevAlone what SEV's own commands did
 * @param sealift what Sealift did
 */
public record AttackReport(Card card, Outcome sevAlone, Outcome sealift) {

  /** Runs an attack. */
  static AttackReport of(Attack attack, Lab lab) throws Failure {
    try {
      return new AttackReport(attack.card(), attack.againstSev(lab), attack.againstSealift(lab));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure("The attacks were interrupted.", interrupted);
    } catch (Exception failed) {
      throw new Failure(
          "The attack %s could not be run to its end: %s"
              .formatted(attack.card().name(), Failure.sentence(failed)),
          failed);
    }
  }

  /** Whether it got no further against Sealift than is documented. */
  public boolean asDocumented() {
    return !sealift.verdict().isFurtherThan(card.sealift());
  }
}
