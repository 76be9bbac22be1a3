package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryException;
import dev.sealift.fleet.registry.RegistrySettings;
import java.time.Duration;
import picocli.CommandLine.Mixin;

/** The registry that an operator's command speaks to. */
final class FleetConnection {
  private static final Duration FIRST = Duration.ofSeconds(10);

  @Mixin private RegistryOptions options = new RegistryOptions();

  /** Something that is done with a registry. */
  interface Work<T> {
    T with(Registry registry) throws RegistryException, BadInput, Failure, InterruptedException;
  }

  /**
   * Does something with the registry that was named.
   *
   * @throws BadInput if none was, or if a name that was given is none in the fleet
   * @throws Failure if it does not answer
   */
  <T> T use(Work<T> work) throws BadInput, Failure, InterruptedException {
    RegistrySettings settings = settings();
    try (Registry registry = Registry.connect(settings)) {
      if (!registry.awaitConnection(FIRST)) {
        throw new Failure(
            "The registry %s does not answer: see that a majority of its servers run, and that they can be reached from here."
                .formatted(settings.address()));
      }
      return work.with(registry);
    } catch (RegistryException refused) {
      boolean wrongName =
          switch (refused.kind()) {
            case ABSENT, EXISTS, MALFORMED -> true;
            case UNREACHABLE, STALE, REFUSED -> false;
          };
      if (wrongName) {
        throw new BadInput(Failure.sentence(refused), refused);
      }
      throw new Failure(Failure.sentence(refused), refused);
    }
  }

  /** Where it is. */
  String address() throws BadInput {
    return settings().address().toString();
  }

  RegistrySettings settings() throws BadInput {
    return options
        .settings()
        .orElseThrow(() ->
            new BadInput("Name the fleet's registry: --registry zk://host:port,host:port/path."));
  }
}
