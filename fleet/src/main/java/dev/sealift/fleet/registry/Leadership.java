package dev.sealift.fleet.registry;

import java.io.IOException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;

/** One who stands for coordinator. Whoever loses the registry loses the office until it is back. */
public final class Leadership implements AutoCloseable {
  private final LeaderLatch latch;

  private Leadership(LeaderLatch latch) {
    this.latch = latch;
  }

  static Leadership stand(CuratorFramework client, Nodes nodes, String path, String name)
      throws RegistryException {
    var latch = new LeaderLatch(client, path, name);
    nodes.asked(
        path,
        () -> {
          latch.start();
          return latch;
        });
    return new Leadership(latch);
  }

  /**
   * Whether this is the one, as far as is known here. Another one may just have been chosen: what a
   * coordinator writes must not depend on it.
   */
  public boolean leads() {
    return latch.hasLeadership();
  }

  /** Tells when it has become the one, or is it no longer; not to be kept waiting. */
  void onChange(Runnable watcher) {
    latch.addListener(
        new LeaderLatchListener() {
          @Override
          public void isLeader() {
            watcher.run();
          }

          @Override
          public void notLeader() {
            watcher.run();
          }
        });
  }

  @Override
  public void close() {
    try {
      latch.close();
    } catch (IOException unreachable) {
      // The office ends with the session, then.
    }
  }
}
