package dev.sealift.cli.adversary;

/**
 * What is documented of an attack.
 *
 * @param name as the command line takes it
 * @param attacker who attacks
 * @param deed what the attacker does, in a sentence without a full stop
 * @param sevAlone how far it gets where there is SEV and nothing else
 * @param sealift how far it gets against Sealift
 * @param remedy where Sealift does not prevent it, why and what would, in a sentence without a full
 *     stop; empty elsewhere
 */
public record Card(
    String name, Attacker attacker, String deed, Verdict sevAlone, Verdict sealift, String remedy) {

  public Card {
    if ((sealift == Verdict.NOT_PREVENTED) == remedy.isEmpty()) {
      throw new IllegalArgumentException(
          name + ": what is not prevented has a remedy, and nothing else has");
    }
  }

  /** An attack that Sealift holds off or detects. */
  public Card(String name, Attacker attacker, String deed, Verdict sevAlone, Verdict sealift) {
    this(name, attacker, deed, sevAlone, sealift, "");
  }
}
