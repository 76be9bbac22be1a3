package dev.sealift.dist;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Manual pages, in man(7), from what the commands say of themselves in their help. */
final class ManPages {
  /** What help says before its example, where a page has a heading. */
  private static final Pattern EXAMPLE = Pattern.compile("^Examples?: *");

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneOffset.UTC);

  private final String version;
  private final Instant time;
  private final Map<String, String> pages = new TreeMap<>();

  private ManPages(String version, Instant time) {
    this.version = version;
    this.time = time;
  }

  /** The pages of a command and of all below it, by their file names. */
  static Map<String, String> of(CommandSpec command, String version, Instant time) {
    var made = new ManPages(version, time);
    made.add(command);
    return made.pages;
  }

  private void add(CommandSpec command) {
    pages.put(name(command) + ".1", page(command));
    for (CommandLine below : visible(command)) {
      add(below.getCommandSpec());
    }
  }

  /** sealift-cert-show: the words of the command. */
  private static String name(CommandSpec command) {
    return command.qualifiedName("-");
  }

  private static List<CommandLine> visible(CommandSpec command) {
    return command.subcommands().values().stream()
        .distinct()
        .filter(below -> !below.getCommandSpec().usageMessage().hidden())
        .toList();
  }

  private String page(CommandSpec command) {
    var page = new StringBuilder();
    page.append(
        ".TH \"%s\" 1 \"%s\" \"sealift %s\" \"Sealift\"\n"
            .formatted(escaped(name(command)), DAY.format(time), escaped(version)));
    page.append(".nh\n.ad l\n");
    List<String> description = lines(command.usageMessage().description());
    String first = description.isEmpty() ? command.qualifiedName() : description.getFirst();
    section(page, "NAME", name(command) + " - " + withoutFullStop(first));
    section(page, "SYNOPSIS", synopsis(command));
    page.append(".SH DESCRIPTION\n");
    description.forEach(line -> page.append(".PP\n").append(line(line)));
    List<PositionalParamSpec> parameters =
        command.positionalParameters().stream().filter(each -> !each.hidden()).toList();
    if (!parameters.isEmpty()) {
      page.append(".SH ARGUMENTS\n");
      parameters.forEach(each -> item(page, each.paramLabel(), each));
    }
    List<OptionSpec> options =
        command.options().stream().filter(option -> !option.hidden()).toList();
    if (!options.isEmpty()) {
      page.append(".SH OPTIONS\n");
      options.forEach(option -> item(page, words(option), option));
    }
    List<CommandLine> below = visible(command);
    if (!below.isEmpty()) {
      page.append(".SH COMMANDS\n");
      below.forEach(each -> {
        page.append(".TP\n.BR ").append(escaped(name(each.getCommandSpec()))).append(" (1)\n");
        lines(each.getCommandSpec().usageMessage().description()).stream()
            .limit(1)
            .forEach(line -> page.append(line(line)));
      });
    }
    List<String> footer = lines(command.usageMessage().footer());
    if (!footer.isEmpty()) {
      page.append(".SH EXAMPLES\n.nf\n");
      footer.forEach(line -> page.append(line(EXAMPLE.matcher(line).replaceFirst(""))));
      page.append(".fi\n");
    }
    page.append(".SH EXIT STATUS\n");
    page.append(".TP\n0\nDone.\n.TP\n1\nIt did not hold, or it failed.\n.TP\n2\nBad input.\n");
    if (command.parent() != null) {
      page.append(".SH SEE ALSO\n.BR ").append(escaped(name(command.parent()))).append(" (1)\n");
    }
    return page.toString();
  }

  private static String synopsis(CommandSpec command) {
    return new CommandLine.Help(command, CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .synopsis(0)
        .strip()
        .replaceAll("\\s+", " ");
  }

  private static String words(OptionSpec option) {
    String names = String.join(", ", option.names());
    return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
  }

  private static void item(StringBuilder page, String head, ArgSpec argument) {
    page.append(".TP\n.B ").append(escaped(head)).append('\n');
    lines(argument.description()).forEach(line -> page.append(line(line)));
  }

  private static void section(StringBuilder page, String title, String text) {
    page.append(".SH ").append(title).append('\n').append(line(text));
  }

  /** A line of text: one that begins like a request of roff is none. */
  private static String line(String text) {
    String escaped = escaped(text);
    return (escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" : "") + escaped + "\n";
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
  }

  private static String withoutFullStop(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  /** The lines of a text, without picocli's mark-up. */
  private static List<String> lines(String[] text) {
    return Arrays.stream(text)
        .flatMap(part -> Ansi.OFF.string(part.replace("%n", "\n")).lines())
        .map(part -> part.replace("%%", "%"))
        .filter(part -> !part.isBlank())
        .toList();
  }
}
