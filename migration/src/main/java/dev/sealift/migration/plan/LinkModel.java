package dev.sealift.migration.plan;

import java.time.Duration;

/**
 * The way between two hosts.
 *
 * @param bytesPerSecond what it carries for a program, all connections together; more than 0
 * @param roundTrip there and back, 0 to 1 min
 */
public record LinkModel(double bytesPerSecond, Duration roundTrip) {

  /**
   * What is left for the program of what an Ethernet carries: 1448 bytes of 1538, with frames of
   * 1500 bytes, IPv4, and time stamps in TCP.
   */
  private static final double ETHERNET_PAYLOAD = 1448.0 / 1538;

  public LinkModel {
    if (!(bytesPerSecond > 0)) {
      throw new IllegalArgumentException("a link carries something: " + bytesPerSecond);
    }
    if (roundTrip.isNegative() || roundTrip.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException("a round trip takes 0 to 1 min: " + roundTrip);
    }
  }

  /**
   * An Ethernet that nobody else uses.
   *
   * @param bytesPerSecond its speed as it is sold, in bytes: 25 Gbit/s are 3.125e9
   */
  public static LinkModel ethernet(long bytesPerSecond, Duration roundTrip) {
    return new LinkModel(bytesPerSecond * ETHERNET_PAYLOAD, roundTrip);
  }

  double seconds(double bytes) {
    return bytes / bytesPerSecond;
  }
}
