package dev.sealift.testkit;

import dev.sealift.kernel.KernelProfile;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** All that one test was given. */
final class TestWorld {
  private final Ground ground;
  private final KernelProfile kernel;
  private final long seed;
  private final SplittableRandom seeds;
  private final RandomGenerator random;
  private final @Nullable ThreadWatch threads;
  private @Nullable TestHost host;
  private @Nullable TwoHosts twoHosts;

  /**
   * A world that has nothing yet.
   *
   * @param watchThreads whether a new thread can only be this test's
   */
  TestWorld(Ground ground, KernelProfile kernel, long seed, boolean watchThreads) {
    this.ground = ground;
    this.kernel = kernel;
    this.seed = seed;
    this.seeds = new SplittableRandom(seed);
    this.random = seeds.split();
    ModelRoots.root(); // its threads are not this test's
    this.threads = watchThreads ? new ThreadWatch() : null;
  }

  long seed() {
    return seed;
  }

  RandomGenerator random() {
    return random;
  }

  synchronized TestHost host() {
    if (host == null) {
      host = TestHost.powerUp("host", ground, kernel, secureRandom());
    }
    return host;
  }

  synchronized TwoHosts twoHosts() {
    if (twoHosts == null) {
      twoHosts =
          TwoHosts.join(
              TestHost.powerUp("source", ground, kernel, secureRandom()),
              TestHost.powerUp("destination", ground, kernel, secureRandom()));
    }
    return twoHosts;
  }

  /** Keys that can be made again: for tests, and for nothing else. */
  private SecureRandom secureRandom() {
    try {
      SecureRandom made = SecureRandom.getInstance("SHA1PRNG");
      made.setSeed(seeds.nextLong());
      return made;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA1PRNG", e);
    }
  }

  /** Ends it all; returns what the test left behind, a sentence each. */
  synchronized List<String> close() {
    List<String> findings = new ArrayList<>();
    if (twoHosts != null) {
      findings.addAll(twoHosts.close());
    }
    if (host != null) {
      findings.addAll(host.close());
    }
    if (threads != null) {
      findings.addAll(threads.findings());
    }
    return findings;
  }
}
