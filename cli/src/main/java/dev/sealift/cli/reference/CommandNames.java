package dev.sealift.cli.reference;

import dev.sealift.abi.psp.PspCommand;
import dev.sealift.firmware.CommandRow;
import dev.sealift.firmware.FirmwareInterface;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds a command by what a person calls it: its name, its number, or the kernel's name for it. */
public final class CommandNames {
  private static final int NEAREST = 3;

  private final FirmwareInterface table;

  public CommandNames(FirmwareInterface table) {
    this.table = table;
  }

  /** The command that is meant; empty where none is. */
  public Optional<CommandRow> find(String asked) {
    String name = normal(asked);
    return Stream.of(byName(name), byKernelName(name), byNumber(name))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<CommandRow> byName(String name) {
    return table.commands().stream().filter(row -> row.command().name().equals(name)).findFirst();
  }

  private Optional<CommandRow> byKernelName(String name) {
    return SystemCall.ALL.stream()
        .filter(call -> call.name().equals(name) || plain(call.name()).equals(name))
        .map(call -> call.asks().getFirst())
        .findFirst()
        .flatMap(table::command);
  }

  private Optional<CommandRow> byNumber(String name) {
    String digits = name.startsWith("0X") ? name.substring(2) : name;
    if (!digits.matches("[0-9A-F]{1,2}")) {
      return Optional.empty();
    }
    return Optional.ofNullable(PspCommand.of(Integer.parseInt(digits, 16))).flatMap(table::command);
  }

  /** The names that are most like one that does not exist, the nearest first. */
  public List<String> nearest(String asked) {
    String name = letters(plain(normal(asked)));
    return Stream.concat(
            table.commands().stream().map(row -> row.command().name()),
            SystemCall.ALL.stream().map(call -> plain(call.name())))
        .distinct()
        .sorted(Comparator.comparingInt(known -> unlikeness(name, letters(known))))
        .limit(NEAREST)
        .toList();
  }

  private static String normal(String asked) {
    return asked.strip().toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** A name without the kernel's prefix. */
  private static String plain(String name) {
    return name.replaceFirst("^(KVM_)?SEV_", "");
  }

  /** A name as those write it who leave the underscores out. */
  private static String letters(String name) {
    return name.replace("_", "");
  }

  /** How many letters differ; those that only one of them lacks at an end count less. */
  private static int unlikeness(String asked, String known) {
    int distance = distance(asked, known);
    return !asked.isEmpty() && known.contains(asked) ? distance : 3 * distance;
  }

  /** Levenshtein's: the fewest letters to insert, remove or replace. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
