package dev.sealift.fleet.plan;

/** Why a host does not take a guest. */
public enum Obstacle {
  /** The guest is there, or the host is being emptied. */
  SAME_HOST("are to be left"),
  /** It is not there, or takes no guests. */
  CLOSED("take no guests"),
  /** The guest's owner has it stay where it is. */
  NOSEND("are forbidden by the guest's policy"),
  LABELS("have other labels"),
  GENERATION("have a chip of another generation"),
  API("have an older API"),
  /** Another OCA. */
  OWNER("belong to another owner"),
  /** The guest's policy asks for a chain to AMD's root. */
  ROOT("have another root of trust"),
  /** The guest has SEV-ES. */
  ES("have no SEV-ES"),
  /** Another guest of its group is too near. */
  APART("are where another guest of its group is"),
  MEMORY("lack the memory"),
  ASIDS("have no ASID left"),
  /** As many moves as are allowed are under way there: it is a matter of time. */
  BUSY("are busy with other moves");

  private final String words;

  Obstacle(String words) {
    this.words = words;
  }

  /** What hosts do that are counted: "3 hosts ...". */
  String words() {
    return words;
  }
}
