package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.fleet.registry.RegistryAddress;
import dev.sealift.fleet.registry.RegistryLogin;
import dev.sealift.fleet.registry.RegistrySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a fleet's memory is, and how one is known there. */
public final class RegistryOptions {
  @Option(
      names = "--registry",
      paramLabel = "zk://...",
      description = "The fleet's registry: zk://HOST,HOST,HOST.")
  private @Nullable String address;

  @Option(
      names = "--registry-login",
      paramLabel = "FILE",
      description = "The fleet's name and password there.")
  private @Nullable Path login;

  /** What picocli makes. */
  public RegistryOptions() {}

  /**
   * What was asked for; empty where no registry was named.
   *
   * @throws BadInput if the address or the file is not what it should be
   */
  public Optional<RegistrySettings> settings() throws BadInput {
    if (address == null) {
      if (login != null) {
        throw new BadInput("--registry-login is for a registry: name it with --registry.");
      }
      return Optional.empty();
    }
    try {
      RegistryLogin known = login == null ? null : RegistryLogin.read(login);
      return Optional.of(RegistrySettings.of(RegistryAddress.parse(address), known));
    } catch (IllegalArgumentException | IOException wrong) {
      throw new BadInput(Failure.sentence(wrong), wrong);
    }
  }
}
