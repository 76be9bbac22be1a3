package dev.sealift.fleet.registry;

import dev.sealift.fleet.registry.RegistryException.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * The registry's nodes, one at a time. A write that was repeated because its answer was lost is
 * answered by what it came to: the bytes are there, at the version that it would have had.
 */
final class Nodes {
  private static final int ANY_VERSION = -1;

  private final CuratorFramework client;
  private final Duration patience;

  Nodes(CuratorFramework client, Duration patience) {
    this.client = client;
    this.patience = patience;
  }

  /** What is there, as fresh as {@link #sync} makes it. */
  Optional<Node> readFresh(String path) throws RegistryException {
    sync(path);
    return read(path);
  }

  /**
   * Waits until the server that we are connected to has all that was written so far. ZooKeeper's
   * leader does not wait for itself: what it has just committed it may show a moment later than its
   * followers. So nothing is safe because of a read; it is because of the compare-and-set after it.
   */
  void sync(String path) throws RegistryException {
    var answer = new CompletableFuture<Integer>();
    asked(
        path,
        () ->
            client
                .sync()
                .inBackground((whom, event) -> answer.complete(event.getResultCode()))
                .forPath(path));
    Code code = Code.get(await(path, answer));
    if (code != Code.OK) {
      throw said(path, KeeperException.create(code, path));
    }
  }

  Optional<Node> read(String path) throws RegistryException {
    return asked(
        path,
        () -> {
          var stat = new Stat();
          try {
            byte[] bytes = client.getData().storingStatIn(stat).forPath(path);
            return Optional.of(node(bytes, stat));
          } catch (KeeperException.NoNodeException none) {
            return Optional.empty();
          }
        });
  }

  static Node node(byte[] bytes, Stat stat) {
    return new Node(bytes, stat.getVersion(), stat.getEphemeralOwner(), stat.getMtime());
  }

  List<String> children(String path) throws RegistryException {
    return asked(
        path,
        () -> {
          try {
            return client.getChildren().forPath(path);
          } catch (KeeperException.NoNodeException none) {
            return List.of();
          }
        });
  }

  /**
   * Makes a node.
   *
   * @throws RegistryException EXISTS if there is another one
   */
  void create(String path, byte[] bytes, CreateMode mode) throws RegistryException {
    asked(
        path,
        () -> {
          try {
            return client.create().creatingParentsIfNeeded().withMode(mode).forPath(path, bytes);
          } catch (KeeperException.NodeExistsException exists) {
            Optional<Node> there = readFresh(path);
            if (there.isEmpty() || !isOurs(there.get(), bytes, mode)) {
              throw exists;
            }
            return path;
          }
        });
  }

  private boolean isOurs(Node there, byte[] bytes, CreateMode mode) throws Exception {
    return there.version() == 0
        && Arrays.equals(there.bytes(), bytes)
        && (!mode.isEphemeral() || there.session() == session());
  }

  /**
   * Replaces a node's bytes if it still is what was read.
   *
   * @return its version from now on
   * @throws RegistryException STALE if it is not, ABSENT if it is gone
   */
  int replace(String path, byte[] bytes, int version) throws RegistryException {
    return asked(
        path,
        () -> {
          try {
            return client.setData().withVersion(version).forPath(path, bytes).getVersion();
          } catch (KeeperException.BadVersionException stale) {
            Optional<Node> there = readFresh(path);
            if (there.isPresent()
                && there.get().version() == version + 1
                && Arrays.equals(there.get().bytes(), bytes)) {
              return version + 1;
            }
            throw stale;
          }
        });
  }

  /** Whatever there was. */
  void put(String path, byte[] bytes) throws RegistryException {
    asked(path, () -> client.create().orSetData().creatingParentsIfNeeded().forPath(path, bytes));
  }

  /**
   * Takes a node away if it still is what was read. One that is gone is gone.
   *
   * @throws RegistryException STALE if it is not what was read
   */
  void delete(String path, int version) throws RegistryException {
    asked(
        path,
        () -> {
          try {
            client.delete().withVersion(version).forPath(path);
          } catch (KeeperException.NoNodeException gone) {
            // That is what was wanted.
          }
          return path;
        });
  }

  void delete(String path) throws RegistryException {
    delete(path, ANY_VERSION);
  }

  /** The number of our session. */
  long session() throws Exception {
    return client.getZookeeperClient().getZooKeeper().getSessionId();
  }

  <T> T await(String path, CompletableFuture<T> answer) throws RegistryException {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw unreachable(path, late);
    } catch (ExecutionException e) {
      throw said(path, e.getCause() instanceof Exception cause ? cause : e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(path, e);
    }
  }

  @FunctionalInterface
  interface Question<T> {
    T ask() throws Exception;
  }

  <T> T asked(String path, Question<T> question) throws RegistryException {
    try {
      return question.ask();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(path, e);
    } catch (IllegalStateException closed) {
      throw unreachable(path, closed);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // Curator declares no other.
      throw said(path, e);
    }
  }

  static RegistryException said(String path, Exception e) {
    return switch (e) {
      case RegistryException ours -> ours;
      case KeeperException.BadVersionException _ ->
          new RegistryException(
              Kind.STALE, "Somebody else has replaced %s in the registry.".formatted(path), e);
      case KeeperException.NodeExistsException _ ->
          new RegistryException(
              Kind.EXISTS, "There is %s in the registry already.".formatted(path), e);
      case KeeperException.NoNodeException _ ->
          new RegistryException(Kind.ABSENT, "There is no %s in the registry.".formatted(path), e);
      case KeeperException.NoAuthException _, KeeperException.AuthFailedException _ ->
          new RegistryException(
              Kind.REFUSED,
              "The registry refuses %s to this login: give the one that the fleet was made with."
                  .formatted(path),
              e);
      case KeeperException.InvalidACLException _ ->
          new RegistryException(Kind.REFUSED, "The registry does not take this login.", e);
      default -> unreachable(path, e);
    };
  }

  private static RegistryException unreachable(String path, Exception e) {
    return new RegistryException(
        Kind.UNREACHABLE, "The registry did not answer when asked for %s.".formatted(path), e);
  }
}
