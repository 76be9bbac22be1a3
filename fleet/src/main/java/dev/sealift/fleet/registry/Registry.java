package dev.sealift.fleet.registry;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.RegistryException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryUntilElapsed;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/**
 * What a fleet remembers, in ZooKeeper: the only door to it. Thread-safe. Every question is over
 * within the patience of the {@link RegistrySettings}, give or take a connection's own time limit;
 * one that changes something may have done so although it is UNREACHABLE, and may be repeated.
 */
public final class Registry implements AutoCloseable {
  private static final String HOSTS = "/hosts";
  private static final String MEMBERS = "/members";
  private static final String GUESTS = "/guests";
  private static final String MOVES = "/moves";
  private static final String JOBS = "/jobs";
  private static final String COORDINATOR = "/coordinator";

  private static final String NOBODY = "";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
  private static final int MOST_JOBS = 100;
  private static final Duration JOB_KEPT = Duration.ofDays(7);
  private static final int CONNECT_MILLIS = 2_000;
  private static final int RETRY_MILLIS = 100;
  private static final int CLOSE_MILLIS = 1_000;

  /** The names of 50,000 guests come in one answer. */
  private static final int MOST_ANSWER_BYTES = 16 << 20;

  private final CuratorFramework client;
  private final Nodes nodes;
  private final List<Consumer<RegistryLink>> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
  private final Mirror<HostRecord> hosts;
  private final Mirror<MemberRecord> members;
  private final Mirror<GuestRecord> guests;
  private final Mirror<MoveRecord> moves;
  private final Mirror<Job> jobs;

  private Registry(CuratorFramework client, Duration patience) {
    this.client = client;
    nodes = new Nodes(client, patience);
    hosts = new Mirror<>(client, nodes, HOSTS, HostRecord.class, this::changed);
    members = new Mirror<>(client, nodes, MEMBERS, MemberRecord.class, this::changed);
    guests = new Mirror<>(client, nodes, GUESTS, GuestRecord.class, this::changed);
    moves = new Mirror<>(client, nodes, MOVES, MoveRecord.class, this::changed);
    jobs = new Mirror<>(client, nodes, JOBS, Job.class, this::changed);
  }

  /** Begins to connect; whoever asks first waits until it has. */
  public static Registry connect(RegistrySettings settings) {
    var config = new ZKClientConfig();
    config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    config.setProperty(ZKClientConfig.JUTE_MAXBUFFER, Integer.toString(MOST_ANSWER_BYTES));
    var builder =
        CuratorFrameworkFactory.builder()
            .connectString(settings.address().connectString())
            .namespace(settings.address().root().substring(1))
            .sessionTimeoutMs(Math.toIntExact(settings.session().toMillis()))
            .connectionTimeoutMs(CONNECT_MILLIS)
            .maxCloseWaitMs(CLOSE_MILLIS)
            .retryPolicy(
                new RetryUntilElapsed(
                    Math.toIntExact(settings.patience().toMillis()), RETRY_MILLIS))
            .zkClientConfig(config)
            .ensembleTracker(false)
            .dontUseContainerParents();
    RegistryLogin login = settings.login();
    if (login != null) {
      builder.authorization("digest", login.reveal()).aclProvider(new OwnAccess());
    }
    CuratorFramework client = builder.build();
    var registry = new Registry(client, settings.patience());
    client.getConnectionStateListenable().addListener((whose, state) -> registry.heard(state));
    client.start();
    return registry;
  }

  /** What is made with a login is that login's alone. */
  private static final class OwnAccess implements ACLProvider {
    /** ZooKeeper asks lists whether they contain null. */
    private static final List<ACL> CREATOR =
        Collections.singletonList(new ACL(Perms.ALL, new Id("auth", "")));

    @Override
    public List<ACL> getDefaultAcl() {
      return CREATOR;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
      return CREATOR;
    }
  }

  private void heard(ConnectionState state) {
    RegistryLink link =
        switch (state) {
          case SUSPENDED, READ_ONLY -> RegistryLink.SUSPENDED;
          case LOST -> RegistryLink.LOST;
          case CONNECTED, RECONNECTED -> RegistryLink.BACK;
        };
    listeners.forEach(listener -> listener.accept(link));
    changed();
  }

  private void changed() {
    watchers.forEach(Runnable::run);
  }

  /** Tells of every change of the link; called by a thread that must not be kept waiting. */
  public void onLink(Consumer<RegistryLink> listener) {
    listeners.add(listener);
  }

  /**
   * Tells whenever something changed among what this registry has been asked for as a whole: a
   * snapshot, orders, jobs. Called by a thread that must not be kept waiting or ask the registry.
   */
  public void onChange(Runnable watcher) {
    watchers.add(watcher);
  }

