package dev.sealift.cli.view;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A host at one moment.
 *
 * @param name what it is called
 * @param version of Sealift
 * @param kind what its guests run on: kvm or model
 * @param kernel which SEV commands its kernel serves: mainline or extended
 * @param emulated true where its Secure Processor is software
 * @param now when this was true
 * @param started when the host process began
 * @param address where it listens for guests, as {@code host:port}; null where it takes none
 * @param guests those that it has, by name
 * @param moves those under way and the last ones that ended, newest first
 * @param fleet the fleet that it belongs to; null where it belongs to none, and where it was not
 *     asked for
 */
public record HostView(
    String name,
    String version,
    String kind,
    String kernel,
    boolean emulated,
    Instant now,
    Instant started,
    @Nullable String address,
    PlatformView platform,
    List<GuestView> guests,
    List<MoveView> moves,
    @Nullable FleetGlance fleet) {
  public HostView {
    guests = List.copyOf(guests);
    moves = List.copyOf(moves);
  }

  /** The same host, with its fleet. */
  public HostView within(@Nullable FleetGlance of) {
    return new HostView(
        name, version, kind, kernel, emulated, now, started, address, platform, guests, moves, of);
  }
}
