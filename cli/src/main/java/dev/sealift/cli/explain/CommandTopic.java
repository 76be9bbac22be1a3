package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.explain.AnswerExplanation.Reason;
import dev.sealift.firmware.CommandRow;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A command: what it is for, where it is legal, and what it answers; the reference has the rest.
 */
final class CommandTopic implements Topic {

  @Override
  public String word() {
    return "command";
  }

  @Override
  public String what() {
    return "a command of the Secure Processor";
  }

  @Override
  public Fit fit(Thing thing) {
    if (thing.file() != null || thing.isData()) {
      return Fit.NO;
    }
    return KnownCommand.find(thing.text())
            .filter(command -> !command.rows().isEmpty())
            .filter(_ -> thing.number().isEmpty() || thing.text().startsWith("0x"))
            .isPresent()
        ? Fit.MAYBE
        : Fit.NO;
  }

  @Override
  public Explanation explain(Thing thing, Context context) throws BadInput {
    KnownCommand command = KnownCommand.require(thing.text());
    if (command.rows().isEmpty()) {
      throw new BadInput(
          command.name() + " is a command of the kernel's alone; ask for one of its answers.");
    }
    CommandRow row = command.rows().getFirst();
    Map<String, List<String>> faults =
        row.checks().stream()
            .collect(
                Collectors.groupingBy(
                    check -> check.status().name(),
                    TreeMap::new,
                    Collectors.mapping(check -> check.words(), Collectors.toList())));
    return new AnswerExplanation(
        word(),
        "%s (0x%02X): %s".formatted(row.command(), row.command().id(), what()),
        row.command().name(),
        row.command().id(),
        row.purpose(),
        null,
        faults.entrySet().stream()
            .map(entry -> new Reason(entry.getKey(), entry.getValue()))
            .toList(),
        LegalCommands.served(row),
        List.of(),
        null,
        List.of("sealift reference " + row.command().name()));
  }
}
