package dev.sealift.cli.page;

import dev.sealift.cli.view.ChainLink;
import dev.sealift.cli.view.DowntimeView;
import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.LimitsView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.PlatformView;
import dev.sealift.cli.view.ProgressView;
import dev.sealift.cli.view.RoundView;
import dev.sealift.cli.view.RuleView;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A host in numbers, in Prometheus' text format. Series of a move are there as long as the host
 * remembers the move; docs/status-page.md lists them all.
 */
final class Metrics {
  private final Exposition out = new Exposition();
  private final HostView host;

  private Metrics(HostView host) {
    this.host = host;
  }

  /** All metrics of a host. */
  static String of(HostView host) {
    Metrics metrics = new Metrics(host);
    metrics.host();
    metrics.platform();
    metrics.guests();
    metrics.moves();
    metrics.progress();
    metrics.downtime();
    metrics.trust();
    FleetGlance fleet = host.fleet();
    if (fleet != null) {
      FleetMetrics.write(metrics.out, fleet);
    }
    return metrics.out.toString();
  }

  private void host() {
    out.gauge("sealift_host_info", "What the host is; always 1.")
        .sample(
            1,
            "host",
            host.name(),
            "version",
            host.version(),
            "kind",
            host.kind(),
            "kernel",
            host.kernel(),
            "emulated",
            Boolean.toString(host.emulated()));
    out.gauge("sealift_host_start_time_seconds", "When the host process began, since the epoch.")
        .sample(host.started().toEpochMilli() / 1e3);
    out.gauge("sealift_emulated", "Whether the Secure Processor is software.")
        .sample(host.emulated() ? 1 : 0);
  }

  private void platform() {
    PlatformView platform = host.platform();
    out.gauge("sealift_platform_info", "The SEV platform; always 1.")
        .sample(
            1,
            "api",
            platform.api(),
            "state",
            platform.state(),
            "owner",
            platform.externallyOwned() ? "external" : "self",
            "chip",
            platform.chip());
    out.gauge("sealift_platform_guests", "Guests that the firmware holds.")
        .sample(platform.guests());
    out.gauge("sealift_platform_signature_holds", "Whether a signature of the chain holds.");
    for (ChainLink link : platform.chain()) {
      out.sample(link.holds() ? 1 : 0, "certificate", link.certificate(), "signer", link.signer());
    }
  }

  private void guests() {
    out.gauge("sealift_guests", "Guests by state.");
    Map<String, Integer> states = new TreeMap<>(Map.of("running", 0, "paused", 0));
    for (GuestView guest : host.guests()) {
      states.merge(guest.state(), 1, Integer::sum);
    }
    states.forEach((state, count) -> out.sample(count, "state", state));
    out.gauge("sealift_guest_info", "A guest; always 1.");
    for (GuestView guest : host.guests()) {
      String sev = guest.sev();
      out.sample(
          1,
          "guest",
          guest.name(),
          "state",
          guest.state(),
          "sev",
          sev == null ? "" : sev,
          "policy",
          guest.policy());
    }
    out.gauge("sealift_guest_memory_bytes", "Memory of a guest.");
    for (GuestView guest : host.guests()) {
      out.sample(guest.memoryBytes(), "guest", guest.name());
    }
    out.gauge("sealift_guest_pages", "Pages of 4096 bytes of a guest, private and shared.");
    for (GuestView guest : host.guests()) {
      out.sample(guest.privatePages(), "guest", guest.name(), "kind", "private");
      out.sample(guest.sharedPages(), "guest", guest.name(), "kind", "shared");
    }
    out.counter("sealift_guest_steps_total", "Steps that a guest's program says it has done.");
    for (GuestView guest : host.guests()) {
      out.sample(guest.steps(), "guest", guest.name());
    }
  }

