package dev.sealift.cli;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.firmware.PlatformStore.DamagedStoreException;
import dev.sealift.firmware.StateDirectory;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that name a platform in software, which is kept in a directory. */
public final class StateOptions {
  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "A platform in software, which this directory remembers; without it, the /dev/sev of this"
              + " machine.")
  private @Nullable Path state;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description =
          "The model root that signs the chip of a new platform (sealift root create); later it is"
              + " not needed.")
  private @Nullable Path root;

  /** What picocli fills in. */
  public StateOptions() {}

  /** Options as a program gives them. */
  public static StateOptions of(Path state, @Nullable Path root) {
    StateOptions options = new StateOptions();
    options.state = state;
    options.root = root;
    return options;
  }

  /** The directory; null where the platform is not one in software. */
  public @Nullable Path directory() {
    return state;
  }

  /**
   * Switches the platform in the directory on, and makes it before if it is new.
   *
   * @throws BadInput if the directory holds anything else or damage, or if a new platform has no
   *     root; nothing has changed then
   * @throws Failure if the platform is on in another process
   */
  public StateDirectory open() throws BadInput, Failure {
    Path directory = state;
    if (directory == null) {
      throw new BadInput("Name the directory of a platform in software with --state DIR.");
    }
    try {
      return StateDirectory.isNew(directory) ? create(directory) : openExisting(directory);
    } catch (DamagedStoreException damaged) {
      throw damaged(directory, Failure.sentence(damaged), damaged);
    } catch (StateDirectory.InUseException inUse) {
      throw new Failure(
          "The platform in %s is on in another process: try again when that has ended, or name the directory of another platform."
              .formatted(directory),
          inUse);
    } catch (NotDirectoryException e) {
      throw new BadInput(
          directory + " is not a directory; name the directory of a platform in software.", e);
    } catch (AccessDeniedException e) {
      throw new BadInput(
          "%s may not be read and written by this user, and only its owner should be."
              .formatted(directory),
          e);
    } catch (IOException e) {
      throw new BadInput("%s cannot hold a platform: %s.".formatted(directory, reason(e)), e);
    }
  }

  /** What is said of a damaged platform, whoever has found the damage. */
  public static BadInput damaged(Path directory, String what, Throwable cause) {
    return new BadInput(
        "The platform in %s is damaged, %s: %s. Nothing was changed; restore a copy of the directory, or move it away and make a new platform."
            .formatted(
                directory,
                FirmwareStatus.describe(FirmwareStatus.SECURE_DATA_INVALID.code()),
                what),
        cause);
  }

  private StateDirectory create(Path directory) throws IOException, BadInput {
    Path maker = root;
    if (maker == null) {
      throw new BadInput(
          "There is no platform in %s yet: name the model root that signs its chip with --root DIR (sealift root create makes one)."
              .formatted(directory));
    }
    ModelRoot loaded = ModelRootDirectory.load(maker);
    Path above = directory.toAbsolutePath().normalize().getParent();
    if (above != null && Files.notExists(above)) {
      throw new BadInput(
          "%s cannot be made, as the directory above it does not exist.".formatted(directory));
    }
    return StateDirectory.create(directory, loaded, new SecureRandom());
  }

  private StateDirectory openExisting(Path directory) throws IOException, BadInput {
    ModelRoot named = root == null ? null : ModelRootDirectory.load(root);
    StateDirectory opened = StateDirectory.open(directory);
    if (named == null || named.root().isRootOf(opened.ark())) {
      return opened;
    }
    opened.close();
    throw new BadInput(
        "The chip in %s was made under another model root than that in %s; leave --root out to use the platform as it is."
            .formatted(directory, root));
  }

  /** A file system's own words; its message alone would be the name once more. */
  private static String reason(IOException e) {
    if (e instanceof FileSystemException system) {
      return system.getReason() == null ? "it cannot be made or written" : system.getReason();
    }
    return Failure.sentence(e);
  }
}
