package dev.sealift.cli.guide;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a page tells its reader to type, step by step, and what each step is said to print. */
final class GuideSteps {
  private static final String FENCE = "```";
  private static final String EXIT = "exit=";
  private static final String ANYTHING = "...";

  private GuideSteps() {}

  /**
   * A block of commands. Behind {@code ```sh} stand marks, which a reader of the page does not see.
   *
   * @param line where it stands in the page
   * @param takesLong marked {@code long}: left out of a short run
   * @param exitCode of its last command, by the mark {@code exit=}; all others end with 0
   * @param prints the lines of the {@code ```text} block behind it
   */
  record Step(
      int line, boolean takesLong, int exitCode, List<String> commands, List<String> prints) {
    /** In a script under {@code set -e}: goes on only where every exit code is the promised one. */
    String script() {
      if (exitCode == 0) {
        return String.join("\n", commands);
      }
      return "%s\ncode=0\n%s || code=$?\n[ \"$code\" = %d ]"
          .formatted(
              String.join("\n", commands.subList(0, commands.size() - 1)),
              commands.getLast(),
              exitCode);
    }
  }

  static List<Step> of(Path page) throws IOException {
    List<Step> steps = new ArrayList<>();
    List<String> lines = Files.readAllLines(page);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).startsWith(FENCE)) {
        continue;
      }
      int end = i + 1;
      while (!lines.get(end).equals(FENCE)) {
        end++;
      }
      List<String> block = lines.subList(i + 1, end);
      List<String> marks = List.of(lines.get(i).substring(FENCE.length()).split(" "));
      switch (marks.getFirst()) {
        case "sh" ->
            steps.add(
                new Step(i + 1, marks.contains("long"), exitCode(marks), block, new ArrayList<>()));
        case "text" -> steps.getLast().prints().addAll(block);
        default -> throw new IOException("%s, line %d: neither sh nor text".formatted(page, i + 1));
      }
      i = end;
    }
    return steps;
  }

  private static int exitCode(List<String> marks) {
    return marks.stream()
        .filter(mark -> mark.startsWith(EXIT))
        .mapToInt(mark -> Integer.parseInt(mark.substring(EXIT.length())))
        .findFirst()
        .orElse(0);
  }

  /** What a line of the page stands for: dots for anything, a number for any number. */
  static Pattern pattern(String line) {
    return Pattern.compile(
        Arrays.stream(line.strip().split(Pattern.quote(ANYTHING), -1))
            .map(GuideSteps::varying)
            .collect(Collectors.joining(".*")));
  }

  private static String varying(String words) {
    return Pattern.compile("[0-9]+|\\s+|[^0-9\\s]+")
        .matcher(words)
        .replaceAll(part -> {
          char first = part.group().charAt(0);
          String pattern =
              Character.isDigit(first)
                  ? "[0-9]+"
                  : Character.isWhitespace(first) ? "\\s*" : Pattern.quote(part.group());
          return Matcher.quoteReplacement(pattern);
        });
  }
}
