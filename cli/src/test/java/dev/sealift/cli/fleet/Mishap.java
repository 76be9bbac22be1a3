package dev.sealift.cli.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;

/** What happens to a fleet while a host of it is emptied, and ends again after a while. */
enum Mishap {
  COORDINATOR_KILLED("kill -9 of the coordinator") {
    @Override
    Ending strike(FleetLab lab, int source, Random random) throws Exception {
      String killed = lab.killCoordinator();
      return () -> lab.restartCoordinator(killed);
    }
  },
  SOURCE_KILLED("kill -9 of the source's host") {
    @Override
    Ending strike(FleetLab lab, int source, Random random) throws Exception {
      lab.killHost(source);
      return () -> lab.restartHost(source);
    }
  },
  DESTINATION_KILLED("kill -9 of a destination's host") {
    @Override
    Ending strike(FleetLab lab, int source, Random random) throws Exception {
      int host = other(source, random);
      lab.killHost(host);
      return () -> lab.restartHost(host);
    }
  },
  SERVER_KILLED("kill -9 of a ZooKeeper server") {
    @Override
    Ending strike(FleetLab lab, int source, Random random) throws Exception {
      int server = random.nextInt(3);
      lab.ensemble().kill(server);
      return () -> {
        lab.ensemble().launch(server);
        lab.ensemble().awaitServing(server);
      };
    }
  },
  MAJORITY_KILLED("kill -9 of two ZooKeeper servers of three") {
    @Override
    Ending strike(FleetLab lab, int source, Random random) throws Exception {
      List<Integer> servers = new ArrayList<>(List.of(0, 1, 2));
      servers.remove(random.nextInt(servers.size()));
      for (int server : servers) {
        lab.ensemble().kill(server);
      }
      return () -> {
        for (int server : servers) {
          lab.ensemble().launch(server);
        }
        for (int server : servers) {
          lab.ensemble().awaitServing(server);
        }
      };
    }
  },
  CABLE_PULLED("network: the source reaches nobody") {
    @Override
    Ending strike(FleetLab lab, int source, Random random) throws Exception {
      lab.network().unplug(source);
      return () -> lab.network().plug(source);
    }
  },
  HOSTS_SPLIT("network split: source and a destination") {
    @Override
    Ending strike(FleetLab lab, int source, Random random) throws Exception {
      int host = other(source, random);
      lab.network().split(source, host);
      return () -> lab.network().heal(source, host);
    }
  },
  SOURCE_WITHOUT_REGISTRY("network split: source and registry") {
    @Override
    Ending strike(FleetLab lab, int source, Random random) throws Exception {
      lab.network().splitFromOutside(source);
      return () -> lab.network().healFromOutside(source);
    }
  },
  DESTINATION_WITHOUT_REGISTRY("network split: a destination and registry") {
    @Override
    Ending strike(FleetLab lab, int source, Random random) throws Exception {
      int host = other(source, random);
      lab.network().splitFromOutside(host);
      return () -> lab.network().healFromOutside(host);
    }
  };

  /** Everything is as before. */
  interface Ending {
    void come() throws Exception;
  }

  /** So long after its last word the registry takes a host for gone. */
  private static final long SESSION_MILLIS = 10_000;

  /** One host is not killed twice, and the ensemble not without a majority. */
  private static final ReentrantLock ONE_DEAD = new ReentrantLock();

  private final String words;
  private final ReentrantLock once = new ReentrantLock();

  Mishap(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  private boolean isolatesSource() {
    return this == CABLE_PULLED || this == SOURCE_WITHOUT_REGISTRY;
  }

  private boolean kills() {
    return ordinal() <= MAJORITY_KILLED.ordinal();
  }

  abstract Ending strike(FleetLab lab, int source, Random random) throws Exception;

  /** Happens, lasts so long, and ends. */
  void befall(FleetLab lab, int source, Random random, long millis) throws Exception {
    ReentrantLock oneAtATime = kills() ? ONE_DEAD : once;
    oneAtATime.lock();
    try {
      Ending ending = strike(lab, source, random);
      Thread.sleep(millis);
      if (FleetLab.LEASE && isolatesSource() && millis > SESSION_MILLIS) {
        lab.checkStill(source);
      }
      ending.come();
    } finally {
      oneAtATime.unlock();
    }
  }

  private static int other(int source, Random random) {
    int host = 1 + random.nextInt(FleetLab.HOSTS - 1);
    return host < source ? host : host + 1;
  }
}
