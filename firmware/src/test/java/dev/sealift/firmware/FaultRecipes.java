package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.flipped;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * How to bring each fault of the interface table about, by its words. Two faults that spoil the
 * same thing in two ways exclude each other: one field has one value.
 */
final class FaultRecipes {

  /**
   * A recipe.
   *
   * @param spoils what it spoils
   * @param before changes a scenario before its machine is built
   * @param after changes the command, or the machine, afterwards
   */
  record Recipe(Set<String> spoils, Consumer<Scenario> before, Consumer<Scenario> after) {

    /** What both spoil, which can be spoilt in one way only. */
    Optional<String> excludedBy(Recipe other) {
      return spoils.stream().filter(other.spoils::contains).findFirst();
    }
  }

  private static final Consumer<Scenario> NOTHING = scenario -> {};

  private final Map<String, Recipe> byWords = new HashMap<>();

  FaultRecipes() {
    states();
    initialisation();
    identity();
    guests();
    queues();
    sessions();
    CertificateFaults.addTo(this);
    PacketFaults.addTo(this);
    SwapFaults.addTo(this);
  }

  /** The recipe for a line of the table; empty where there is none. */
  Optional<Recipe> of(CheckRow check) {
    return Stream.of(check.words(), check.fault())
        .map(byWords::get)
        .filter(recipe -> recipe != null)
        .findFirst()
        .or(() -> FieldFaults.recipe(check.fault()));
  }

  void before(String words, String spoils, Consumer<Scenario> change) {
    byWords.put(words, new Recipe(Set.of(spoils.split(", ")), change, NOTHING));
  }

  void after(String words, String spoils, Consumer<Scenario> change) {
    byWords.put(words, new Recipe(Set.of(spoils.split(", ")), NOTHING, change));
  }

  void both(String words, String spoils, Consumer<Scenario> before, Consumer<Scenario> after) {
    byWords.put(words, new Recipe(Set.of(spoils.split(", ")), before, after));
  }

  // States

  private void states() {
    before(
        "the platform is in another state",
        "platform state",
        s ->
            s.platformState =
                Arrays.stream(PlatformState.values())
                    .filter(state -> !s.row.platformStates().contains(state))
                    .findFirst()
                    .orElseThrow());
    after("the command comes from a queue", "the mailbox, platform state", s -> s.queued = true);
    before(
        "the platform has guests", "platform state", s -> s.platformState = PlatformState.WORKING);
    after("handle is no guest's", "handle", s -> s.set("handle", 5000));
    before(
        "the guest is in another state",
        "guest state",
        s ->
            s.guestState =
                Arrays.stream(GuestState.values())
                    .filter(state -> state != GuestState.UNINIT)
                    .filter(state -> !s.row.guestStates().contains(state))
                    .findFirst()
                    .orElseThrow());
    before("the guest has no ASID", "the guest's ASID", s -> s.hasAsid = false);
    before("the guest has an ASID", "the guest's ASID", s -> s.hasAsid = true);
    before(
        "the guest is no ES guest",
        "the guest's kind",
        s -> s.policy = new GuestPolicy(s.policy.word() & ~Flag.ES.mask()));
    before("the policy has NODBG", "NODBG", s -> s.policy = s.policy.with(Flag.NODBG));
    before("the policy has NOSEND", "NOSEND", s -> s.policy = s.policy.with(Flag.NOSEND));
  }

  // The platform

  private void initialisation() {
    after(
        "flags other than ES, or reserved bytes, are set",
        "flags",
        s -> s.set("flags", s.get("flags") | 2));
    after(
        "the stored identity is damaged",
        "the store's content",
        s -> {
          s.store.damaged = true;
          if (s.has("nv_address")) {
            long address = s.get("nv_address") & -4096;
            if (address >= TestMachine.RAM) {
              s.machine.memory.write(address, new byte[] {1, 2, 3});
            }
          }
        });
    // An area in memory that could be named can be used: only the flash may fail.
    after(
        "the store cannot be used",
        "the store, nv_address, nv_address alignment, nv_len, the store's content",
        s -> {
          s.store.broken = true;
          if (s.has("nv_address")) {
            s.set("nv_address", 0);
          }
        });
    after(
        "if ES is asked for: the region overlaps the identity's area",
        "nv_address, tmr_address, the store",
        s -> {
          long area = Scenario.TMR + (1 << 20) - IdentityArea.SIZE;
          s.machine.memory.write(
              area, s.machine.memory.read(Scenario.LARGE_PAGE, IdentityArea.SIZE));
          s.set("nv_address", area | s.get("nv_address") & 0xFFF);
        });
    after("the flash cannot be erased", "the store", s -> s.store.broken = true);
    after(
        "the caches were not written back",
        "the caches",
        s -> {
          int other = s.bystander();
          s.machine.succeed(PspCommand.DEACTIVATE, other);
        });
    after("the image is not signed by the maker", "the image", NOTHING);
  }

