package dev.sealift.firmware;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import org.jspecify.annotations.Nullable;

/**
 * The platform that all commands work on: its state, its identity, its guests and their ASIDs. Used
 * under the processor's lock.
 *
 * <p>Source: AMD publication 55766, platform context, platform state machine.
 */
final class Platform {
  private final ProcessorSettings settings;
  private final CheckedMemory memory;
  private final MemoryController controller;
  private final GuestTable guests = new GuestTable();
  private final AsidTable asids;
  private PlatformState state = PlatformState.UNINIT;
  private boolean es;
  private @Nullable PlatformIdentity identity;
  private PlatformStore store;
  private @Nullable AddressRange esRegion;
  private volatile VmsaChecksums vmsaChecksums = VmsaChecksums.none();

  Platform(ProcessorSettings settings, SystemMemory memory, MemoryController controller) {
    this.settings = settings;
    this.memory = new CheckedMemory(memory, controller, settings.encryptionBit());
    this.controller = controller;
    this.store = settings.store();
    this.asids = new AsidTable(settings.maximumAsid(), settings.minimumSevAsid());
  }

  ProcessorSettings settings() {
    return settings;
  }

  CheckedMemory memory() {
    return memory;
  }

  MemoryController controller() {
    return controller;
  }

  GuestTable guests() {
    return guests;
  }

  AsidTable asids() {
    return asids;
  }

  PlatformState state() {
    return state;
  }

  /** Whether SEV-ES was asked for at INIT. */
  boolean es() {
    return es;
  }

  /** Who the platform is; there once INIT has succeeded. */
  PlatformIdentity identity() {
    PlatformIdentity known = identity;
    if (known == null) {
      throw new IllegalStateException("the platform is not initialised");
    }
    return known;
  }

  /** Whether the platform is known to belong to somebody else; never before INIT. */
  boolean externallyOwned() {
    return identity != null && identity.externallyOwned();
  }

  /**
   * The chip's own certificate. The firmware cannot sign it: the maker of the chip does, elsewhere.
   */
  SevCertificate cekCertificate() {
    return SevCertificate.unsigned(
        Usage.CEK, Algorithm.ECDSA_SHA256, settings.stamp(Usage.CEK), settings.chip().cekPublic());
  }

  /** Where the identity is kept: the flash, or since INIT_EX an area in memory. */
  PlatformStore store() {
    return store;
  }

  /** The checksums of VMSAs, in the region set aside for SEV-ES. */
  VmsaChecksums vmsaChecksums() {
    return vmsaChecksums;
  }

  /** UNINIT to INIT, without SEV-ES. */
  void initialise(PlatformIdentity newIdentity, PlatformStore itsStore) {
    identity = newIdentity;
    store = itsStore;
    asids.soilAll();
    state = PlatformState.INIT;
  }

  /** Sets the region for SEV-ES aside: 1 MiB from an address. */
  void enableEs(long region, long length) {
    AddressRange range = memory.range(region, length);
    memory.setAside(range);
    esRegion = range;
    vmsaChecksums = VmsaChecksums.in(region, length);
    es = true;
  }

  /** The platform is somebody else from now on. */
  void become(PlatformIdentity newIdentity) {
    identity = newIdentity;
  }

  /** Any state to UNINIT: every guest, key and certificate is dropped. */
  void shutDown() {
    for (Guest guest : guests.all()) {
      if (guest.hasAsid()) {
        takeAsidBack(guest);
      }
      guests.remove(guest);
    }
    if (esRegion != null) {
      memory.giveBack(esRegion);
      esRegion = null;
    }
    vmsaChecksums = VmsaChecksums.none();
    identity = null;
    store = settings.store();
    es = false;
    state = PlatformState.UNINIT;
  }

  /** Takes a new guest in: WORKING. */
  void admit(Guest guest) {
    guests.add(guest);
    state = PlatformState.WORKING;
  }

  /** Forgets a guest: INIT after the last one. */
  void dismiss(Guest guest) {
    vmsaChecksums.release(guest);
    guests.remove(guest);
    if (guests.count() == 0) {
      state = PlatformState.INIT;
    }
  }

  /** Takes a guest's ASID and its key away. */
  void takeAsidBack(Guest guest) {
    controller.removeKey(guest.asid());
    asids.takeBack(guest);
  }

  /** The guest is ready to run: RUNNING, also under the ASID it may have. */
  void letRun(Guest guest) {
    guest.enter(GuestState.RUNNING);
    asids.letRun(guest);
  }
}