  private void moves() {
    out.gauge("sealift_moves", "Moves that the host remembers, by direction and status.");
    Map<String, Integer> outgoing = statuses();
    Map<String, Integer> incoming = statuses();
    for (MoveView move : host.moves()) {
      (move.direction().equals("incoming") ? incoming : outgoing)
          .merge(move.status(), 1, Integer::sum);
    }
    outgoing.forEach((status, n) -> out.sample(n, "direction", "outgoing", "status", status));
    incoming.forEach((status, n) -> out.sample(n, "direction", "incoming", "status", status));
    out.gauge("sealift_move_info", "A move; always 1.");
    for (MoveView move : host.moves()) {
      out.sample(
          1, with(move, "guest", move.guest(), "peer", move.peer(), "status", move.status()));
    }
    out.gauge("sealift_move_duration_seconds", "How long a move has taken so far, or took.");
    for (MoveView move : host.moves()) {
      out.sample(move.seconds(), with(move));
    }
    out.counter("sealift_move_sent_bytes_total", "What a move sent over the wire.");
    for (MoveView move : host.moves()) {
      out.sample(MoveSection.bytes(move), with(move));
    }
    out.counter("sealift_move_rounds_total", "Rounds of a move that are over.");
    for (MoveView move : host.moves()) {
      out.sample(move.rounds().size(), with(move));
    }
    out.counter(
        "sealift_move_pages_sent_total", "Pages sent in rounds that are over, private and shared.");
    for (MoveView move : host.moves()) {
      long packets = move.rounds().stream().mapToLong(RoundView::privatePackets).sum();
      long shared = move.rounds().stream().mapToLong(RoundView::sharedPages).sum();
      out.sample(packets, with(move, "kind", "private"));
      out.sample(shared, with(move, "kind", "shared"));
    }
    out.gauge("sealift_move_dirtied_pages", "Pages dirtied in the last round that is over.");
    for (MoveView move : host.moves()) {
      if (!move.rounds().isEmpty()) {
        out.sample(move.rounds().getLast().dirtyAfter(), with(move));
      }
    }
  }

  private static Map<String, Integer> statuses() {
    return new TreeMap<>(Map.of("active", 0, "completed", 0, "failed", 0, "cancelled", 0));
  }

  private void progress() {
    out.gauge("sealift_move_left_pages", "Pages of the round under way that are not sent yet.");
    now(ProgressView::pagesLeft);
    out.gauge("sealift_move_send_rate_pages_per_second", "How fast pages go.");
    now(ProgressView::pagesPerSecond);
    out.gauge("sealift_move_dirty_rate_pages_per_second", "How fast the guest dirties pages.");
    now(ProgressView::dirtyPagesPerSecond);
    out.gauge("sealift_move_throttle_ratio", "Part of the time that the guest is kept standing.");
    now(now -> now.throttle() / 100.0);
    out.gauge("sealift_move_left_seconds", "Time until the guest runs at the destination.");
    now(ProgressView::secondsLeft);
    out.gauge("sealift_move_downtime_predicted_seconds", "Downtime if it were handed over next.");
    now(now -> seconds(now.downtimeMillis()));
  }

  /** A number of a move's progress. */
  private interface OfProgress {
    @Nullable Number of(ProgressView now);
  }

  private void now(OfProgress number) {
    for (MoveView move : host.moves()) {
      ProgressView now = move.now();
      if (now != null && !move.ended()) {
        out.sample(number.of(now), with(move));
      }
    }
  }

  private void downtime() {
    out.gauge("sealift_move_downtime_target_seconds", "The longest that the last round may take.");
    for (MoveView move : host.moves()) {
      LimitsView limits = move.limits();
      if (limits != null) {
        out.sample(limits.downtimeMillis() / 1000, with(move));
      }
    }
    out.gauge("sealift_move_downtime_seconds", "How long the guest of a move stood still.");
    for (MoveView move : host.moves()) {
      DowntimeView downtime = move.downtime();
      if (downtime != null) {
        out.sample(downtime.total() / 1000, with(move));
      }
    }
    out.gauge("sealift_move_downtime_part_seconds", "What that time went into, part by part.");
    for (MoveView move : host.moves()) {
      DowntimeView downtime = move.downtime();
      if (downtime != null) {
        for (DowntimeBar.Part part : DowntimeBar.parts(downtime)) {
          out.sample(part.millis() / 1000, with(move, "part", part.name()));
        }
      }
    }
  }

  private void trust() {
    out.gauge("sealift_move_rule_holds", "Whether the other platform keeps a rule of the policy.");
    for (MoveView move : host.moves()) {
      for (RuleView rule : move.rules()) {
        out.sample(rule.holds() ? 1 : 0, with(move, "rule", rule.name()));
      }
    }
  }

  private static @Nullable Double seconds(@Nullable Double millis) {
    return millis == null ? null : millis / 1000;
  }

  /** A move's own labels, then others. */
  private static String[] with(MoveView move, String... more) {
    String[] labels = new String[4 + more.length];
    labels[0] = "move";
    labels[1] = move.id();
    labels[2] = "direction";
    labels[3] = move.direction();
    System.arraycopy(more, 0, labels, 4, more.length);
    return labels;
  }
}
