package dev.sealift.cli.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.reference.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift explain}. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Says what an answer means, and what bytes are, field by field.",
      "",
      "Before it may stand what it is: status, errno, failure (of a move), exit, state, command,"
          + " policy, buffer, packet, certificate, session, report, measurement, trace, receipt,"
          + " journal, frame, preface. Without that it is found out; where it may be several"
          + " things, the command line for each is listed. A buffer's command stands before it."
    },
    footer = {
      "",
      "Examples:  sealift explain INVALID_LEN",
      "           sealift explain errno EIO --command SEND_START",
      "           sealift explain chain.cert",
      "           sealift explain buffer SEND_UPDATE_DATA buffer.bin"
    })
public final class ExplainCommand implements Callable<Integer> {
  private static final int MOST = 64;

  @Parameters(
      arity = "1..*",
      paramLabel = "WHAT",
      description =
          "A name (INVALID_LEN, EIO, GUEST_REFUSED, SUPDATE, nodbg,sev), a number (4, 0x23), bytes"
              + " in hexadecimal digits, or a file.")
  private List<String> asked = List.of();

  @Option(
      names = "--command",
      paramLabel = "COMMAND",
      description = "Which command answered so: the firmware's name for it, or the kernel's.")
  private @Nullable String command;

  @Mixin private OutputOptions output = new OutputOptions();

  /**
   * What is told: the object that {@code --json} prints.
   *
   * @param explained in the order of the arguments
   * @param candidates what an argument may be, where that is open
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Told(
      @JsonInclude(JsonInclude.Include.ALWAYS) List<Explanation> explained,
      List<Topics.Candidate> candidates) {

    String page() {
      StringBuilder text = new StringBuilder();
      for (Explanation explanation : explained) {
        text.append(text.isEmpty() ? "" : System.lineSeparator()).append(explanation.page());
      }
      if (!candidates.isEmpty()) {
        Page page = new Page();
        if (!text.isEmpty()) {
          page.blank();
        }
        page.line("It may be several things:");
        for (Topics.Candidate candidate : candidates) {
          page.row("  " + candidate.command());
          page.hanging("      ", candidate.what());
        }
        text.append(page);
      }
      return text.toString();
    }
  }

  @Override
  public Integer call() throws BadInput {
    if (asked.size() > MOST) {
      throw new BadInput("At most " + MOST + " things are explained at a time.");
    }
    Context context = command == null ? Context.NONE : new Context(KnownCommand.require(command));
    Told told = tell(asked, context);
    output.print(told, told.page());
    return CommandLine.ExitCode.OK;
  }

  /** Explains arguments, the first of which may be the word of a topic. */
  static Told tell(List<String> asked, Context context) throws BadInput {
    Optional<Topic> named = asked.size() > 1 ? Topics.find(asked.getFirst()) : Optional.empty();
    if (named.isPresent()) {
      return tell(named.get(), asked.subList(1, asked.size()), context);
    }
    List<Explanation> explained = new ArrayList<>();
    List<Topics.Candidate> candidates = new ArrayList<>();
    for (String argument : asked) {
      Thing thing = Thing.of(argument);
      List<Topic> topics = Topics.recognise(thing);
      if (topics.size() > 1 || topics.getFirst() instanceof BufferTopic) {
        candidates.addAll(Topics.candidates(topics, thing));
      } else {
        explained.add(topics.getFirst().explain(thing, context));
      }
    }
    return new Told(explained, candidates);
  }

  private static Told tell(Topic topic, List<String> asked, Context context) throws BadInput {
    List<String> arguments = asked;
    Context in = context;
    if (topic instanceof BufferTopic && arguments.size() > 1) {
      in = new Context(KnownCommand.require(arguments.getFirst()));
      arguments = arguments.subList(1, arguments.size());
    }
    List<Explanation> explained = new ArrayList<>();
    for (String argument : arguments) {
      explained.add(topic.explain(Thing.of(argument), in));
    }
    return new Told(explained, List.of());
  }
}
