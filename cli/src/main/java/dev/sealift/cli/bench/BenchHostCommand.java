package dev.sealift.cli.bench;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.process.HostConversation;
import dev.sealift.cli.process.HostRole;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift bench-host}: one of the two processes that {@code sealift bench} starts. */
@Command(
    name = "bench-host",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "A host process of the bench; takes its orders on standard input.")
public final class BenchHostCommand implements Callable<Integer> {
  @Parameters(paramLabel = "source|destination")
  private @Nullable HostRole role;

  @Option(names = "--host", required = true, description = "What the host stands on.")
  private HostKind host = HostKind.MODEL;

  @Option(names = "--directory", required = true, description = "Where root and identity are.")
  private @Nullable Path directory;

  @Override
  public Integer call() {
    HostConversation<BenchOrder, BenchEvent> bench = new HostConversation<>(BenchOrder.class);
    try {
      if (role == null || directory == null) {
        throw new Failure("A host process needs a role and a directory.");
      }
      switch (role) {
        case SOURCE -> new BenchSource(host, directory, bench).run();
        case DESTINATION -> new BenchDestination(host, directory, bench).run();
      }
      return 0;
    } catch (Exception e) {
      bench.tell(BenchEvent.Failed.because(e));
      return 1;
    }
  }
}
