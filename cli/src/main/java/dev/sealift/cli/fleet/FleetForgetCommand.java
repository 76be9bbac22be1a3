package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.fleet.registry.MemberRecord;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift fleet forget}. */
@Command(
    name = "forget",
    mixinStandardHelpOptions = true,
    description = {
      "Takes a host that is gone for good off a fleet, and with it its guests: their names are free"
          + " again. Without a lease (--fleet lease=yes) a host that only cannot reach the registry"
          + " still runs its guests: then switch its machine off first."
    },
    footer = {
      "",
      "Example:  sealift fleet forget host-c --powered-off --registry zk://zk1,zk2,zk3"
    })
final class FleetForgetCommand implements Callable<Integer> {
  @Parameters(paramLabel = "HOST", description = "The host that is gone.")
  private String host = "";

  @Option(names = "--powered-off", description = "You know that its machine does not run.")
  private boolean poweredOff;

  @Mixin private FleetConnection fleet = new FleetConnection();
  @Mixin private OutputOptions output = new OutputOptions();

  /** What was freed. */
  record Forgotten(String host, List<String> guests) {
    Forgotten {
      guests = List.copyOf(guests);
    }
  }

  @Override
  public Integer call() throws BadInput, Failure, InterruptedException {
    Forgotten done = new Forgotten(host, fleet.use(this::forget));
    output.print(
        done,
        done.guests().isEmpty()
            ? "%s is forgotten; it had no guests.%n".formatted(host)
            : "%s is forgotten, and with it %s.%n"
                .formatted(host, String.join(", ", done.guests())));
    return ExitCode.OK;
  }

  private List<String> forget(Registry registry) throws RegistryException, BadInput {
    MemberRecord member =
        registry
            .member(host)
            .orElseThrow(() ->
                new BadInput(
                    "No host of the fleet is called %s: sealift fleet status lists them."
                        .formatted(host)));
    if (!poweredOff && !member.lease()) {
      throw new BadInput(
          "Guests of %s may be running where the registry cannot see it: switch its machine off, and say so with --powered-off."
              .formatted(host));
    }
    return registry.forget(host);
  }
}
