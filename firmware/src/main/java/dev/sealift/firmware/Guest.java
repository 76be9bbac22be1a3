package dev.sealift.firmware;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.TransportKeys;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The context of one guest: its state, its address space and its secrets. Nothing of it leaves the
 * processor.
 *
 * <p>Source: AMD publication 55766, guest context, guest state machine.
 */
final class Guest {

  /** The states in which a guest that has an ASID may run. */
  private static final Set<GuestState> RUNNABLE =
      EnumSet.of(GuestState.RUNNING, GuestState.SUPDATE);

  private final int handle;
  private final GuestPolicy policy;
  private final SecretBytes encryptionSeed;

  /** Asked by CPUs, too, while commands run. */
  private volatile GuestState state;

  private volatile int asid = MemoryController.HOST;
  private @Nullable TransportKeys transportKeys;
  private @Nullable SessionEngines engines;
  private @Nullable LaunchDigest launchDigest;
  private byte @Nullable [] measurement;
  private byte[] launchedDigest = new byte[LaunchDigest.SIZE];
  private final SecretBytes offlineKey;
  private long swapped;

  /**
   * A guest that nobody has seen yet.
   *
   * @param encryptionSeed what the keys of its memory are derived from; the guest's own from now on
   * @param transportKeys of its owner's or its sender's session; the guest's own from now on
   * @param offlineKey for pages that are swapped out, 32 bytes; the guest's own from now on
   */
  Guest(
      int handle,
      GuestPolicy policy,
      GuestState state,
      SecretBytes encryptionSeed,
      TransportKeys transportKeys,
      SecretBytes offlineKey) {
    this.handle = handle;
    this.policy = policy;
    this.state = state;
    this.encryptionSeed = encryptionSeed;
    this.transportKeys = transportKeys;
    this.engines = new SessionEngines(transportKeys);
    this.offlineKey = offlineKey;
  }

  int handle() {
    return handle;
  }

  GuestPolicy policy() {
    return policy;
  }

  GuestState state() {
    return state;
  }

  /** What the keys of its memory are derived from. */
  SecretBytes encryptionSeed() {
    return encryptionSeed;
  }

  void enter(GuestState next) {
    state = next;
  }

  /** Whether its state lets it run, once it has an address space. */
  boolean mayRun() {
    return RUNNABLE.contains(state);
  }

  /** Its address space, or 0. */
  int asid() {
    return asid;
  }

  boolean hasAsid() {
    return asid != MemoryController.HOST;
  }

  void activate(int newAsid) {
    asid = newAsid;
  }

  void deactivate() {
    asid = MemoryController.HOST;
  }

  /** The keys of the session that is open. */
  TransportKeys transportKeys() {
    return present(transportKeys);
  }

  /** Opens a session. */
  void openSession(TransportKeys keys) {
    closeSession();
    transportKeys = keys;
    engines = new SessionEngines(keys);
  }

  /** The engines for the packets of the session that is open. */
  SessionEngines engines() {
    return present(engines);
  }

  /** Wipes the session's keys. */
  void closeSession() {
    if (engines != null) {
      engines.close();
      engines = null;
    }
    if (transportKeys != null) {
      transportKeys.close();
      transportKeys = null;
    }
  }

  /** The digest of what was launched so far. */
  LaunchDigest launchDigest() {
    LaunchDigest digest = launchDigest;
    if (digest == null) {
      digest = new LaunchDigest();
      launchDigest = digest;
    }
    return digest;
  }

  /** The MAC that LAUNCH_MEASURE gave. */
  byte[] measurement() {
    return present(measurement);
  }

  void measured(byte[] mac) {
    measurement = mac;
    launchedDigest = launchDigest().value();
  }

  /**
   * The digest of what was launched and measured, 32 bytes; zeros for a guest that was received.
   */
  byte[] launchedDigest() {
    return launchedDigest.clone();
  }

  /** The key for pages that are swapped out (OEK). It never leaves the platform. */
  SecretBytes offlineKey() {
    return offlineKey;
  }

  /** Pages swapped out so far: the nonce of the next. */
  long swapped() {
    return swapped;
  }

  void swapped(long count) {
    swapped = count;
  }

  /** Wipes what only the launch needed. */
  void endLaunch() {
    closeSession();
    launchDigest = null;
    if (measurement != null) {
      Arrays.fill(measurement, (byte) 0);
      measurement = null;
    }
  }

  /** Wipes everything: the guest is gone. */
  void wipe() {
    endLaunch();
    encryptionSeed.close();
    offlineKey.close();
    state = GuestState.UNINIT;
  }

  /** Says nothing of the secrets. */
  @Override
  public String toString() {
    return "guest " + handle + " (" + state + ", ASID " + asid + ", policy " + policy + ")";
  }

  private static <T> T present(@Nullable T held) {
    if (held == null) {
      throw new IllegalStateException("the guest's state does not allow this");
    }
    return held;
  }
}
