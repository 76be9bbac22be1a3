package dev.sealift.cli.explain;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.reference.StructPart;
import dev.sealift.cli.reference.SystemCall;
import dev.sealift.firmware.CommandRow;
import dev.sealift.firmware.FirmwareInterface;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A command's buffer, the firmware's or the kernel's: which one, the bytes alone do not say. */
final class BufferTopic implements Topic {

  @Override
  public String word() {
    return "buffer";
  }

  @Override
  public String what() {
    return "a command's buffer";
  }

  @Override
  public Fit fit(Thing thing) {
    return thing.isData() && !candidates(thing.bytes()).isEmpty() ? Fit.MAYBE : Fit.NO;
  }

  /** The commands whose struct has this many bytes, and zero in those that mean nothing. */
  static Map<String, StructLayout> candidates(byte[] bytes) {
    Map<String, StructLayout> found = new LinkedHashMap<>();
    for (CommandRow row : FirmwareInterface.load().commands()) {
      row.layout()
          .filter(layout -> mayBe(layout, bytes))
          .ifPresent(layout -> found.put(row.command().name(), layout));
    }
    for (SystemCall call : SystemCall.ALL) {
      call.struct()
          .filter(layout -> mayBe(layout, bytes))
          .ifPresent(layout -> found.put(call.name(), layout));
    }
    return found;
  }

  private static boolean mayBe(StructLayout layout, byte[] bytes) {
    return layout.size() == bytes.length
        && StructPart.of(layout, _ -> null).stream()
            .filter(part -> part.field() == null)
            .flatMapToInt(part -> IntStream.range(part.offset(), part.offset() + part.size()))
            .allMatch(at -> bytes[at] == 0);
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    KnownCommand command = context.command();
    if (command == null) {
      throw new BadInput(
          "Whose buffer is %s? Name the command: sealift explain buffer SEND_UPDATE_DATA %s."
              .formatted(thing.subject(), Printable.of(thing.text())));
    }
    List<StructLayout> structs = command.structs();
    if (structs.isEmpty()) {
      throw new BadInput(command.name() + " has no buffer.");
    }
    Optional<StructLayout> struct =
        structs.stream().filter(layout -> layout.size() == thing.size()).findFirst();
    if (struct.isEmpty() || !thing.isWhole()) {
      throw new BadInput(
          "%s has %d bytes, and for %s %s: it is cut short or something else."
              .formatted(
                  thing.subject(),
                  thing.size(),
                  command.name(),
                  structs.stream()
                      .map(layout -> "a " + layout.name() + " has " + layout.size())
                      .collect(Collectors.joining(", "))));
    }
    StructLayout layout = struct.get();
    List<FieldRow> rows = StructTable.of(layout, thing.bytes(), 0);
    return DataExplanation.of(
            this,
            "%s: the struct %s of %s, %d bytes, little-endian"
                .formatted(thing.subject(), layout.name(), command.name(), layout.size()),
            layout.size(),
            List.of(new DataExplanation.Part(layout.name(), rows)))
        .noting(notes(command, rows))
        .seeing("sealift reference " + command.name());
  }

  /** What the values, taken together, say. */
  private static List<String> notes(KnownCommand command, List<FieldRow> rows) {
    List<String> notes = new ArrayList<>();
    boolean asks =
        command.name().matches("SEND_START|SEND_UPDATE_DATA|LAUNCH_MEASURE|GET_ATTESTATION_REPORT")
            && rows.stream()
                .anyMatch(row ->
                    row.field().matches("hdr_len|trans_len|session_len|len")
                        && row.value().equals("0"));
    if (asks) {
      notes.add(
          "A length is 0: this asks for the lengths, and INVALID_LEN with them written back is the"
              + " answer.");
    }
    return notes;
  }
}
