package dev.sealift.fleet.registry;

import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.RegistryException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.jspecify.annotations.Nullable;

/**
 * The children of one node, so that a reader of all of them fetches only those that have changed.
 *
 * <p>ZooKeeper tells one thread of answers and of changes in the order in which they happened, so
 * an answer is kept only where that thread saw no change after it. Changes are told by a watch that
 * does not survive its connection: whenever that breaks, everything is forgotten.
 */
final class Mirror<T extends Record> {
  private static final int AT_A_TIME = 2_000;
  private static final int TRIES = 20;

  private final CuratorFramework client;
  private final Nodes nodes;
  private final String parent;
  private final Class<T> type;
  private final Runnable changed;

  private final ReentrantLock watchLock = new ReentrantLock();
  private final Map<String, Entry<T>> known = new HashMap<>();
  private @Nullable List<String> names;
  private boolean watching;
  private long epoch;

  /** A child, or why it cannot be read. */
  private record Entry<T>(@Nullable T value, int version, long changedMillis, String problem) {}

  /**
   * What is there.
   *
   * @param values by name
   * @param changedMillis when each was last written, by the registry's clock
   * @param problems a sentence for each that cannot be read
   */
  record Contents<T>(
      Map<String, Versioned<T>> values, Map<String, Long> changedMillis, List<String> problems) {}

  Mirror(CuratorFramework client, Nodes nodes, String parent, Class<T> type, Runnable changed) {
    this.client = client;
    this.nodes = nodes;
    this.parent = parent;
    this.type = type;
    this.changed = changed;
  }

  /** Everything that is there, as fresh as {@link Nodes#sync} makes it. */
  Contents<T> read() throws RegistryException {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      watch();
      nodes.sync(parent);
      fetch(missing());
      Contents<T> contents = contents();
      if (contents != null) {
        return contents;
      }
    }
    throw new RegistryException(
        Kind.UNREACHABLE,
        "The connection to the registry broke while %s was read.".formatted(parent));
  }

  /**
   * Nothing is kept that was fetched while nobody watched: who comes second waits for the first.
   */
  private void watch() throws RegistryException {
    watchLock.lock();
    try {
      synchronized (this) {
        if (watching) {
          return;
        }
        forget();
        watching = true;
      }
      addWatch();
    } finally {
      watchLock.unlock();
    }
  }

  private void addWatch() throws RegistryException {
    try {
      nodes.asked(
          parent,
          () -> {
            client
                .watchers()
                .add()
                .withMode(AddWatchMode.PERSISTENT_RECURSIVE)
                .usingWatcher((Watcher) this::heard)
                .forPath(parent);
            return parent;
          });
    } catch (RegistryException e) {
      forget();
      throw e;
    }
  }

  private void heard(WatchedEvent event) {
    if (event.getType() == EventType.None) {
      forget();
    } else {
      forget(event);
    }
    changed.run();
  }

  private synchronized void forget() {
    watching = false;
    names = null;
    known.clear();
    epoch++;
  }

  private synchronized void forget(WatchedEvent event) {
    String path = event.getPath();
    if (event.getType() != EventType.NodeDataChanged) {
      names = null;
    }
    if (path != null && path.length() > parent.length()) {
      known.remove(path.substring(parent.length() + 1));
    }
  }

  private List<String> missing() throws RegistryException {
    boolean unknown;
    synchronized (this) {
      unknown = names == null;
    }
    if (unknown) {
      var answer = new CompletableFuture<Integer>();
      nodes.asked(
          parent, () -> client.getChildren().inBackground(keepNames(answer)).forPath(parent));
      check(parent, nodes.await(parent, answer));
    }
    synchronized (this) {
      List<String> missing = new ArrayList<>(names == null ? List.of() : names);
      missing.removeIf(known::containsKey);
      return missing;
    }
  }

  private synchronized BackgroundCallback keepNames(CompletableFuture<Integer> answer) {
    long asked = epoch;
    return (whom, event) -> {
      synchronized (this) {
        Code code = Code.get(event.getResultCode());
        if (asked == epoch && code == Code.OK) {
          names = event.getChildren();
        } else if (asked == epoch && code == Code.NONODE) {
          names = List.of();
        }
      }
      answer.complete(event.getResultCode());
    };
  }

  private void fetch(List<String> missing) throws RegistryException {
    for (int from = 0; from < missing.size(); from += AT_A_TIME) {
      Map<String, CompletableFuture<Integer>> answers = new HashMap<>();
      for (String name : missing.subList(from, Math.min(from + AT_A_TIME, missing.size()))) {
        String path = parent + "/" + name;
        var answer = new CompletableFuture<Integer>();
        nodes.asked(
            path, () -> client.getData().inBackground(keep(name, path, answer)).forPath(path));
        answers.put(path, answer);
      }
      for (Map.Entry<String, CompletableFuture<Integer>> answer : answers.entrySet()) {
        check(answer.getKey(), nodes.await(answer.getKey(), answer.getValue()));
      }
    }
  }

  private synchronized BackgroundCallback keep(
      String name, String path, CompletableFuture<Integer> answer) {
    long asked = epoch;
    return (whom, event) -> {
      synchronized (this) {
        if (asked == epoch && Code.get(event.getResultCode()) == Code.OK) {
          known.put(name, entry(path, event));
        } else if (asked == epoch && Code.get(event.getResultCode()) == Code.NONODE) {
          names = null;
        }
      }
      answer.complete(event.getResultCode());
    };
  }

  private Entry<T> entry(String path, CuratorEvent event) {
    Node node = Nodes.node(event.getData(), event.getStat());
    try {
      return new Entry<>(
          RecordCodec.decode(path, node.bytes(), type), node.version(), node.changedMillis(), "");
    } catch (RegistryException malformed) {
      return new Entry<>(
          null, node.version(), node.changedMillis(), String.valueOf(malformed.getMessage()));
    }
  }

  private static void check(String path, int code) throws RegistryException {
    if (code != Code.OK.intValue() && code != Code.NONODE.intValue()) {
      throw Nodes.said(path, KeeperException.create(Code.get(code), path));
    }
  }

  /** All of it, or null if something changed that has not been fetched yet, or the watch broke. */
  private synchronized @Nullable Contents<T> contents() {
    if (!watching || names == null) {
      return null;
    }
    Map<String, Versioned<T>> values = new TreeMap<>();
    Map<String, Long> times = new HashMap<>();
    List<String> problems = new ArrayList<>();
    for (String name : names) {
      Entry<T> entry = known.get(name);
      if (entry == null) {
        return null;
      }
      times.put(name, entry.changedMillis());
      if (entry.value() == null) {
        problems.add(entry.problem());
      } else {
        values.put(name, new Versioned<>(entry.value(), entry.version()));
      }
    }
    return new Contents<>(values, times, problems);
  }
}