  private void identity() {
    after("the new identity cannot be stored", "the store", s -> s.store.broken = true);
    after(
        "the platform is externally owned",
        "the owner",
        s -> {
          PlatformIdentity own = s.machine.processor.platform().identity();
          s.machine
              .processor
              .platform()
              .become(new PlatformIdentity(own.oca(), null, own.pek(), own.pdh()));
        });
    after(
        "the PEK is not this platform's",
        "pek body",
        s ->
            s.certificates.pek =
                TableFixtures.OWNER.sign(TableFixtures.TARGET.pek().certificate()));
    after(
        "the PEK has no empty signature slot",
        "pek slot 1",
        s ->
            s.certificates.pek =
                s.certificates.pek.withSlot(1, TableFixtures.TARGET.pek().certificate().slot(1)));
  }

  // Guests

  private void guests() {
    after("asid is none that exists", "asid", s -> s.set("asid", Scenario.MAXIMUM_ASID + 1));
    after("asid is given to a guest", "asid", FaultRecipes::takeBystandersAsid);
    after("asid is given to another guest", "asid", FaultRecipes::takeBystandersAsid);
    before("the guest has another ASID", "the guest's ASID", s -> s.hasAsid = true);
    after(
        "asid is dirty",
        "asid",
        s -> {
          int other = s.machine.launching(new GuestPolicy(0), 12);
          s.machine.launchMeasure(other);
          s.machine.succeed(PspCommand.LAUNCH_FINISH, other);
          s.machine.succeed(PspCommand.DEACTIVATE, other);
          s.set("asid", 12);
        });
    after(
        "asid is out of the range of the guest's kind",
        "asid",
        s -> s.set("asid", s.policy.es() ? 13 : 3));
    before("the part does not have ACTIVATE_EX", "the part", s -> s.hasActivateEx = false);
    after("no handle is free", "the guest table", s -> s.fullHouse = true);
  }

  private void queues() {
    after(
        "flags other than INT_ON_EMPTY are set",
        "flags",
        s -> s.set("flags", s.get("flags") | 0x8000));
    after(
        "two rings overlap",
        "the distance of rings",
        s -> s.set("q_hi_stat_val", s.get("q_lo_cmd_ptr")));
  }

  private static void takeBystandersAsid(Scenario s) {
    s.bystander();
    s.set("asid", Scenario.BYSTANDERS_ASID);
  }

  // Sessions

  private void sessions() {
    after(
        "the certificate is not of a Diffie-Hellman key",
        "the certificate",
        s -> {
          String field = s.has("dh_cert_address") ? "dh_cert_address" : "pdh_cert_address";
          byte[] certificate = TableFixtures.PEER_CERTIFICATE.bytes();
          certificate[0x0C] = 2;
          if (s.get(field) >= TestMachine.RAM) {
            s.machine.memory.write(s.get(field), certificate);
          }
        });
    after(
        "a MAC of the session is wrong",
        "the session",
        s -> {
          long address = s.get("session_address");
          if (address >= TestMachine.RAM) {
            byte[] session = s.machine.memory.read(address, 128);
            s.machine.memory.write(address, flipped(session, 8 * 70));
          }
        });
    before(
        "policy asks for a newer API",
        "policy API",
        s -> s.policy = s.policy.withMinimumApi(1, 56));
    both(
        "if dh_cert_address is not given: policy asks for a newer API",
        "policy API",
        s -> s.policy = s.policy.withMinimumApi(1, 56),
        s -> s.set("dh_cert_address", 0));
    before(
        "policy has reserved bits set",
        "policy reserved",
        s -> s.policy = new GuestPolicy(s.policy.word() | 0x40));
    after("if handle is given: handle is no guest's", "handle", s -> s.set("handle", 5000));
    after(
        "policy is not that of the guest to share with",
        "handle",
        s -> s.set("handle", s.admit(new GuestPolicy(1))));
    both(
        "policy forbids key sharing",
        "handle",
        s -> s.policy = s.policy.with(Flag.NOKS),
        s -> s.set("handle", s.admit(s.policy)));
    before(
        "policy asks for ES and the platform has none",
        "ES",
        s -> {
          s.policy = s.policy.with(Flag.ES);
          s.platformEs = false;
        });
  }
}
