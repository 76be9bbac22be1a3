package dev.sealift.cli.page;

import dev.sealift.cli.view.FleetGlance;

/** A host's fleet in numbers; none of its own where nothing has been read yet. */
final class FleetMetrics {
  private static final String[] LINK = {"connecting", "answers", "suspended", "lost"};

  private FleetMetrics() {}

  /** Adds them to those of the host. */
  static void write(Exposition out, FleetGlance fleet) {
    out.gauge("sealift_fleet_registry_link", "How it stands with the fleet's registry.");
    for (String state : LINK) {
      out.sample(fleet.link().equals(state) ? 1 : 0, "state", state);
    }
    FleetGlance.Totals totals = fleet.totals();
    if (totals == null) {
      return;
    }
    out.gauge("sealift_fleet_hosts", "Hosts of the fleet, by state.");
    out.sample(totals.open(), "state", "open");
    out.sample(totals.closed(), "state", "closed");
    out.sample(totals.gone(), "state", "gone");
    out.gauge("sealift_fleet_guests", "Guests of the fleet.").sample(totals.guests());
    out.gauge("sealift_fleet_memory_bytes", "Memory of the fleet's guests.")
        .sample(totals.memoryBytes());
    out.gauge("sealift_fleet_capacity_bytes", "What the hosts that are there have room for.")
        .sample(totals.capacityBytes());
    out.gauge("sealift_fleet_moves", "Moves of the fleet's jobs that are under way.")
        .sample(totals.moves());
    out.gauge("sealift_fleet_job_guests", "Guests of a job, by state.");
    for (FleetGlance.Job job : fleet.jobs()) {
      for (String state : JobBar.STATES) {
        out.sample(job.guests().getOrDefault(state, 0), "job", job.id(), "state", state);
      }
    }
    out.gauge("sealift_fleet_job_left_seconds", "Time until a job ends, where it is known.");
    for (FleetGlance.Job job : fleet.jobs()) {
      out.sample(job.secondsLeft(), "job", job.id());
    }
  }
}
