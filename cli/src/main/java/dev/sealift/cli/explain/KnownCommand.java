package dev.sealift.cli.explain;

import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.reference.CommandNames;
import dev.sealift.cli.reference.SystemCall;
import dev.sealift.firmware.CommandRow;
import dev.sealift.firmware.FirmwareInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A command that somebody named: one of the kernel's, one of the firmware's, or both.
 *
 * @param name without the kernel's prefix
 * @param call the kernel's; null where the name is the firmware's alone
 * @param rows the firmware's behind it, the chief one first
 */
record KnownCommand(String name, @Nullable SystemCall call, List<CommandRow> rows) {
  private static final List<String> REGIONS =
      List.of("MEMORY_ENCRYPT_REG_REGION", "MEMORY_ENCRYPT_UNREG_REGION");

  KnownCommand {
    rows = List.copyOf(rows);
  }

  /** The command of this name or number; empty where there is none. */
  static Optional<KnownCommand> find(String asked) {
    FirmwareInterface table = FirmwareInterface.load();
    String upper = asked.strip().toUpperCase(Locale.ROOT).replace('-', '_');
    String plain = plain(upper);
    if (REGIONS.contains(plain)) {
      return Optional.of(new KnownCommand(plain, null, List.of()));
    }
    Optional<SystemCall> call =
        SystemCall.ALL.stream()
            .filter(known -> known.name().equals(upper) || plain(known.name()).equals(plain))
            .findFirst();
    if (call.isPresent()) {
      return Optional.of(new KnownCommand(plain, call.get(), rows(table, call.get().asks())));
    }
    return new CommandNames(table)
        .find(asked)
        .map(row -> new KnownCommand(row.command().name(), null, List.of(row)));
  }

  /**
   * The command of this name or number.
   *
   * @throws BadInput if there is none; the sentence names the nearest
   */
  static KnownCommand require(String asked) throws BadInput {
    return find(asked)
        .orElseThrow(() ->
            new BadInput(
                "There is no command %s: the nearest are %s, and sealift reference lists all."
                    .formatted(
                        Printable.of(asked),
                        String.join(
                            ", ", new CommandNames(FirmwareInterface.load()).nearest(asked)))));
  }

  private static List<CommandRow> rows(FirmwareInterface table, List<PspCommand> asks) {
    return asks.stream().map(table::command).flatMap(Optional::stream).toList();
  }

  private static String plain(String name) {
    return name.replaceFirst("^(KVM_SEV_|SEV_|KVM_)", "");
  }

  /** The structs that go by this name: the firmware's buffer, the kernel's parameters. */
  List<StructLayout> structs() {
    List<StructLayout> structs = new ArrayList<>();
    if (!rows.isEmpty()) {
      rows.getFirst().layout().ifPresent(structs::add);
    }
    if (call != null) {
      call.struct().ifPresent(structs::add);
    }
    if (REGIONS.contains(name)) {
      structs.add(KvmEncRegion.LAYOUT);
    }
    return structs;
  }
}
