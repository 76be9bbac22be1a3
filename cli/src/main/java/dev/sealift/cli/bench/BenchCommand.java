package dev.sealift.cli.bench;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.MemorySize;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code sealift bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures how fast this machine seals, opens and moves pages.",
      "",
      "All is measured in one run, by turns: both packet engines, whole moves of a guest between two"
          + " processes, what a system call costs, and a loop in C over libcrypto that the speeds"
          + " are compared with. What cannot be measured here is missing, and the report says why."
    },
    footer = {"", "Example:  sealift bench --quick --json"})
public final class BenchCommand implements Callable<Integer> {
  @Option(
      names = "--quick",
      description = "Fewer rounds and a smaller guest: less than 45 seconds.")
  private boolean quick;

  @Option(
      names = "--host",
      paramLabel = "auto|kvm|model",
      defaultValue = "auto",
      description = "What the hosts stand on; auto takes kvm where /dev/kvm works, else model.")
  private HostKind host = HostKind.AUTO;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "Memory of the guest that is moved, a multiple of 2M; on kvm 2G unless said, and 512M"
              + " with --quick.")
  private @Nullable MemorySize memory;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often each takes its turn: 9 unless said, and at most 5 with --quick.")
  private @Nullable Integer rounds;

  @Option(
      names = "--qemu",
      negatable = true,
      description =
          "Have QEMU do the same move with TLS, too, where it is installed: so unless said, but not"
              + " with --quick.")
  private @Nullable Boolean qemu;

  @Option(
      names = "--json",
      description = "Print one JSON object on the last line of standard output.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CommandLine command = Objects.requireNonNull(spec, "picocli sets it").commandLine();
    BenchPlan plan = plan(command);
    long start = System.nanoTime();
    BenchReport report =
        Bench.run(
            plan,
            words ->
                command
                    .getErr()
                    .printf(Locale.ROOT, "%6.1f s  %s%n", (System.nanoTime() - start) / 1e9, words)
                    .flush());
    PrintWriter out = command.getOut();
    out.print(BenchPage.of(report));
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(report));
    }
    out.flush();
    return 0;
  }

  /** What cannot be is an error of usage. */
  private BenchPlan plan(CommandLine command) throws Failure {
    HostKind kind = host.resolve();
    try {
      return BenchPlan.of(quick, kind, memory, rounds, qemu);
    } catch (Failure e) {
      throw new CommandLine.ParameterException(command, Failure.sentence(e), e);
    }
  }
}
