package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The rule for every command that a person sees: its help fits a screen, and ends with examples.
 * Lines with an example begin with {@code Example:} or {@code Examples:}, or with spaces below such
 * a line; a line that ends with a backslash goes on in the next one.
 */
@DisplayName("The help of every command")
class HelpTest {
  private static final int MOST_LINES = 40;
  private static final int MOST_COLUMNS = 80;
  private static final Pattern EXAMPLE = Pattern.compile("(?:Examples?:)? +(sealift .*)");

  @TestFactory
  @DisplayName("fits a screen, and its examples are command lines that the tool takes")
  Stream<DynamicTest> every() {
    return tree(Sealift.commandLine())
        .map(command ->
            DynamicTest.dynamicTest(
                command.getCommandSpec().qualifiedName(),
                () -> {
                  String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
                  assertThat(help.lines()).as(help).hasSizeLessThanOrEqualTo(MOST_LINES);
                  assertThat(help.lines()).allMatch(line -> line.length() <= MOST_COLUMNS);
                  List<String> examples = examples(command);
                  assertThat(examples).as("examples of " + help).isNotEmpty();
                  examples.forEach(HelpTest::parses);
                }));
  }

  /** Every command but the hidden ones. */
  private static Stream<CommandLine> tree(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream()
            .distinct()
            .filter(child -> !child.getCommandSpec().usageMessage().hidden())
            .filter(child -> !child.getCommandName().equals("help"))
            .flatMap(HelpTest::tree));
  }

  private static List<String> examples(CommandLine command) {
    String footer =
        Arrays.stream(command.getCommandSpec().usageMessage().footer())
            .map("%s"::formatted)
            .collect(Collectors.joining("\n"))
            .replaceAll("\\\\\n *", "");
    List<String> examples = new ArrayList<>();
    footer
        .lines()
        .forEach(line -> {
          Matcher example = EXAMPLE.matcher(line);
          if (example.matches()) {
            examples.add(example.group(1));
          }
        });
    return examples;
  }

  private static void parses(String example) {
    String[] words = words(example);
    try {
      Sealift.commandLine().parseArgs(words);
    } catch (ParameterException wrong) {
      throw new AssertionError(example + ": " + wrong.getMessage(), wrong);
    }
  }

  /** As a shell has them; what is behind a bar, a hash or three spaces is not this command's. */
  private static String[] words(String example) {
    String line = example.replaceFirst("^sealift ", "").replaceFirst(" [|#].*|   .*", "").strip();
    return Pattern.compile("'([^']*)'|(\\$\\(.*?\\)|\\S+)")
        .matcher(line)
        .results()
        .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
        .toArray(String[]::new);
  }

  @Test
  @DisplayName("of sealift names every command, under what it is for")
  void groups() {
    CommandLine sealift = Sealift.commandLine();
    String help = sealift.getUsageMessage(CommandLine.Help.Ansi.OFF);

    sealift.getSubcommands().values().stream()
        .filter(child -> !child.getCommandSpec().usageMessage().hidden())
        .forEach(
            child -> assertThat(help).containsPattern("(?m)^  +" + child.getCommandName() + " "));
  }
}
