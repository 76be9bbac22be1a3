package dev.sealift.migration.plan;

import dev.sealift.abi.Pages;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.wire.BatchLayout;
import java.util.EnumMap;
import java.util.Map;

/**
 * How long pages take from one guest memory to the other. Each page needs the source's processor,
 * the link and the destination's processor, one after the other; each of these serves one page at a
 * time. A data connection has one batch in hand on each host, and what it does with it on one host
 * does not overlap.
 */
final class Pipeline {

  /** A page in SHARED_PAGES, with its number. */
  private static final double SHARED_PAGE = Pages.SIZE + Long.BYTES;

  private final Scenario scenario;
  private final double call;
  private final double seal;
  private final double send;
  private final double open;
  private final Map<Bottleneck, Double> secondsAPage = new EnumMap<>(Bottleneck.class);
  private double limit;

  Pipeline(Scenario scenario) {
    this.scenario = scenario;
    MoveOptions options = scenario.options();
    call = scenario.kernel().secondsAPage();
    seal = scenario.source().secondsAPage();
    send = scenario.link().seconds(bytesAPage());
    open = scenario.destination().secondsAPage();
    secondsAPage.put(Bottleneck.SOURCE_PROCESSOR, seal);
    secondsAPage.put(Bottleneck.LINK, send);
    secondsAPage.put(Bottleneck.DESTINATION_PROCESSOR, open);
    double longerHost = Math.max(call + seal + send, send + call + open);
    secondsAPage.put(Bottleneck.CONNECTIONS, longerHost / options.dataConnections());
    limit =
        options.bytesPerSecond().isEmpty()
            ? 0
            : (double) Pages.SIZE / options.bytesPerSecond().getAsLong();
  }

  /** The guest stands still: the bandwidth limit no longer holds. */
  void liftLimit() {
    limit = 0;
  }

  /**
   * How long a round takes, until the source has heard that the destination has all of it. The
   * first batch passes through every stage; each further page costs as much as where it waits
   * longest. Shared pages need the link only.
   */
  double seconds(long privatePages, long sharedPages) {
    long first = Math.min(privatePages, scenario.options().batchPages());
    double through = first * (call + seal + send + call + open);
    double sealed = through + (privatePages - first) * Math.max(slowest(), limit);
    double carried = scenario.link().seconds(bytes(privatePages, sharedPages));
    return Math.max(sealed, carried) + roundTrip();
  }

  double roundTrip() {
    return scenario.link().roundTrip().toNanos() / 1e9;
  }

  /** What a round puts on the wire, but for what TLS adds. */
  double bytes(long privatePages, long sharedPages) {
    return privatePages * bytesAPage() + sharedPages * SHARED_PAGE;
  }

  private double bytesAPage() {
    int batch = scenario.options().batchPages();
    return (double) BatchLayout.bytes(batch) / batch;
  }

  /** What a page needs of everything that could hold the move up. */
  Map<Bottleneck, Double> secondsAPage() {
    Map<Bottleneck, Double> all = new EnumMap<>(secondsAPage);
    if (limit > 0) {
      all.put(Bottleneck.BANDWIDTH_LIMIT, limit);
    }
    return all;
  }

  private double slowest() {
    return secondsAPage.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
