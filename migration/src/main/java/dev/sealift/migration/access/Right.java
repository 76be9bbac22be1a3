package dev.sealift.migration.access;

import java.util.Locale;

/** What a peer may do with this host. */
public enum Right {
  /** The peer may send guests to this host, which is then the destination. */
  SEND,

  /** The peer may receive guests from this host, which is then the source. */
  RECEIVE;

  /** The word in a list of allowed peers: send, receive. */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * What happens where a peer does not have the right, in words that both hosts understand.
   *
   * @param guests "guests", or which one
   */
  String refusal(String guests, PeerIdentity peer) {
    return switch (this) {
      case SEND ->
          "the destination does not take %s from %s: its list of allowed peers does not let that peer send it; whoever runs the destination can add it there"
              .formatted(guests, peer.words());
      case RECEIVE ->
          "the source does not send %s to %s: its list of allowed peers does not let that peer receive it; whoever runs the source can add it there"
              .formatted(guests, peer.words());
    };
  }
}