  /** Waits for the first connection; false if there was none in time. */
  public boolean awaitConnection(Duration limit) throws InterruptedException {
    return client.blockUntilConnected(Math.toIntExact(limit.toMillis()), TimeUnit.MILLISECONDS);
  }

  /**
   * Says that a host is there, for as long as this process is, and what it has now.
   *
   * @throws RegistryException EXISTS if another host has that name or that key
   */
  public void announce(HostRecord host) throws RegistryException {
    String member = path(MEMBERS, host.name());
    String path = path(HOSTS, host.name());
    enlist(member, new MemberRecord(host.name(), host.key(), host.address(), host.lease()));
    byte[] bytes = RecordCodec.encode(path, host);
    Optional<Node> there = nodes.readFresh(path);
    long session = nodes.asked(path, nodes::session);
    if (there.isPresent() && there.get().session() == session) {
      nodes.replace(path, bytes, there.get().version());
      return;
    }
    if (there.isPresent()) {
      // The same key, by the member's record: this host's own life before this one.
      nodes.delete(path, there.get().version());
    }
    nodes.create(path, bytes, CreateMode.EPHEMERAL);
  }

  private void enlist(String path, MemberRecord member) throws RegistryException {
    Map<String, Versioned<MemberRecord>> all = members.read().values();
    for (Versioned<MemberRecord> other : all.values()) {
      boolean sameName = other.value().name().equals(member.name());
      if (sameName != other.value().key().equals(member.key())) {
        throw new RegistryException(
            Kind.EXISTS,
            "The fleet knows the host %s by the key %s, and this is %s with %s: choose another name, or forget the old host."
                .formatted(other.value().name(), other.value().key(), member.name(), member.key()));
      }
    }
    Versioned<MemberRecord> known = all.get(member.name());
    if (known == null) {
      nodes.create(path, RecordCodec.encode(path, member), CreateMode.PERSISTENT);
    } else if (!known.value().equals(member)) {
      nodes.replace(path, RecordCodec.encode(path, member), known.version());
    }
  }

  /** Says that a host is not there any more; it stays a member. */
  public void leave(String host) throws RegistryException {
    nodes.delete(path(HOSTS, host));
  }

  /** A host that the fleet knows, whether it is there or not. */
  public Optional<MemberRecord> member(String host) throws RegistryException {
    return readFresh(path(MEMBERS, host), MemberRecord.class).map(Versioned::value);
  }

  /** The name of the member with a TLS key, {@code sha256:} and 64 hexadecimal digits. */
  public Optional<String> hostWithKey(String key) throws RegistryException {
    return members.read().values().values().stream()
        .map(Versioned::value)
        .filter(member -> member.key().equals(key))
        .map(MemberRecord::name)
        .findFirst();
  }

  /**
   * Takes a guest's name for its owner, if it is nobody's. Done again it answers the same.
   *
   * @return the record as it is now
   * @throws RegistryException EXISTS if it is another host's; the message says whose
   */
  public Versioned<GuestRecord> claim(GuestRecord guest) throws RegistryException {
    String path = path(GUESTS, guest.name());
    byte[] bytes = RecordCodec.encode(path, guest);
    try {
      nodes.create(path, bytes, CreateMode.PERSISTENT);
      return new Versioned<>(guest, 0);
    } catch (RegistryException e) {
      if (e.kind() != Kind.EXISTS) {
        throw e;
      }
    }
    Versioned<GuestRecord> there =
        guest(guest.name())
            .orElseThrow(() ->
                new RegistryException(
                    Kind.STALE,
                    "The guest %s was just given up: try again.".formatted(guest.name())));
    if (there.value().owner().equals(guest.owner())) {
      return there;
    }
    if (there.value().owner().equals(NOBODY)) {
      return new Versioned<>(guest, nodes.replace(path, bytes, there.version()));
    }
    throw new RegistryException(
        Kind.EXISTS,
        "There is a guest %s in the fleet already, and the host %s owns it."
            .formatted(guest.name(), there.value().owner()));
  }

  /** A guest as it is now. */
  public Optional<Versioned<GuestRecord>> guest(String name) throws RegistryException {
    return readFresh(path(GUESTS, name), GuestRecord.class);
  }

  /** The guests of one host. Reads all of the fleet's, once. */
  public List<String> guestsOf(String host) throws RegistryException {
    List<String> own = new ArrayList<>();
    for (String name : nodes.children(GUESTS)) {
      Optional<Versioned<GuestRecord>> guest = guest(name);
      if (guest.isPresent() && guest.get().value().owner().equals(host)) {
        own.add(name);
      }
    }
    return own;
  }

  /**
   * Replaces what is known of a guest by its owner, who stays it.
   *
   * @return the version from now on
   */
  public int describe(GuestRecord guest, int version) throws RegistryException {
    return replace(path(GUESTS, guest.name()), guest, version);
  }

