package dev.sealift.bench;

import dev.sealift.interpose.ClientThread;
import dev.sealift.interpose.InterposeException;

/**
 * What PLATFORM_STATUS costs another program: an ioctl that goes to Linux, and comes to the
 * software kernel by one of Linux's own paths.
 */
public final class ClientCallCost implements Contestant {
  private static final int CALLS = 500;

  private final ClientThread client;
  private final Samples micros = new Samples();

  /**
   * The cost for a client, which is closed with this.
   *
   * @param client through FUSE or through seccomp
   */
  public ClientCallCost(ClientThread client) {
    this.client = client;
  }

  /** Microseconds a call, of each turn. */
  public Samples micros() {
    return micros;
  }

  @Override
  public void warmUp() throws InterposeException {
    client.microsPerCall(CALLS);
  }

  @Override
  public void turn() throws InterposeException {
    micros.add(client.microsPerCall(CALLS));
  }

  @Override
  public void close() {
    client.close();
  }
}
