package dev.sealift.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The commands as {@code sealift --help} shows them: grouped by what they are for, one a line. */
final class Overview {
  private static final String RESOURCE = "overview.txt";
  private static final String OTHERS = "Others";
  private static final int NAME = 13;

  /**
   * What the commands of one purpose are.
   *
   * @param commands each name with what it does
   */
  private record Group(String title, Map<String, String> commands) {
    String page() {
      return commands.entrySet().stream()
          .map(command ->
              "  "
                  + command.getKey()
                  + " ".repeat(Math.max(1, NAME - command.getKey().length()))
                  + command.getValue()
                  + System.lineSeparator())
          .collect(Collectors.joining());
    }
  }

  private Overview() {}

  /** Has the tool's own help show it; the help of its commands stays as it is. */
  static void showIn(CommandLine tool) {
    Map<String, IHelpSectionRenderer> sections = new LinkedHashMap<>(tool.getHelpSectionMap());
    sections.put(
        UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING,
        help -> isOfTheTool(help) ? "" : help.commandListHeading());
    sections.put(
        UsageMessageSpec.SECTION_KEY_COMMAND_LIST,
        help -> isOfTheTool(help) ? of(help) : help.commandList());
    tool.setHelpSectionMap(sections);
  }

  private static boolean isOfTheTool(Help help) {
    return help.commandSpec().parent() == null;
  }

  /** The section of the help that lists the commands. */
  private static String of(Help help) {
    Map<String, CommandLine> left = new LinkedHashMap<>();
    help.commandSpec()
        .subcommands()
        .forEach((name, command) -> {
          if (!command.getCommandSpec().usageMessage().hidden()) {
            left.putIfAbsent(command.getCommandName(), command);
          }
        });
    StringBuilder page = new StringBuilder();
    for (Group group : groups()) {
      group.commands().keySet().retainAll(left.keySet());
      left.keySet().removeAll(group.commands().keySet());
      add(page, group);
    }
    Group others = new Group(OTHERS, new LinkedHashMap<>());
    left.forEach((name, command) -> others.commands().put(name, firstSentence(command)));
    add(page, others);
    return page.toString();
  }

  private static void add(StringBuilder page, Group group) {
    if (!group.commands().isEmpty()) {
      page.append(group.title()).append(':').append(System.lineSeparator()).append(group.page());
    }
  }

  private static String firstSentence(CommandLine command) {
    String[] description = command.getCommandSpec().usageMessage().description();
    return description.length == 0 ? "" : description[0].replaceFirst("(?<=\\.) .*", "");
  }

  private static List<Group> groups() {
    try (InputStream in = Overview.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("this program has lost its " + RESOURCE);
      }
      List<Group> groups = new ArrayList<>();
      boolean title = true;
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (line.startsWith("#")) {
          continue;
        }
        if (line.isBlank()) {
          title = true;
        } else if (title) {
          groups.add(new Group(line, new LinkedHashMap<>()));
          title = false;
        } else {
          String[] words = line.split(" +", 2);
          groups.getLast().commands().put(words[0], words[1]);
        }
      }
      return groups;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
