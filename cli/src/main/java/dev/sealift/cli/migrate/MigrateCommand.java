package dev.sealift.cli.migrate;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.DataRate;
import dev.sealift.cli.DowntimeLimit;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostAddress;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.Terminal;
import dev.sealift.cli.TimeSpan;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.HostOption;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.control.Rehearsal;
import dev.sealift.cli.page.MoveReport;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealift migrate}. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = {
      "Moves a running guest to another host, and shows how it goes. Ctrl-C calls the move off: the"
          + " guest goes on here; a second Ctrl-C leaves the move to the host."
    },
    footer = {"", "Example:  sealift migrate web host-b:7325 --downtime 100ms"},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it has moved; with --dry-run, it could",
      "1:it has not; it goes on here",
      "2:bad input",
      "130:it was called off with Ctrl-C"
    })
public final class MigrateCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "GUEST", description = "Which guest.")
  private String guest = "";

  @Parameters(
      index = "1",
      paramLabel = "HOST[:PORT]",
      description = "Where to, by the name or address that its certificate is for.")
  private HostAddress destination = new HostAddress("localhost", HostAddress.USUAL_PORT);

  @Option(
      names = "--downtime",
      paramLabel = "TIME",
      converter = DowntimeLimit.class,
      description = "The longest it may run nowhere (300ms).")
  private @Nullable TimeSpan downtime;

  @Option(
      names = "--bandwidth",
      paramLabel = "RATE",
      description = "The most that is sent while it runs, as 1GB (no limit).")
  private @Nullable DataRate bandwidth;

  @Option(names = "--rounds", paramLabel = "N", description = "The most rounds (30).")
  private @Nullable Integer rounds;

  @Option(
      names = "--throttle",
      paramLabel = "PERCENT",
      description = "How far it may be slowed down, 0 to 99 (99).")
  private @Nullable Integer throttle;

  @Option(names = "--connections", paramLabel = "N", description = "Data connections (2).")
  private @Nullable Integer connections;

  @Option(names = "--detach", description = "Begin the move, and do not wait for its end.")
  private boolean detach;

  @Option(names = "--dry-run", description = "Check everything, and move nothing.")
  private boolean dryRun;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write what happened as one HTML page, a new file.")
  private @Nullable Path report;

  @Mixin private HostOption host = new HostOption();
  @Mixin private OutputOptions output = new OutputOptions();

  @Spec private @Nullable CommandSpec spec;

  /** What picocli makes. */
  public MigrateCommand() {}

  @Override
  public Integer call() throws BadInput, Failure {
    if (report != null) {
      if (detach || dryRun) {
        throw new BadInput(
            "There is no report of a move that is not waited for: leave --report out.");
      }
      OutputFile.refuseExisting(report);
    }
    try (ControlClient control = host.connect()) {
      Order.Migrate order =
          new Order.Migrate(
              guest,
              destination.host(),
              destination.port(),
              downtime == null ? null : (Long) downtime.duration().toMillis(),
              bandwidth == null ? null : (Long) bandwidth.bytesPerSecond(),
              rounds,
              throttle,
              connections,
              dryRun);
      if (dryRun) {
        return rehearse(control.ask(order, Rehearsal.class));
      }
      MoveView move = control.ask(order, MoveView.class);
      if (detach) {
        output.print(
            move,
            "The move %s of %s to %s has begun; sealift guest show %s tells of it.%n"
                .formatted(move.id(), move.guest(), move.peer(), move.guest()));
        return ExitCode.OK;
      }
      return watch(control, move);
    }
  }

  private int rehearse(Rehearsal rehearsal) {
    output.print(rehearsal, MoveWords.of(rehearsal));
    return rehearsal.holds() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private int watch(ControlClient control, MoveView move) throws BadInput, Failure {
    PrintWriter err = Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr();
    var ticker = new MoveTicker(err, Terminal.isThere());
    try (Interrupts interrupts = Interrupts.of(host.directory(), move.id(), control, err)) {
      MoveView end =
          interrupts.follow(() ->
              control.ask(
                  new Order.Follow(move.id()), MoveView.class, MoveView.class, ticker::show));
      ticker.end();
      if (report != null) {
        MoveReport.write(report, end, control.ask(new Order.QueryHost(), HostView.class));
      }
      output.print(end, MoveWords.of(end));
      return switch (end.status()) {
        case "completed" -> ExitCode.OK;
        case "cancelled" -> interrupts.asked() ? Interrupts.EXIT_CODE : ExitCode.SOFTWARE;
        default -> ExitCode.SOFTWARE;
      };
    } catch (Interrupts.LeftException left) {
      ticker.end();
      throw new Failure(Failure.sentence(left), left);
    }
  }
}
