package dev.sealift.cli.adversary;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.Lines;
import dev.sealift.cli.ModelRootDirectory;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift adversary}. */
@Command(
    name = "adversary",
    mixinStandardHelpOptions = true,
    description = {
      "Attacks moves of guests between two model machines, and says how far each attack got.",
      "",
      "Each attack runs twice: against SEV's own commands with nobody else looking, and against"
          + " Sealift. Without a name all attacks are listed. The exit code is 1 if one gets further"
          + " than docs/adversary.md says."
    },
    footer = {
      "",
      "Examples:  sealift adversary",
      "           sealift adversary swap-pages replay-old-round",
      "           sealift adversary --all --json"
    })
public final class AdversaryCommand implements Callable<Integer> {
  private static final int COLUMN = 26;

  @Parameters(arity = "0..*", paramLabel = "NAME", description = "The attacks to run.")
  private List<String> names = List.of();

  @Option(names = "--all", description = "Run all attacks.")
  private boolean all;

  @Option(
      names = "--root",
      paramLabel = "DIRECTORY",
      description =
          "The model root of both machines, made by sealift root create; without it one is made"
              + " for this run, which takes seconds.")
  private @Nullable Path root;

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call()
      throws BadInput,
          Failure,
          VmmException,
          IOException,
          GeneralSecurityException,
          MalformedCertificateException {
    if (!all && names.isEmpty()) {
      List<Card> cards = Attacks.all().stream().map(Attack::card).toList();
      output.print(new Listing(cards), words(cards));
      return CommandLine.ExitCode.OK;
    }
    List<Attack> chosen = chosen();
    List<AttackReport> reports = new ArrayList<>();
    try (Lab lab = Lab.open(makeRoot())) {
      for (Attack attack : chosen) {
        reports.add(AttackReport.of(attack, lab));
      }
    }
    AdversaryReport report = AdversaryReport.of(reports);
    StringBuilder words = new StringBuilder();
    reports.forEach(one -> words.append(AdversaryReport.words(one)));
    output.print(report, words + report.summary());
    return exitCode(report);
  }

  static int exitCode(AdversaryReport report) {
    return report.asDocumented() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private List<Attack> chosen() throws BadInput {
    if (all && !names.isEmpty()) {
      throw new BadInput("Name attacks or say --all, not both.");
    }
    if (all) {
      return Attacks.all();
    }
    List<Attack> chosen = new ArrayList<>();
    for (String name : names) {
      chosen.add(
          Attacks.named(name)
              .orElseThrow(() ->
                  new BadInput(
                      "There is no attack %s; sealift adversary lists all.".formatted(name))));
    }
    return chosen;
  }

  private ModelRoot makeRoot() throws BadInput {
    return root == null ? ModelRoot.create(new SecureRandom()) : ModelRootDirectory.load(root);
  }

  /**
   * All attacks.
   *
   * @param attacks in the order of the list
   */
  record Listing(List<Card> attacks) {}

  private static String words(List<Card> cards) {
    Lines lines = new Lines(COLUMN);
    for (Attacker attacker : Attacker.values()) {
      lines.sentence(attacker.words() + ":");
      cards.stream()
          .filter(card -> card.attacker() == attacker)
          .forEach(card -> lines.line("  " + card.name(), card.deed()));
      lines.blank();
    }
    return lines
        .sentence("Run some by their names, or all with --all; they run on two model machines.")
        .toString();
  }
}
