package dev.sealift.cli.trace;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.run.PoweredPlatform;
import dev.sealift.vmm.VmmException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift replay}. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Issues the SEV commands of a trace again, on a fresh platform in software, and reports every"
          + " answer that is another one.",
      "",
      "What no two platforms have the same (handles, certificates, measurements) is compared by its"
          + " form, and content that the trace does not tell is made up; the report says which.",
      "",
      "Exit code 0: no difference. 1: differences. 2: the file cannot be used."
    },
    footer = {"", "Example:  sealift replay launch.trace"})
public final class ReplayCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "What sealift trace --record has written.")
  private @Nullable Path file;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description =
          "The platform's model root, as sealift root create makes it; without it one is made for"
              + " this run, which takes seconds.")
  private @Nullable Path root;

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, Failure {
    Path named = Objects.requireNonNull(file, "picocli sets it");
    check(named);
    ReplayReport report;
    try (TraceReader trace = TraceReader.open(named);
        PoweredPlatform platform = PoweredPlatform.fresh(root);
        Replay replay = Replay.on(platform.machine(), trace.header())) {
      for (TraceEvent event = trace.next(); event != null; event = trace.next()) {
        replay.happens(event);
      }
      report = replay.report(trace.header());
    } catch (PageBudget.OutOfMemory tooMuch) {
      throw new BadInput(
          "%s cannot be replayed: %s.".formatted(named, Failure.sentence(tooMuch)), tooMuch);
    } catch (VmmException e) {
      throw new Failure("The software platform cannot be used: " + Failure.sentence(e), e);
    }
    output.print(report, report.page());
    return report.same() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  /** Reads it to its end before anything is done with it. */
  private static void check(Path file) throws BadInput {
    try (TraceReader trace = TraceReader.open(file)) {
      while (trace.next() != null) {
        // The next one.
      }
    }
  }
}
