package dev.sealift.fleet.plan;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.MoveRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What comes next in a job. Its two parts may be written in either order, and whoever writes them
 * may die in between: the step after it makes good what is missing.
 *
 * @param next the job as it is then; equal to what it was where nothing has changed
 * @param orders to be written, one a guest: new ones, and those that are to be called off
 */
public record Step(Job next, List<MoveRecord> orders) {
  public Step {
    orders = List.copyOf(orders);
  }

  /** The fleet once the orders are written, for whoever has another job to decide. */
  public FleetView after(FleetView view) {
    if (orders.isEmpty()) {
      return view;
    }
    Map<String, MoveRecord> moves = new HashMap<>(view.moves());
    orders.forEach(order -> moves.put(order.guest(), order));
    return new FleetView(view.hosts(), view.guests(), moves);
  }
}
