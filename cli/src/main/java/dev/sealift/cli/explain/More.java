package dev.sealift.cli.explain;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.Failure;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.VmmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The command line that says more about what is behind a failure. It is the one place that knows
 * which one that is; whoever shows a refusal to people shows this, too.
 */
public final class More {
  /** What stands before a command line, where it is a line of its own. */
  private static final String PREFIX = "More: ";

  private static final String EXPLAIN = "sealift explain ";
  private static final int DEEPEST = 20;

  private More() {}

  /** The line {@code More: sealift explain ...} for a failure; empty where nothing is behind it. */
  public static Optional<String> line(Throwable problem) {
    return of(problem).map(PREFIX::concat);
  }

  /** The same for an answer to a call. */
  public static Optional<String> line(
      String operation, @Nullable Errno errno, @Nullable FirmwareStatus status) {
    return of(operation, errno, status).map(PREFIX::concat);
  }

  /** The line for a command line that another process has told. */
  public static String line(String command) {
    return PREFIX + command;
  }

  /** The same for the failure of a move. */
  public static String line(FailureCode code) {
    return PREFIX + of(code, null);
  }

  /** The command line for what is deepest behind a failure; empty where nothing is. */
  public static Optional<String> of(Throwable problem) {
    Optional<String> found = Optional.empty();
    for (Throwable behind : behind(problem)) {
      Optional<String> more =
          switch (behind) {
            case Failure failure -> Optional.ofNullable(failure.more());
            case VmmException refused -> of(refused.operation(), refused.errno(), refused.status());
            case MigrationException ended -> Optional.of(of(ended.code(), ended.status()));
            default -> Optional.empty();
          };
      found = more.isPresent() ? more : found;
    }
    return found;
  }

  /** A failure and its causes; a circle among them ends somewhere. */
  private static List<Throwable> behind(Throwable problem) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable cause = problem;
        cause != null && chain.size() < DEEPEST;
        cause = cause.getCause()) {
      chain.add(cause);
    }
    return chain;
  }

  /**
   * The command line for an answer to a call.
   *
   * @param operation the command, by its name in the kernel's headers or the firmware's
   * @param errno what the system call answered; null where none failed
   * @param status what the firmware answered; null where it was not asked
   */
  public static Optional<String> of(
      String operation, @Nullable Errno errno, @Nullable FirmwareStatus status) {
    String command =
        KnownCommand.find(operation).map(known -> " --command " + known.name()).orElse("");
    if (status != null) {
      return Optional.of(EXPLAIN + "status " + status + command);
    }
    return Optional.ofNullable(errno).map(known -> EXPLAIN + "errno " + name(known) + command);
  }

  private static String name(Errno errno) {
    return ErrnoTopic.NAMED.contains(errno) ? errno.name() : Integer.toString(errno.number());
  }

  /**
   * The command line for the failure of a move.
   *
   * @param status what the firmware of either side answered; null where it is not the reason
   */
  public static String of(FailureCode code, @Nullable FirmwareStatus status) {
    return EXPLAIN + (status == null ? "failure " + code : code + " " + status);
  }
}
