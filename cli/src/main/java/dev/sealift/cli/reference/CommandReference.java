package dev.sealift.cli.reference;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.firmware.CheckRow;
import dev.sealift.firmware.CommandRow;
import dev.sealift.firmware.FirmwareProfile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A command of the Secure Processor as it is told: the object that {@code --json} prints.
 *
 * @param id its number in the mailbox
 * @param purpose what it is for
 * @param firmware whose checks these are
 * @param platformStates the states of the platform that it is served in
 * @param guestStates the states of the guest that it is served in; none where it asks for none
 * @param buffer its buffer; null where it has none
 * @param checks in their order
 * @param checksOfOthers how many more there are that this firmware does not make
 * @param effect what happens once no check has found a fault
 * @param platformAfter the state of the platform afterwards; null where it stays
 * @param guestAfter the state of the guest afterwards; null where it stays
 * @param systemCalls how user space asks for it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CommandReference(
    String command,
    int id,
    String purpose,
    Firmware firmware,
    List<String> platformStates,
    List<String> guestStates,
    @Nullable Buffer buffer,
    List<Check> checks,
    int checksOfOthers,
    String effect,
    @Nullable String platformAfter,
    @Nullable String guestAfter,
    List<Call> systemCalls) {

  /**
   * A firmware.
   *
   * @param profile default, shipped or specification
   * @param api its interface version
   * @param words both, for people
   */
  record Firmware(String profile, String api, String words) {}

  /**
   * The command buffer.
   *
   * @param struct its C name
   * @param size bytes
   * @param use what becomes of it
   */
  record Buffer(String struct, int size, String use, List<StructPart> parts) {}

  /**
   * A check.
   *
   * @param fault what is wrong where it fails
   * @param only the quirks for which it is made; empty where every firmware makes it
   * @param status the answer then
   * @param code its number
   * @param writtenBack what is written into the buffer then; empty where nothing is
   */
  record Check(
      int number, String fault, String only, String status, int code, String writtenBack) {}

  /**
   * A command of the kernel.
   *
   * @param ioctl the ioctl that it is a command of
   * @param on what that is issued on
   * @param kernel mainline, or extended where no mainline kernel serves it
   * @param struct its parameters; null where it has none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Call(
      String name, int id, String ioctl, String on, String kernel, @Nullable Struct struct) {
    static Call of(SystemCall call) {
      return new Call(
          call.name(),
          call.id(),
          call.ioctl().name(),
          call.ioctl().on(),
          word(call.kernel()),
          call.struct()
              .map(layout ->
                  new Struct(layout.name(), layout.size(), StructPart.of(layout, _ -> null)))
              .orElse(null));
    }
  }

  /** A struct of the kernel's. */
  record Struct(String name, int size, List<StructPart> parts) {}

  static CommandReference of(CommandRow row, Behaviour behaviour, ApiVersion api) {
    FirmwareProfile profile = behaviour.at(api);
    List<CheckRow> rows = row.checks(profile);
    List<Check> checks = new ArrayList<>();
    for (CheckRow check : rows) {
      checks.add(
          new Check(
              checks.size() + 1,
              check.words(),
              check.only(),
              check.status().name(),
              check.status().code(),
              check.writtenBack()));
    }
    return new CommandReference(
        row.command().name(),
        row.command().id(),
        row.purpose(),
        new Firmware(word(behaviour), api.toString(), behaviour.words() + ", API " + api),
        names(row.platformStates()),
        names(row.guestStates()),
        row.layout()
            .map(layout ->
                new Buffer(
                    layout.name(),
                    layout.size(),
                    row.bufferClass().sentence(),
                    StructPart.of(layout, field -> row.direction(field.name(), profile).words())))
            .orElse(null),
        checks,
        row.checks().size() - rows.size(),
        row.effect(),
        row.platformAfter().map(Enum::name).orElse(null),
        row.guestAfter().map(Enum::name).orElse(null),
        SystemCall.asking(row.command()).stream().map(Call::of).toList());
  }

  private static List<String> names(Collection<? extends Enum<?>> states) {
    return states.stream().<String>map(Enum::name).toList();
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
