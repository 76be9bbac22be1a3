package dev.sealift.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.stream.Collectors;

/** Knows which platform threads there were, and finds those that came and have not gone. */
final class ThreadWatch {
  /** What was told to end is given so long. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Set<Thread> before = alive();

  /** A sentence if there is a thread too many. */
  List<String> findings() {
    Waiting.upTo(PATIENCE, () -> tooMany().isEmpty());
    List<Thread> left = tooMany();
    return left.isEmpty()
        ? List.of()
        : List.of(
            "The test left %d %s running, %s: end what it has started."
                .formatted(
                    left.size(),
                    left.size() == 1 ? "thread" : "threads",
                    left.stream().map(Thread::getName).sorted().collect(Collectors.joining(", "))));
  }

  private List<Thread> tooMany() {
    return alive().stream()
        .filter(thread -> !before.contains(thread))
        .filter(thread -> !belongsToJava(thread))
        .toList();
  }

  private static Set<Thread> alive() {
    return Set.copyOf(Thread.getAllStackTraces().keySet());
  }

  /** Threads that Java starts when it first needs them, and keeps. */
  private static boolean belongsToJava(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group == null
        || group.getName().equals("system")
        || group.getName().startsWith("Innocuous")
        || thread instanceof ForkJoinWorkerThread
        || thread.getName().startsWith("ForkJoinPool")
        || thread.getName().startsWith("VirtualThread-unparker")
        || thread.getName().startsWith("JFR ");
  }
}
