package dev.sealift.fleet.plan;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.PlatformRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses where a guest goes: of the hosts that may have it and have room for it, the one that is
 * loaded least. What it knows of platforms is what hosts say of themselves; the source of a move
 * holds the destination's certificates against its own policy all the same.
 */
public final class Planner {
  private static final String MODEL = "model";

  private final FleetView view;
  private final JobPolicy policy;
  private final Set<String> emptied;
  private final FleetBooks books;

  /**
   * Plans in a fleet as it is, with the moves that are under way there.
   *
   * @param view the fleet
   * @param policy how guests are moved, and where to
   * @param emptied hosts that no guest is to go to
   */
  public Planner(FleetView view, JobPolicy policy, Set<String> emptied) {
    this.view = view;
    this.policy = policy;
    this.emptied = Set.copyOf(emptied);
    this.books = new FleetBooks(view);
  }

  FleetBooks books() {
    return books;
  }

  /**
   * The best host for a guest.
   *
   * @param avoided a host that is only taken if there is no other; may be empty
   */
  public Choice choose(GuestRecord guest, String avoided) {
    HostBook best = null;
    boolean bestAvoided = true;
    double leastLoad = Double.MAX_VALUE;
    for (HostBook book : books.hosts()) {
      if (obstacle(guest, book) != null) {
        continue;
      }
      boolean isAvoided = book.host().name().equals(avoided);
      double load = load(guest, book);
      if (best == null
          || (isAvoided != bestAvoided
              ? bestAvoided
              : load < leastLoad
                  || (load == leastLoad && book.host().name().compareTo(best.host().name()) < 0))) {
        best = book;
        bestAvoided = isAvoided;
        leastLoad = load;
      }
    }
    return best == null ? new Choice.Nowhere(refusals(guest)) : new Choice.To(best.host().name());
  }

  /** Whether a guest can go to this host, and to no other. */
  public Choice check(GuestRecord guest, String host) {
    HostBook book = books.host(host);
    if (book == null) {
      return new Choice.Nowhere(
          List.of(new Refusal(host, Obstacle.CLOSED, host + " is not there")));
    }
    Obstacle obstacle = obstacle(guest, book);
    return obstacle == null
        ? new Choice.To(host)
        : new Choice.Nowhere(List.of(refusal(guest, book, obstacle)));
  }

  private List<Refusal> refusals(GuestRecord guest) {
    List<Refusal> refusals = new ArrayList<>();
    for (HostBook book : books.hosts()) {
      Obstacle obstacle = obstacle(guest, book);
      if (obstacle != null && !book.host().name().equals(guest.owner())) {
        refusals.add(refusal(guest, book, obstacle));
      }
    }
    refusals.sort(Comparator.comparing(Refusal::host));
    return refusals;
  }

  /** Of its memory and of the moves that it may have at a time, the shares that would be taken. */
  private double load(GuestRecord guest, HostBook book) {
    return book.share(guest.shape().memoryBytes()) + (double) book.moves() / policy.perHost();
  }

  private @Nullable Obstacle obstacle(GuestRecord guest, HostBook book) {
    HostRecord host = book.host();
    if (host.name().equals(guest.owner()) || emptied.contains(host.name())) {
      return Obstacle.SAME_HOST;
    }
    if (!host.takesGuests()) {
      return Obstacle.CLOSED;
    }
    GuestPolicy asked = new GuestPolicy(guest.shape().policy());
    Obstacle trust = trust(guest, asked, host);
    if (trust != null) {
      return trust;
    }
    if (!book.hasAsid(asked.es())) {
      return Obstacle.ASIDS;
    }
    if (book.freeBytes() - guest.shape().memoryBytes() < headroom(host)) {
      return Obstacle.MEMORY;
    }
    if (neighbour(guest, host) != null) {
      return Obstacle.APART;
    }
    return isBusy(guest.owner(), book) ? Obstacle.BUSY : null;
  }

