package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the text of the interface table; its form is described at its head. */
final class InterfaceReader {
  private static final Pattern COMMAND = Pattern.compile("([0-9A-F]{2}) ([A-Z_]+)");
  private static final Pattern BUFFER = Pattern.compile("(\\w+), (\\d+) bytes, ([a-z ]+)");
  private static final Pattern CHECK =
      Pattern.compile(
          "(?:\\[(?<quirks>[^]]+)] )?(?:if (?<condition>[^:]+): )?(?<fault>.+)"
              + " -> (?<status>[A-Z_]+)(?<writes>(?:, \\w+ := \\w+)*)");
  private static final Pattern WRITE = Pattern.compile(", (\\w+) := (\\w+)");

  private final String[] lines;
  private int next;

  InterfaceReader(String text) {
    lines = text.split("\n", -1);
  }

  List<CommandRow> commands() {
    List<CommandRow> rows = new ArrayList<>();
    while (skipToBlock()) {
      rows.add(block());
    }
    return rows;
  }

  private boolean skipToBlock() {
    while (next < lines.length && (lines[next].isBlank() || lines[next].startsWith("#"))) {
      next++;
    }
    return next < lines.length;
  }

  private CommandRow block() {
    Matcher command = match(COMMAND, value("command"));
    PspCommand id = PspCommand.valueOf(command.group(2));
    if (id.id() != Integer.parseInt(command.group(1), 16)) {
      throw malformed("the id is not that of " + id);
    }
    String purpose = value("does");
    String bufferText = value("buffer");
    String struct = "";
    int size = 0;
    BufferClass bufferClass = BufferClass.IGNORED;
    if (!bufferText.equals(BufferClass.IGNORED.words())) {
      Matcher buffer = match(BUFFER, bufferText);
      struct = buffer.group(1);
      size = Integer.parseInt(buffer.group(2));
      bufferClass = bufferClass(buffer.group(3));
    }
    Set<PlatformState> platform = states(PlatformState.class, value("platform"));
    Set<GuestState> guest = states(GuestState.class, value("guest"));
    List<CheckRow> checks = new ArrayList<>();
    while (isNext("check")) {
      checks.add(check(value("check")));
    }
    String effect = value("effect");
    Map<String, String> after = new LinkedHashMap<>();
    while (isNext("then")) {
      String[] words = value("then").split(" ", -1);
      after.put(words[0], words[1]);
    }
    return new CommandRow(
        id,
        purpose,
        struct,
        size,
        bufferClass,
        platform,
        guest,
        List.copyOf(checks),
        effect,
        Optional.ofNullable(after.get("platform")).map(PlatformState::valueOf),
        Optional.ofNullable(after.get("guest")).map(GuestState::valueOf));
  }

  private CheckRow check(String text) {
    Matcher check = match(CHECK, text);
    Set<FirmwareQuirk> with = EnumSet.noneOf(FirmwareQuirk.class);
    Set<FirmwareQuirk> without = EnumSet.noneOf(FirmwareQuirk.class);
    if (check.group("quirks") != null) {
      for (String quirk : check.group("quirks").split(", ", -1)) {
        if (quirk.startsWith("not ")) {
          without.add(FirmwareQuirk.valueOf(quirk.substring(4)));
        } else {
          with.add(FirmwareQuirk.valueOf(quirk));
        }
      }
    }
    String condition = check.group("condition");
    List<CheckRow.WriteBack> writes =
        WRITE
            .matcher(check.group("writes"))
            .results()
            .map(write -> new CheckRow.WriteBack(write.group(1), write.group(2)))
            .toList();
    return new CheckRow(
        with,
        without,
        condition == null ? "" : condition,
        check.group("fault"),
        FirmwareStatus.valueOf(check.group("status")),
        writes);
  }

  private BufferClass bufferClass(String words) {
    return Arrays.stream(BufferClass.values())
        .filter(value -> value.words().equals(words))
        .findFirst()
        .orElseThrow(() -> malformed("no buffer is copied as \"" + words + "\""));
  }

  private static <E extends Enum<E>> Set<E> states(Class<E> type, String list) {
    return list.equals("-")
        ? Set.of()
        : Arrays.stream(list.split(", ", -1))
            .map(name -> Enum.valueOf(type, name))
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(type)));
  }

  private boolean isNext(String key) {
    return next < lines.length && lines[next].startsWith(key + " ");
  }

  private String value(String key) {
    if (!isNext(key)) {
      throw malformed("here \"" + key + "\" is expected");
    }
    return lines[next++].substring(key.length()).strip();
  }

  private Matcher match(Pattern form, String text) {
    Matcher matcher = form.matcher(text);
    if (!matcher.matches()) {
      throw malformed("not of the form");
    }
    return matcher;
  }

  private IllegalArgumentException malformed(String why) {
    int line = Math.min(next, lines.length - 1);
    return new IllegalArgumentException(
        "interface table, near line %d, \"%s\": %s".formatted(line + 1, lines[line], why));
  }
}
