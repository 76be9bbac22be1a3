package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;
import java.util.List;
import java.util.Set;

/**
 * A check of a command, as the interface table has it.
 *
 * @param with the check is made only where the firmware has these quirks
 * @param without and only where it has none of these
 * @param condition what must hold for the check to be made; empty where it always is
 * @param fault what is wrong where the check fails
 * @param status the answer then
 * @param writes what is written into the command buffer then
 */
public record CheckRow(
    Set<FirmwareQuirk> with,
    Set<FirmwareQuirk> without,
    String condition,
    String fault,
    FirmwareStatus status,
    List<WriteBack> writes) {

  public CheckRow {
    with = Set.copyOf(with);
    without = Set.copyOf(without);
    writes = List.copyOf(writes);
  }

  /**
   * A field of the command buffer that is set.
   *
   * @param field its name
   * @param value a number, or the name of the field whose value it takes
   */
  public record WriteBack(String field, String value) {
    @Override
    public String toString() {
      return field + " := " + value;
    }
  }

  /** Whether firmware of this profile makes the check. */
  public boolean appliesTo(FirmwareProfile profile) {
    return with.stream().allMatch(profile::has) && without.stream().noneMatch(profile::has);
  }

  /** The fault, after its condition where there is one. */
  public String words() {
    return condition.isEmpty() ? fault : "if " + condition + ": " + fault;
  }
}
