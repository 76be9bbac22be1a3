package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /** Which firmware makes the check: the quirks that it has and has not; empty where all do. */
  public String only() {
    return Stream.concat(
            with.stream().sorted().map(quirk -> "with " + quirk),
            without.stream().sorted().map(quirk -> "without " + quirk))
        .collect(Collectors.joining(", "));
  }

  /** What is written into the command buffer where the check fails; empty where nothing is. */
  public String writtenBack() {
    return writes.stream().map(WriteBack::toString).collect(Collectors.joining(", "));
  }

  /** Whether the check writes this field of the buffer where it fails. */
  boolean writes(String field) {
    return writes.stream().anyMatch(write -> write.field().equals(field));
  }

  /** Whether the check begins with what is in this field of the buffer. */
  boolean asksFor(String field) {
    return fault.startsWith(field + " ") || condition.startsWith(field + " ");
  }

  /** The fault, after its condition where there is one. */
  public String words() {
    return condition.isEmpty() ? fault : "if " + condition + ": " + fault;
  }
}
