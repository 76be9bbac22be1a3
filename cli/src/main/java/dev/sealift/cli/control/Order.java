package dev.sealift.cli.control;

import org.jspecify.annotations.Nullable;

/** What a host is asked to do: the arguments of a request. */
public sealed interface Order {

  /** Answered with a HostView. */
  record QueryHost() implements Order {}

  /**
   * Launches a guest; answered with a {@link Started}.
   *
   * @param name unique on the host
   * @param memory bytes
   * @param workload what runs in it: {@code idle}, or {@code writer:hot=64M}
   * @param policy as {@code nodbg,sev} or 0x21
   * @param paused whether it is launched, but does not run yet
   * @param group guests of one group are kept apart in a fleet; null for none
   */
  record GuestStart(
      String name,
      long memory,
      String workload,
      String policy,
      boolean paused,
      @Nullable String group)
      implements Order {
    public GuestStart {
      need("name", name);
      need("workload", workload);
      need("policy", policy);
    }
  }

  /** Answered with a GuestView, for which the firmware was asked. */
  record GuestShow(String name) implements Order {
    public GuestShow {
      need("name", name);
    }
  }

  /** The guest stands still; answered with a GuestView. */
  record GuestPause(String name) implements Order {
    public GuestPause {
      need("name", name);
    }
  }

  /** The guest runs on, or for the first time; answered with a GuestView. */
  record GuestResume(String name) implements Order {
    public GuestResume {
      need("name", name);
    }
  }

  /** The guest ends, and is gone; answered with the last GuestView. */
  record GuestStop(String name) implements Order {
    public GuestStop {
      need("name", name);
    }
  }

  /** Every page of the guest is compared with its program; answered with a {@link Proof}. */
  record GuestProve(String name) implements Order {
    public GuestProve {
      need("name", name);
    }
  }

  /**
   * Begins a move; answered with its MoveView as soon as it has a name, while it goes on. What is
   * null has the default of MoveOptions.
   *
   * @param guest which guest
   * @param host the destination, by the name or address that its certificate is for
   * @param port where it listens, 1 to 65535
   * @param downtimeMillis how long the guest may run nowhere
   * @param bytesPerSecond the most that is sent while the guest runs
   * @param rounds the most rounds
   * @param throttle the most percent of the time that the guest is kept standing
   * @param connections data connections
   * @param dryRun everything of the move up to its first page, and then nothing
   */
  record Migrate(
      String guest,
      String host,
      int port,
      @Nullable Long downtimeMillis,
      @Nullable Long bytesPerSecond,
      @Nullable Integer rounds,
      @Nullable Integer throttle,
      @Nullable Integer connections,
      boolean dryRun)
      implements Order {
    public Migrate {
      need("guest", guest);
      need("host", host);
    }
  }

  /** Calls a move off; answered with a {@link Cancelled}. */
  record MigrateCancel(String move) implements Order {
    public MigrateCancel {
      need("move", move);
    }
  }

  /** Answered with the MoveView of a move. */
  record QueryMigrate(String move) implements Order {
    public QueryMigrate {
      need("move", move);
    }
  }

  /**
   * Tells whatever changes, as events, until the connection or the move ends; then answered with
   * the last view.
   *
   * @param move of which move; null for all of the host
   */
  record Follow(@Nullable String move) implements Order {}

  /** A name that must be there. */
  private static void need(String name, @Nullable String value) {
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException("'%s' is missing".formatted(name));
    }
  }
}
