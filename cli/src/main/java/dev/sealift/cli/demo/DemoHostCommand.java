package dev.sealift.cli.demo;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.PaceOptions;
import dev.sealift.cli.process.HostConversation;
import dev.sealift.cli.process.HostRole;
import dev.sealift.kernel.KernelProfile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sealift demo-host}: one of the two processes that {@code sealift demo} starts. */
@Command(
    name = "demo-host",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "A host process of the demonstration; takes its orders on standard input.")
public final class DemoHostCommand implements Callable<Integer> {
  @Parameters(paramLabel = "source|destination")
  private @Nullable HostRole role;

  @Option(names = "--host", required = true, description = "What the host stands on.")
  private HostKind host = HostKind.MODEL;

  @Option(names = "--kernel", required = true, description = "Which SEV commands it serves.")
  private KernelProfile kernel = KernelProfile.MAINLINE;

  @Mixin private PaceOptions pace = new PaceOptions();

  @Option(names = "--directory", required = true, description = "Where root and identity are.")
  private @Nullable Path directory;

  @Override
  public Integer call() {
    HostConversation<HostOrder, HostEvent> conversation = new HostConversation<>(HostOrder.class);
    try {
      if (role == null || directory == null) {
        throw new Failure("A host process needs a role and a directory.");
      }
      switch (role) {
        case SOURCE -> new SourceRole(host, kernel, pace.pace(), directory, conversation).run();
        case DESTINATION ->
            new DestinationRole(host, kernel, pace.pace(), directory, conversation).run();
      }
      return 0;
    } catch (Exception e) {
      conversation.tell(HostEvent.Failed.because(e));
      return 1;
    }
  }
}
