package dev.sealift.bench;

import dev.sealift.interpose.ClientThread;
import dev.sealift.interpose.InterposeException;

/**
 * What PLATFORM_STATUS costs another program: an ioctl that goes to Linux, and comes to the
 * software kernel by one of Linux's own paths.
 */
public final class ClientCallCost implements Contestant {
  private static final int WARM_UP_CALLS = 500;

  private final ClientThread client;
  private final int calls;
  private final Samples micros = new Samples();

  /**
   * The cost for a client, which is closed with this.
   *
   * @param client through FUSE or through seccomp
   * @param calls how many are made in a turn
   */
  public ClientCallCost(ClientThread client, int calls) {
    this.client = client;
    this.calls = calls;
  }

  /** Microseconds a call, of each turn. */
  public Samples micros() {
    return micros;
  }

  @Override
  public void warmUp() throws InterposeException {
    client.microsPerCall(WARM_UP_CALLS);
  }

  @Override
  public void turn() throws InterposeException {
    micros.add(client.microsPerCall(calls));
  }

  @Override
  public void close() {
    client.close();
  }
}
