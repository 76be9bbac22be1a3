package dev.sealift.dist;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.AutoComplete;
import picocli.CommandLine;

/** What bash sources so that it completes commands, options, their values and file names. */
final class Completion {
  /** A list of values that an option or a parameter can have. */
  private static final Pattern VALUES = Pattern.compile("(?m)^ *local \\w+_args=\\(.*\\).*$");

  private Completion() {}

  /** Values are in small letters, as the help has them: picocli takes either. */
  static String of(CommandLine command) {
    return VALUES
        .matcher(AutoComplete.bash(command.getCommandName(), command))
        .replaceAll(list -> {
          String line = list.group();
          int values = line.indexOf('(');
          return Matcher.quoteReplacement(
              line.substring(0, values) + line.substring(values).toLowerCase(Locale.ROOT));
        });
  }
}
