package dev.sealift.cli.demo;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.MoveReport;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.vmm.GuestMemory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a demonstration showed: the object that {@code --json} prints.
 *
 * @param host the kind of host: kvm or model
 * @param kernel which SEV commands both kernels serve: mainline or extended
 * @param pace how fast both Secure Processors were at most; null where they were not paced
 * @param emulated true where no Secure Processor in silicon took part
 * @param verdicts what each host found of the other's platform, rule by rule
 * @param receipt the proof that the move left behind; null where there is none
 * @param moved whether the guest runs at the destination
 * @param reason why the guest did not move; null where it did
 * @param more the command line that says more of the reason; null where there is none
 * @param verified whether the guest moved, every page of it was what its program says it must be,
 *     and the receipt holds
 */
@JsonPropertyOrder({
  "host",
  "kernel",
  "pace",
  "emulated",
  "source",
  "destination",
  "guest",
  "rounds",
  "totals",
  "downtime",
  "verification",
  "verdicts",
  "receipt",
  "moved",
  "reason",
  "more",
  "verified"
})
record DemoReport(
    String host,
    String kernel,
    @Nullable Pace pace,
    boolean emulated,
    Side source,
    Side destination,
    Guest guest,
    List<Round> rounds,
    Totals totals,
    Downtime downtime,
    Verification verification,
    Verdicts verdicts,
    @Nullable Receipt receipt,
    boolean moved,
    @Nullable String reason,
    @Nullable String more,
    boolean verified) {

  /**
   * How fast a Secure Processor was at most.
   *
   * @param latencyMicros the least time a command took
   * @param bytesPerSecond how fast guest data went through it at most; null where nothing was said
   */
  record Pace(double latencyMicros, @Nullable Long bytesPerSecond) {
    static @Nullable Pace of(ProcessorPace pace) {
      return pace.isPaced()
          ? new Pace(
              pace.latency().toNanos() / 1e3,
              pace.bytesPerSecond().isPresent() ? pace.bytesPerSecond().getAsLong() : null)
          : null;
    }
  }

  /** A host process. */
  record Side(long pid) {}

  /**
   * The guest.
   *
   * @param memoryBytes its memory
   * @param privatePages how many of its pages were private when it was stopped
   * @param sharedPages how many were shared
   * @param measured whether its owner found the launch measurement to be the expected one
   * @param registersEncrypted whether its registers are encrypted, too (SEV-ES)
   */
  record Guest(
      long memoryBytes,
      long privatePages,
      long sharedPages,
      boolean measured,
      boolean registersEncrypted) {}

  /**
   * A round.
   *
   * @param pages pages sent
   * @param privatePackets of these, as packets of SEND_UPDATE_DATA
   * @param sharedPages of these, as they are, inside TLS
   * @param bytes what went over the wire
   * @param millis how long it took
   * @param throttle percent of the time that the guest was kept standing, so that it wrote less
   * @param dirtyAfter pages that the guest had dirtied again when it was over
   */
  record Round(
      long pages,
      long privatePackets,
      long sharedPages,
      long bytes,
      double millis,
      int throttle,
      long dirtyAfter) {

    static Round of(RoundReport round) {
      return new Round(
          round.privatePackets() + round.sharedPages(),
          round.privatePackets(),
          round.sharedPages(),
          round.bytes(),
          round.millis(),
          round.throttle(),
          round.dirtyAfter());
    }
  }

  /**
   * Sums over all rounds; megabytes are 10^6 bytes.
   *
   * @param pagesPerCall the most pages that the source's kernel sealed in one system call
   */
  record Totals(
      long privatePackets,
      long sharedPages,
      int pagesPerCall,
      long bytes,
      double millis,
      double megabytesPerSecond) {
    static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0);
  }

  /** How long the guest did not run, and of which parts that is the sum. */
  record Downtime(double millis, Map<String, Double> parts) {
    static final Downtime NONE = new Downtime(0, Map.of());

    static Downtime of(dev.sealift.migration.Downtime downtime) {
      Map<String, Double> parts = new LinkedHashMap<>();
      parts.put("pause", millis(downtime.pause()));
      parts.put("lastRound", millis(downtime.lastRound()));
      parts.put("state", millis(downtime.state()));
      parts.put("prepare", millis(downtime.prepare()));
      parts.put("finish", millis(downtime.finish()));
      parts.put("commit", millis(downtime.commit()));
      return new Downtime(millis(downtime.total()), parts);
    }

    private static double millis(Duration duration) {
      return duration.toNanos() / 1e6;
    }
  }

  /** The comparison of the guest's memory with what its program says it must be. */
  record Verification(long pagesCompared, long mismatches, long stepsAtStop, long stepsAtEnd) {
    static final Verification NONE = new Verification(0, 0, 0, 0);
  }

  /**
   * What each host found of the other's platform before anything of the guest went over.
   *
   * @param ofDestination what the source found; null where it did not come to that
   * @param ofSource what the destination found; null where it did not come to that
   */
  record Verdicts(
      @Nullable List<Verdict.Rule> ofDestination, @Nullable List<Verdict.Rule> ofSource) {
    static Verdicts of(@Nullable Verdict ofDestination, @Nullable Verdict ofSource) {
      return new Verdicts(
          ofDestination == null ? null : ofDestination.rules(),
          ofSource == null ? null : ofSource.rules());
    }
  }

  /**
   * The proof that the move left behind.
   *
   * @param verified whether every rule about it is kept
   * @param manifest the root of the manifest that both hosts kept
   * @param bytes how long it is
   */
  record Receipt(boolean verified, String manifest, int bytes) {}

  /** What the source knows of a move. */
  record Move(
      List<Round> rounds, Totals totals, Downtime downtime, long privatePages, long sharedPages) {

    static Move of(MoveOutcome.Moved moved, long sharedPages, GuestMemory memory) {
      MoveReport report = moved.report();
      List<Round> rounds = report.rounds().stream().map(Round::of).toList();
      long bytes = rounds.stream().mapToLong(Round::bytes).sum();
      double millis = rounds.stream().mapToDouble(Round::millis).sum();
      Totals totals =
          new Totals(
              report.privatePackets(),
              report.sharedPages(),
              report.pagesPerCall(),
              bytes,
              millis,
              millis == 0 ? 0 : bytes / 1e3 / millis);
      return new Move(
          rounds,
          totals,
          DemoReport.Downtime.of(moved.downtime()),
          memory.pages() - sharedPages,
          sharedPages);
    }
  }
}
