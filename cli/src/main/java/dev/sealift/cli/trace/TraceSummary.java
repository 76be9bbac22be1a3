package dev.sealift.cli.trace;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.explain.More;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a trace file holds, in short.
 *
 * @param hardware whether a real platform answered
 * @param secrets whether all bytes are told
 * @param commands how often each command was issued
 * @param refused the calls that were refused, the first {@value #MOST_REFUSED} of them
 */
public record TraceSummary(
    boolean hardware,
    boolean secrets,
    int calls,
    int vmsEnded,
    Map<String, Integer> commands,
    List<Refused> refused) {

  /** What every trace file begins with. */
  public static final String START = "{\"" + TraceHeader.FORMAT_FIELD + "\"";

  private static final int MOST_REFUSED = 10_000;

  public TraceSummary {
    commands = Collections.unmodifiableMap(new TreeMap<>(commands));
    refused = List.copyOf(refused);
  }

  /**
   * A call that was refused.
   *
   * @param call its number
   * @param name the command, by its name in the kernel's headers
   * @param errno what the system call answered
   * @param status what the firmware answered; null where it was not asked, or the number is unknown
   * @param words the call in a line
   */
  public record Refused(
      int call, String name, Errno errno, @Nullable FirmwareStatus status, String words) {

    /** The command line that says more of it. */
    public Optional<String> more() {
      return More.of(name, errno, status);
    }

    /** That of a call; null where it was not refused, or nobody saw the answer. */
    static @Nullable Refused of(TracedCall call) {
      TracedCall.Answered answered = call.answered();
      if (!answered.seen() || answered.result() >= 0) {
        return null;
      }
      Errno errno = Errno.of(answered.result());
      Integer number = answered.status();
      FirmwareStatus status =
          !errno.equals(Errno.EIO) || number == null || number == 0
              ? null
              : FirmwareStatus.of(number);
      return new Refused(
          call.number(),
          call.asked().name(),
          errno,
          status,
          "call %d %s on %s: %s%s"
              .formatted(
                  call.number(),
                  call.asked().name(),
                  call.asked().on(),
                  errno,
                  status == null
                      ? ", " + errno.meaning()
                      : ", " + FirmwareStatus.describe(status.code()) + ", " + status.meaning()));
    }
  }

  /**
   * Reads a file to its end.
   *
   * @throws BadInput if it is no trace, or damaged
   */
  public static TraceSummary read(Path file) throws BadInput {
    Map<String, Integer> commands = new TreeMap<>();
    List<Refused> refused = new ArrayList<>();
    int calls = 0;
    int ended = 0;
    try (TraceReader trace = TraceReader.open(file)) {
      for (TraceEvent event = trace.next(); event != null; event = trace.next()) {
        if (!(event instanceof TraceEvent.Call(TracedCall call))) {
          ended++;
          continue;
        }
        calls++;
        commands.merge(call.asked().name(), 1, Integer::sum);
        Refused one = Refused.of(call);
        if (one != null && refused.size() < MOST_REFUSED) {
          refused.add(one);
        }
      }
      TraceHeader header = trace.header();
      return new TraceSummary(header.hardware(), header.secrets(), calls, ended, commands, refused);
    }
  }
}
