package dev.sealift.cli.guest;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.Lines;
import dev.sealift.cli.MemorySize;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.HostOption;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.control.Started;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift guest start}. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = {
      "Launches a guest: its owner's session is made, its program is measured, and it runs only if"
          + " the measurement is the expected one."
    },
    footer = {
      "",
      "Example:  sealift guest start web --memory 128M --workload writer:hot=8M --policy nodbg"
    })
final class GuestStartCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "What the guest is called.")
  private String name = "";

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Its memory, 8M to 3G, a multiple of 2M (default: 64M).")
  private MemorySize memory = new MemorySize(64L << 20);

  @Option(
      names = "--workload",
      paramLabel = "WHAT",
      description =
          "What runs in it: idle, or writer:hot=SIZE, which writes all over so much of its memory"
              + " for ever, a power of two (default: writer, an eighth of the memory).")
  private String workload = "writer";

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      description =
          "Its SEV policy: nodbg,noks,es,nosend,domain,sev,api=MAJOR.MINOR, or a number"
              + " (default: nodbg,noks,sev).")
  private String policy = "nodbg,noks,sev";

  @Option(names = "--es", description = "Encrypt its registers, too (SEV-ES).")
  private boolean es;

  @Option(names = "--paused", description = "Launch it, but do not let it run yet.")
  private boolean paused;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description = "In a fleet: guests of one group are kept apart.")
  private @Nullable String group;

  @Mixin private HostOption host = new HostOption();
  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, Failure {
    try (ControlClient control = host.connect()) {
      Started started =
          control.ask(
              new Order.GuestStart(name, memory.bytes(), workload, policy(), paused, group),
              Started.class);
      output.print(started, words(started));
      return ExitCode.OK;
    }
  }

  private String policy() throws BadInput {
    if (!es) {
      return policy;
    }
    if (!policy.isEmpty() && Character.isDigit(policy.charAt(0))) {
      throw new BadInput("Set ES, 0x4, in the number of --policy instead of giving --es, too.");
    }
    return policy + ",es";
  }

  private static String words(Started started) {
    return new Lines(0)
        .sentence(
            "%s is launched under the policy %s, and is %s."
                .formatted(
                    started.guest().name(), started.guest().policy(), started.guest().state()))
        .sentence("  launch digest  " + started.digest())
        .sentence("  measurement    " + started.measurement())
        .sentence("  Its owner accepts the measurement: it is that of the program.")
        .toString();
  }
}
