package dev.sealift.cli;

import dev.sealift.cli.adversary.AdversaryCommand;
import dev.sealift.cli.bench.BenchCommand;
import dev.sealift.cli.bench.BenchHostCommand;
import dev.sealift.cli.cert.CertCommand;
import dev.sealift.cli.demo.DemoCommand;
import dev.sealift.cli.demo.DemoHostCommand;
import dev.sealift.cli.doctor.DoctorCommand;
import dev.sealift.cli.explain.ExplainCommand;
import dev.sealift.cli.explain.More;
import dev.sealift.cli.fleet.FleetCommand;
import dev.sealift.cli.guest.GuestCommand;
import dev.sealift.cli.host.HostCommand;
import dev.sealift.cli.identity.IdentityCommand;
import dev.sealift.cli.machine.MachineCommand;
import dev.sealift.cli.migrate.MigrateCommand;
import dev.sealift.cli.owner.AttestationCommand;
import dev.sealift.cli.owner.MeasureCommand;
import dev.sealift.cli.owner.SecretCommand;
import dev.sealift.cli.owner.SessionCommand;
import dev.sealift.cli.plan.PlanCommand;
import dev.sealift.cli.platform.PlatformCommand;
import dev.sealift.cli.receipt.ReceiptCommand;
import dev.sealift.cli.reference.ReferenceCommand;
import dev.sealift.cli.root.RootCommand;
import dev.sealift.cli.run.DeviceCommand;
import dev.sealift.cli.run.DeviceKeeperCommand;
import dev.sealift.cli.run.RunCommand;
import dev.sealift.cli.trace.ReplayCommand;
import dev.sealift.cli.trace.TraceCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The {@code sealift} command. */
@Command(
    name = "sealift",
    mixinStandardHelpOptions = true,
    version = "sealift " + Sealift.VERSION,
    synopsisSubcommandLabel = "COMMAND",
    description = "Moves a running AMD SEV guest from one host to another, sealed all the way.",
    footer = {"", "Examples:  sealift demo", "           sealift platform export --help"},
    subcommands = {
      DemoCommand.class,
      DemoHostCommand.class,
      BenchCommand.class,
      BenchHostCommand.class,
      CertCommand.class,
      DoctorCommand.class,
      ExplainCommand.class,
      PlanCommand.class,
      ReferenceCommand.class,
      RunCommand.class,
      DeviceCommand.class,
      DeviceKeeperCommand.class,
      MachineCommand.class,
      TraceCommand.class,
      ReplayCommand.class,
      RootCommand.class,
      PlatformCommand.class,
      SessionCommand.class,
      MeasureCommand.class,
      SecretCommand.class,
      AttestationCommand.class,
      ReceiptCommand.class,
      IdentityCommand.class,
      AdversaryCommand.class,
      HostCommand.class,
      GuestCommand.class,
      MigrateCommand.class,
      FleetCommand.class
    })
public final class Sealift {
  /** The version of all of Sealift. */
  public static final String VERSION = "0.1.0";

  private Sealift() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /**
   * The command line, with bad input answered in one sentence and failures without a stack trace.
   */
  public static CommandLine commandLine() {
    CommandLine sealift = new CommandLine(new Sealift());
    sealift.getSubcommands().values().forEach(Sealift::withoutVersion);
    Overview.showIn(sealift);
    return sealift
        .registerConverter(MemorySize.class, MemorySize::parse)
        .registerConverter(TimeSpan.class, TimeSpan::parse)
        .registerConverter(DataRate.class, DataRate::parse)
        .registerConverter(HostAddress.class, HostAddress::parse)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((problem, arguments) -> {
          CommandLine command = problem.getCommandLine();
          command.getErr().println(problem.getMessage());
          command.getErr().println("See: " + command.getCommandSpec().qualifiedName() + " --help");
          return CommandLine.ExitCode.USAGE;
        })
        .setExecutionExceptionHandler((problem, command, result) -> {
          command.getErr().println(Failure.sentence(problem));
          More.line(problem).ifPresent(command.getErr()::println);
          return problem instanceof BadInput
              ? CommandLine.ExitCode.USAGE
              : CommandLine.ExitCode.SOFTWARE;
        });
  }

  /** There is one version, that of sealift: no command has one of its own. */
  private static void withoutVersion(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    OptionSpec version = spec.findOption("--version");
    if (version != null) {
      spec.remove(version);
    }
    command.getSubcommands().values().forEach(Sealift::withoutVersion);
  }
}
