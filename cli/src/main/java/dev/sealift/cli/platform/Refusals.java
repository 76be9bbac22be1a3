package dev.sealift.cli.platform;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.StateOptions;
import dev.sealift.vmm.VmmException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a platform refuses, in the words of these commands. */
final class Refusals {

  private Refusals() {}

  /**
   * Why a platform did not do what it was told.
   *
   * @param directory of a platform in software; null for a real one
   * @throws BadInput if the directory is damaged
   */
  static Failure explain(VmmException refused, @Nullable Path directory) throws BadInput {
    String what = name(refused);
    FirmwareStatus status = refused.status();
    if (Errno.EBUSY.equals(refused.errno()) && what.equals(ResetCommand.FIRMWARE_COMMAND)) {
      return new Failure(
          what
              + " was refused with EBUSY, and nothing was changed: there are SEV guests on this"
              + " machine; end them first.",
          refused);
    }
    if (status == null) {
      return new Failure(Failure.sentence(refused), refused);
    }
    return switch (status) {
      case SECURE_DATA_INVALID -> {
        if (directory != null) {
          throw StateOptions.damaged(directory, "INIT has refused what it holds", refused);
        }
        yield new Failure(Failure.sentence(refused), refused);
      }
      case ALREADY_OWNED ->
          refused(
              what,
              status,
              "it has an external owner; make it its own again with sealift platform pek-gen or"
                  + " reset, and try again",
              refused);
      case INVALID_PLATFORM_STATE ->
          refused(what, status, "there are SEV guests on this machine; end them first", refused);
      case HWERROR_PLATFORM ->
          directory == null
              ? new Failure(Failure.sentence(refused), refused)
              : refused(
                  what,
                  status,
                  "the platform's identity cannot be kept in %s; see whether its disk is full or this user may not write there"
                      .formatted(directory),
                  refused);
      default -> new Failure(Failure.sentence(refused), refused);
    };
  }

  private static Failure refused(
      String what, FirmwareStatus status, String why, VmmException cause) {
    return new Failure(
        "%s was refused with %s, and nothing was changed: %s."
            .formatted(what, FirmwareStatus.describe(status.code()), why),
        cause);
  }

  private static String name(VmmException refused) {
    return refused.operation().replaceFirst("^SEV_", "");
  }
}
