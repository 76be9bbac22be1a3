package dev.sealift.firmware;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A command of the Secure Processor, as the interface table has it.
 *
 * @param command its id and name
 * @param purpose what it is for, in a sentence
 * @param struct the C name of its buffer's struct; empty where it has none
 * @param size bytes of the buffer
 * @param bufferClass when the buffer is copied
 * @param platformStates the states of the platform that it is served in
 * @param guestStates the states of the guest that it is served in; empty where it asks for none
 * @param checks every check, in order
 * @param effect what happens once no check has found a fault
 * @param platformAfter the state of the platform afterwards; empty where it stays
 * @param guestAfter the state of the guest afterwards; empty where it stays
 */
public record CommandRow(
    PspCommand command,
    String purpose,
    String struct,
    int size,
    BufferClass bufferClass,
    Set<PlatformState> platformStates,
    Set<GuestState> guestStates,
    List<CheckRow> checks,
    String effect,
    Optional<PlatformState> platformAfter,
    Optional<GuestState> guestAfter) {

  /** "FIELD := ", or "FIELD, FIELD and FIELD := ". */
  private static final Pattern WRITTEN = Pattern.compile("((?:[a-z_]+(?:, | and ))*[a-z_]+) := ");

  private static final Pattern BETWEEN = Pattern.compile(", | and ");

  /** Which way a field of the buffer goes. */
  public enum Direction {
    /** Read, never written. */
    IN("in"),
    /** Written, never read. */
    OUT("out"),
    /** Read, and written. */
    IN_OUT("in, out");

    private final String words;

    Direction(String words) {
      this.words = words;
    }

    /** As people write it. */
    public String words() {
      return words;
    }
  }

  /** Which way a field of its buffer goes with firmware of this profile. */
  public Direction direction(String field, FirmwareProfile profile) {
    List<CheckRow> made = checks(profile);
    boolean written =
        made.stream().anyMatch(check -> check.writes(field))
            || writtenByEffect().anyMatch(field::equals);
    if (!written) {
      return Direction.IN;
    }
    return made.stream().anyMatch(check -> check.asksFor(field)) ? Direction.IN_OUT : Direction.OUT;
  }

  /** The fields of the buffer that the effect writes. */
  Stream<String> writtenByEffect() {
    return WRITTEN
        .matcher(effect)
        .results()
        .flatMap(fields -> BETWEEN.splitAsStream(fields.group(1)));
  }

  /**
   * Where the fields of its buffer lie; empty where it has none.
   *
   * @throws IllegalStateException where the table names a struct that does not exist
   */
  public Optional<StructLayout> layout() {
    return Optional.ofNullable(CommandTable.layout(this));
  }

  /** The checks that firmware of this profile makes, in order. */
  public List<CheckRow> checks(FirmwareProfile profile) {
    return checks.stream().filter(check -> check.appliesTo(profile)).toList();
  }
}
