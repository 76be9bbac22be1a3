package dev.sealift.migration;

import dev.sealift.vmm.Guest;
import java.net.InetSocketAddress;

/**
 * The host that a guest leaves: sends the guest's memory round by round while the guest runs, then
 * pauses it, sends the rest and hands it over ({@link HandOverStep}).
 */
public final class MigrationSource {
  private final SourceHost host;

  public MigrationSource(SourceHost host) {
    this.host = host;
  }

  /**
   * Moves a guest. Returns when the guest runs at the destination, or again here, or when only the
   * destination may run it; every failure is an outcome. After {@link MoveOutcome.Moved} and {@link
   * MoveOutcome.HandedOver} the guest can never run here again and is the caller's to close.
   *
   * <p>Interrupting the calling thread calls the move off, unless the guest is past the point of no
   * return.
   *
   * @param guest runs here; no other move of it may be under way
   * @param destination where a {@link MigrationDestination} listens, by the name or address that
   *     its TLS certificate is for
   */
  public MoveOutcome move(
      Guest guest, InetSocketAddress destination, MoveOptions options, MoveListener listener) {
    return new SourceMove(host, guest, destination, options, listener).run();
  }
}
