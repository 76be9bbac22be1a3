package dev.sealift.cli.demo;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What the demonstration tells a host process, one JSON object a line on its standard input. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "order")
@JsonSubTypes({
  @JsonSubTypes.Type(value = HostOrder.Prepare.class, name = "prepare"),
  @JsonSubTypes.Type(value = HostOrder.Launch.class, name = "launch"),
  @JsonSubTypes.Type(value = HostOrder.Run.class, name = "run"),
  @JsonSubTypes.Type(value = HostOrder.Migrate.class, name = "migrate"),
  @JsonSubTypes.Type(value = HostOrder.Prove.class, name = "prove")
})
sealed interface HostOrder {

  /**
   * Bring the platform up.
   *
   * @param password opens the host's identity
   */
  record Prepare(String password) implements HostOrder {}

  /**
   * Source: launch and measure the guest.
   *
   * @param ownerCertificate the guest owner's Diffie-Hellman certificate
   * @param session the owner's session blob
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes of a message
  record Launch(
      long memoryBytes, long hotPages, int policy, byte[] ownerCertificate, byte[] session)
      implements HostOrder {}

  /** Source: the owner accepts the measurement; finish the launch and let the guest run. */
  record Run() implements HostOrder {}

  /** Source: move the guest to the host that listens on this port of the loopback interface. */
  record Migrate(int port, int downtimeMillis) implements HostOrder {}

  /** Destination: stop the guest and compare every page of it. */
  record Prove() implements HostOrder {}
}