  private @Nullable Obstacle trust(GuestRecord guest, GuestPolicy asked, HostRecord host) {
    PlatformRecord platform = host.platform();
    if (asked.noSend()) {
      return Obstacle.NOSEND;
    }
    if (!host.labels().entrySet().containsAll(policy.labels().entrySet())) {
      return Obstacle.LABELS;
    }
    if (!policy.generations().isEmpty() && !policy.generations().contains(platform.generation())) {
      return Obstacle.GENERATION;
    }
    if (isOlder(platform, policy.apiMajor(), policy.apiMinor())
        || isOlder(platform, asked.apiMajor(), asked.apiMinor())) {
      return Obstacle.API;
    }
    if (asked.es() && !platform.es()) {
      return Obstacle.ES;
    }
    HostBook source = books.host(guest.owner());
    if (source == null) {
      return null;
    }
    PlatformRecord own = source.host().platform();
    if ((asked.domain() || policy.sameOwner()) && !own.owner().equals(platform.owner())) {
      return Obstacle.OWNER;
    }
    boolean sameKind = own.generation().equals(MODEL) == platform.generation().equals(MODEL);
    return asked.sev() && !sameKind && !own.root().equals(platform.root()) ? Obstacle.ROOT : null;
  }

  private static boolean isOlder(PlatformRecord platform, int major, int minor) {
    return platform.apiMajor() < major
        || (platform.apiMajor() == major && platform.apiMinor() < minor);
  }

  private long headroom(HostRecord host) {
    return host.capacity().memoryBytes() / 100 * policy.headroomPercent();
  }

  /** Another guest of its group that is too near to that host; null where there is none. */
  private @Nullable String neighbour(GuestRecord guest, HostRecord host) {
    if (guest.group().isEmpty()) {
      return null;
    }
    String place = place(host);
    for (Map.Entry<String, Set<String>> member : books.members(guest.group()).entrySet()) {
      if (!member.getKey().equals(guest.name())
          && member.getValue().stream().anyMatch(at -> place(at).equals(place))) {
        return member.getKey();
      }
    }
    return null;
  }

  /** Where a host stands; one without the label stands for itself. */
  private String place(String host) {
    HostRecord record = view.hosts().get(host);
    return record == null ? "host " + host : place(record);
  }

  private String place(HostRecord host) {
    String label = policy.apart().isEmpty() ? null : host.labels().get(policy.apart());
    return label == null ? "host " + host.name() : policy.apart() + " " + label;
  }

  private boolean isBusy(String from, HostBook to) {
    return to.moves() >= policy.perHost()
        || books.movesBetween(from, to.host().name()) >= policy.perLink();
  }

  /** Whether a host can send one more guest now. */
  boolean maySend(String host) {
    HostBook book = books.host(host);
    return book != null && book.moves() < policy.perHost();
  }

  private Refusal refusal(GuestRecord guest, HostBook book, Obstacle obstacle) {
    HostRecord host = book.host();
    GuestPolicy asked = new GuestPolicy(guest.shape().policy());
    String name = host.name();
    String reason =
        switch (obstacle) {
          case SAME_HOST -> name + " is to be left";
          case CLOSED -> name + " takes no guests";
          case NOSEND -> "the guest's policy says NOSEND: it may not leave " + guest.owner();
          case LABELS -> "%s is not labelled %s".formatted(name, policy.labels());
          case GENERATION ->
              "%s is a %s, and asked for is %s"
                  .formatted(
                      name,
                      host.platform().generation(),
                      String.join(" or ", policy.generations()));
          case API ->
              "%s has API %d.%d, the job asks for %d.%d and the guest's policy for %d.%d"
                  .formatted(
                      name,
                      host.platform().apiMajor(),
                      host.platform().apiMinor(),
                      policy.apiMajor(),
                      policy.apiMinor(),
                      asked.apiMajor(),
                      asked.apiMinor());
          case OWNER ->
              "%s belongs to another owner, and %s asks for the same one"
                  .formatted(name, asked.domain() ? "the guest's policy" : "the job");
          case ROOT ->
              name + "'s chain leads to another root, and the guest's policy asks for AMD's";
          case ES -> name + " has no SEV-ES, and the guest needs it";
          case APART ->
              "%s is where %s is, which is of the same group, %s"
                  .formatted(
                      policy.apart().isEmpty() ? name : name + " in " + place(host),
                      Objects.requireNonNull(neighbour(guest, host)),
                      guest.group());
          case MEMORY ->
              "%s has %d MiB free beside its headroom, and the guest needs %d"
                  .formatted(
                      name,
                      Math.max(0, book.freeBytes() - headroom(host)) >> 20,
                      guest.shape().memoryBytes() >> 20);
          case ASIDS ->
              "%s has no ASID left for a guest with%s SEV-ES"
                  .formatted(name, asked.es() ? "" : "out");
          case BUSY -> name + " has as many moves under way as are allowed";
        };
    return new Refusal(name, obstacle, reason);
  }
}