  /**
   * Gives up a guest's name: the guest is no more.
   *
   * @throws RegistryException STALE if the record is another one by now
   */
  public void release(String guest, int version) throws RegistryException {
    nodes.delete(path(GUESTS, guest), version);
  }

  /** What came of handing a guest over. */
  public enum Handed {
    /** The new host owns it, whether by this call or by one before. */
    DONE,
    /** It is not the old host's, or is not what the old host has remembered. */
    NOT_THE_OWNER,
    /** The registry did not answer: it may have been done. */
    UNKNOWN
  }

  /**
   * Hands a guest over: a compare-and-set of its owner. Done again it changes nothing.
   *
   * @param version of the record since {@code from} owns it
   */
  public Handed replaceOwner(String guest, String from, String to, int version) {
    try {
      Optional<Versioned<GuestRecord>> there = guest(guest);
      if (there.isEmpty()) {
        return Handed.NOT_THE_OWNER;
      }
      Versioned<GuestRecord> known = there.get();
      if (known.value().owner().equals(to)) {
        return Handed.DONE;
      }
      if (!known.value().owner().equals(from) || known.version() != version) {
        return Handed.NOT_THE_OWNER;
      }
      return replaceOwner(known, to);
    } catch (RegistryException e) {
      return Handed.UNKNOWN;
    }
  }

  /** The same, by who has just read the record and knows that it is the one to be replaced. */
  Handed replaceOwner(Versioned<GuestRecord> known, String to) {
    try {
      GuestRecord guest = known.value();
      replace(path(GUESTS, guest.name()), guest.ownedBy(to), known.version());
      return Handed.DONE;
    } catch (RegistryException e) {
      // STALE, too, says only that the record is not what it was a moment ago: who asks again sees.
      return Handed.UNKNOWN;
    }
  }

  /**
   * Takes a host that is gone for good off the fleet: its guests become nobody's, so that others
   * may claim their names. What it does not do is to end them: whoever says this knows that they do
   * not run.
   *
   * @return the guests that were its own
   * @throws RegistryException EXISTS while the host is there, ABSENT if it is no member
   */
  public List<String> forget(String host) throws RegistryException {
    if (nodes.readFresh(path(HOSTS, host)).isPresent()) {
      throw new RegistryException(
          Kind.EXISTS, "The host %s is there: only one that is gone is forgotten.".formatted(host));
    }
    if (nodes.read(path(MEMBERS, host)).isEmpty()) {
      throw new RegistryException(
          Kind.ABSENT, "No host of the fleet is called %s.".formatted(host));
    }
    List<String> freed = new ArrayList<>();
    for (Versioned<GuestRecord> guest : guests.read().values().values()) {
      if (guest.value().owner().equals(host)) {
        // Never deleted: a record made anew would begin at version 0, which somebody may remember.
        replace(path(GUESTS, guest.value().name()), guest.value().ownedBy(NOBODY), guest.version());
        freed.add(guest.value().name());
      }
    }
    nodes.delete(path(MEMBERS, host));
    return freed;
  }

  /** The whole fleet. */
  public FleetSnapshot snapshot() throws RegistryException {
    // Moves before guests: one that is DONE is never seen with its guest still at the source.
    Mirror.Contents<MoveRecord> orders = moves.read();
    Mirror.Contents<GuestRecord> owned = guests.read();
    Mirror.Contents<HostRecord> present = hosts.read();
    Mirror.Contents<MemberRecord> known = members.read();
    List<String> warnings = new ArrayList<>();
    warnings.addAll(present.problems());
    warnings.addAll(known.problems());
    warnings.addAll(owned.problems());
    warnings.addAll(orders.problems());
    return new FleetSnapshot(
        new FleetView(values(present), owners(owned), values(orders)),
        versions(orders),
        values(known),
        warnings);
  }

  /** The fleet, for who only looks. */
  public FleetView view() throws RegistryException {
    return snapshot().fleet();
  }

  /** Without those that are nobody's: to a planner they are gone. */
  private static Map<String, Versioned<GuestRecord>> owners(Mirror.Contents<GuestRecord> all) {
    Map<String, Versioned<GuestRecord>> owned = new HashMap<>(all.values());
    owned.values().removeIf(guest -> guest.value().owner().equals(NOBODY));
    return owned;
  }

  private static <T> Map<String, T> values(Mirror.Contents<T> contents) {
    Map<String, T> values = new HashMap<>();
    contents.values().forEach((name, value) -> values.put(name, value.value()));
    return values;
  }

  private static <T> Map<String, Integer> versions(Mirror.Contents<T> contents) {
    Map<String, Integer> versions = new HashMap<>();
    contents.values().forEach((name, value) -> versions.put(name, value.version()));
    return versions;
  }

