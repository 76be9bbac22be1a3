package dev.sealift.cli.platform;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.StateOptions;
import dev.sealift.vmm.VmmException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands of {@code sealift platform} have in common: the platform, and the answer. */
abstract class PlatformTask implements Callable<Integer> {
  @Mixin private StateOptions options = new StateOptions();

  @Mixin private OutputOptions output = new OutputOptions();

  @Spec private @Nullable CommandSpec spec;

  /** Looks at what the caller gave, before a platform is switched on or made. */
  void prepare() throws BadInput {}

  /** Does the work. */
  abstract PlatformAnswer run(OpenPlatform platform) throws BadInput, Failure, VmmException;

  @Override
  public final Integer call() throws BadInput, Failure {
    prepare();
    PlatformAnswer answer;
    try (OpenPlatform platform = OpenPlatform.of(options)) {
      answer = answerOf(platform);
    }
    output.print(answer, answer.lines().toString());
    return CommandLine.ExitCode.OK;
  }

  private PlatformAnswer answerOf(OpenPlatform platform) throws BadInput, Failure {
    try {
      return run(platform);
    } catch (VmmException e) {
      throw Refusals.explain(e, platform.directory());
    }
  }

  CommandLine commandLine() {
    return Objects.requireNonNull(spec, "picocli sets it").commandLine();
  }
}