  /** The newest order for a guest. */
  public Optional<Versioned<MoveRecord>> order(String guest) throws RegistryException {
    return readFresh(path(MOVES, guest), MoveRecord.class);
  }

  /** The orders for the guests of one source, by the guest's name. */
  public Map<String, Versioned<MoveRecord>> ordersOf(String source) throws RegistryException {
    Map<String, Versioned<MoveRecord>> own = new TreeMap<>(moves.read().values());
    own.values().removeIf(order -> !order.value().source().equals(source));
    return own;
  }

  /** Writes the first order ever for a guest. */
  public void createOrder(MoveRecord order) throws RegistryException {
    String path = path(MOVES, order.guest());
    nodes.create(path, RecordCodec.encode(path, order), CreateMode.PERSISTENT);
  }

  /**
   * Replaces a guest's order, by a newer one or by how far it is.
   *
   * @return the version from now on
   * @throws RegistryException STALE if somebody else has done so
   */
  public int replaceOrder(MoveRecord order, int version) throws RegistryException {
    return replace(path(MOVES, order.guest()), order, version);
  }

  /** Makes a job. */
  public void createJob(Job job) throws RegistryException {
    String path = path(JOBS, job.id());
    nodes.create(path, RecordCodec.encode(path, job), CreateMode.PERSISTENT);
  }

  /** A job as it is now. */
  public Optional<Versioned<Job>> job(String id) throws RegistryException {
    return readFresh(path(JOBS, id), Job.class);
  }

  /** All jobs that are kept, by their ids. */
  public Map<String, Versioned<Job>> jobs() throws RegistryException {
    return jobs.read().values();
  }

  /** All jobs that are kept, those first that were last written. */
  public List<Job> newestJobs() throws RegistryException {
    Mirror.Contents<Job> all = jobs.read();
    Comparator<Job> byAge =
        Comparator.comparingLong(job -> all.changedMillis().getOrDefault(job.id(), 0L));
    return all.values().values().stream()
        .map(Versioned::value)
        .sorted(byAge.reversed().thenComparing(Job::id))
        .toList();
  }

  /**
   * Replaces a job by how far it is.
   *
   * @return the version from now on
   * @throws RegistryException STALE if somebody else has done so
   */
  public int replaceJob(Job job, int version) throws RegistryException {
    return replace(path(JOBS, job.id()), job, version);
  }

  /** Drops jobs that have long ended, and the orders of jobs that are no more. */
  public void prune(Instant now) throws RegistryException {
    Mirror.Contents<Job> all = jobs.read();
    List<Versioned<Job>> ended = new ArrayList<>();
    Set<String> kept = new HashSet<>();
    for (Versioned<Job> job : all.values().values()) {
      kept.add(job.value().id());
      if (job.value().state() == Job.State.ENDED) {
        ended.add(job);
      }
    }
    Comparator<Versioned<Job>> byAge =
        Comparator.comparingLong(job -> all.changedMillis().getOrDefault(job.value().id(), 0L));
    ended.sort(byAge.reversed());
    for (int i = 0; i < ended.size(); i++) {
      String id = ended.get(i).value().id();
      Instant changed = Instant.ofEpochMilli(all.changedMillis().getOrDefault(id, 0L));
      if (i >= MOST_JOBS || changed.plus(JOB_KEPT).isBefore(now)) {
        nodes.delete(path(JOBS, id), ended.get(i).version());
        kept.remove(id);
      }
    }
    for (Versioned<MoveRecord> order : moves.read().values().values()) {
      if (order.value().ended() && !kept.contains(order.value().job())) {
        nodes.delete(path(MOVES, order.value().guest()), order.version());
      }
    }
  }

  /** Takes part in the election of the one coordinator. */
  public Leadership stand(String name) throws RegistryException {
    return Leadership.stand(client, nodes, COORDINATOR, name);
  }

  private <T extends Record> Optional<Versioned<T>> readFresh(String path, Class<T> type)
      throws RegistryException {
    Optional<Node> node = nodes.readFresh(path);
    return node.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Versioned<>(
                RecordCodec.decode(path, node.get().bytes(), type), node.get().version()));
  }

  private int replace(String path, Record value, int version) throws RegistryException {
    return nodes.replace(path, RecordCodec.encode(path, value), version);
  }

  private static String path(String parent, String name) throws RegistryException {
    if (!NAME.matcher(name).matches()) {
      throw new RegistryException(
          Kind.MALFORMED,
          "'%s' is no name for the registry: letters, digits, '.', '_' and '-', up to 128, and no dot first."
              .formatted(name.length() > 128 ? name.substring(0, 128) + "..." : name));
    }
    return parent + "/" + name;
  }

  /** For tests that end its session. */
  CuratorFramework curator() {
    return client;
  }

  @Override
  public void close() {
    client.close();
  }
}
