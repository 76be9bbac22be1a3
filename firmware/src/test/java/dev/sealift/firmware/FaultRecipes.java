package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.NOWHERE;
import static dev.sealift.firmware.TestMachine.flipped;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import dev.sealift.crypto.cert.SignatureSlot;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    sessions();
    certificates();
    packets();
    swapping();
  }

  /** The recipe for a line of the table; empty where there is none. */
  Optional<Recipe> of(CheckRow check) {
    return Stream.of(check.words(), check.fault())
        .map(byWords::get)
        .filter(recipe -> recipe != null)
        .findFirst()
        .or(() -> ofField(check.fault()));
  }

  private void before(String words, String spoils, Consumer<Scenario> change) {
    byWords.put(words, new Recipe(Set.of(spoils.split(", ")), change, NOTHING));
  }

  private void after(String words, String spoils, Consumer<Scenario> change) {
    byWords.put(words, new Recipe(Set.of(spoils.split(", ")), NOTHING, change));
  }

  private void both(
      String words, String spoils, Consumer<Scenario> before, Consumer<Scenario> after) {
    byWords.put(words, new Recipe(Set.of(spoils.split(", ")), before, after));
  }

  // Fields

  private static Optional<Recipe> ofField(String fault) {
    Matcher m;
    m = match("(\\w+) is not a multiple of (\\d+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      long half = Math.max(1, Long.parseLong(m.group(2)) / 2);
      if (field.endsWith("len")) {
        return recipe(field, s -> s.set(field, s.get(field) + half));
      }
      return recipe(field + " alignment", s -> s.set(field, s.get(field) | half));
    }
    m = match("(\\w+) names no memory of .*", fault);
    if (m.matches()) {
      String field = m.group(1);
      // Two places, so that source and destination still lie apart.
      long nowhere = field.startsWith("dst") ? 2 * NOWHERE : NOWHERE;
      return recipe(field, s -> s.set(field, nowhere | s.get(field) & 0xFFF));
    }
    m = match("(\\w+) may not name \\d+ bytes", fault);
    if (m.matches()) {
      String field = m.group(1);
      return recipe(field, s -> s.set(field, 1L << 46 | s.get(field) & 0xFFFFF));
    }
    m = match("(\\w+) is not aligned to its page", fault);
    if (m.matches()) {
      String field = m.group(1);
      return recipe(field + " alignment", s -> s.set(field, s.get(field) | 0x10));
    }
    m = match("(\\w+) is not (\\d+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      long value = Long.parseLong(m.group(2));
      return recipe(field, s -> s.set(field, value + 1));
    }
    m = match("(\\w+) is below (\\d+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      long value = Long.parseLong(m.group(2));
      // Data comes in whole blocks, or an earlier check would see it.
      long less = field.equals("guest_len") ? value - 16 : value - 1;
      return recipe(
          field,
          s -> {
            s.set(field, less);
            keepEqualLengths(s, field);
          });
    }
    m = match("(\\w+) is below (\\w+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      String other = m.group(2);
      return recipe(field, s -> s.set(field, Math.max(1, s.get(other) - 16)));
    }
    m = match("(\\w+) is above (\\d+)", fault);
    if (m.matches()) {
      String field = m.group(1);
      long value = Long.parseLong(m.group(2));
      return recipe(field, s -> s.set(field, value + 16));
    }
    m = match("(\\w+) differs from \\w+", fault);
    if (m.matches()) {
      String field = m.group(1);
      return recipe(field, s -> s.set(field, s.get(field) + 16));
    }
    m = match("(\\w+) is 0", fault);
    if (m.matches()) {
      String field = m.group(1);
      return recipe(field, s -> s.set(field, 0));
    }
    return Optional.empty();
  }

  /** A packet that is received is as long on both sides, or an earlier check would see it. */
  private static void keepEqualLengths(Scenario s, String field) {
    boolean received = s.row.command().name().startsWith("RECEIVE_UPDATE");
    if (field.equals("guest_len") && received) {
      s.set("trans_len", s.get("guest_len"));
      Packets.sealAgain(s);
    }
  }

  private static Matcher match(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text);
  }

  private static Optional<Recipe> recipe(String spoils, Consumer<Scenario> after) {
    return Optional.of(new Recipe(Set.of(spoils), NOTHING, after));
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

  // Certificates

  private void certificates() {
    after(
        "amd_certs_len is not that of an ASK and an ARK",
        "amd_certs_len",
        s -> s.set("amd_certs_len", 3199));
    after("ASK and ARK are malformed", "ask, ark", s -> s.certificates.malformedAmd = true);
    after(
        "ARK under itself: wrong signature",
        "ark",
        s -> s.certificates.ark = flipped(s.certificates.ark, 8 * 1599));
    before("ARK under itself: malformed, or not the root", "the root", s -> s.strangeRoot = true);
    after(
        "ASK under ARK: wrong signature",
        "ask",
        s -> s.certificates.ask = flipped(s.certificates.ask, 8 * 1599));
    // The ARK signs itself, and is no ASK.
    after("ASK under ARK: malformed", "ask", s -> s.certificates.ask = Roots.model().ark().bytes());
    slot("CEK under ASK", "cek", 0, s -> s.certificates.cek, (s, c) -> s.certificates.cek = c);
    slot("PEK under CEK", "pek", 1, s -> s.certificates.pek, (s, c) -> s.certificates.pek = c);
    slot("PEK under OCA", "pek", 0, s -> s.certificates.pek, (s, c) -> s.certificates.pek = c);
    slot("PDH under PEK", "pdh", 0, s -> s.certificates.pdh, (s, c) -> s.certificates.pdh = c);
    slot("OCA under itself", "oca", 0, s -> s.certificates.oca, (s, c) -> s.certificates.oca = c);
    before(
        "the PEK's API is older than the policy asks for",
        "policy API",
        s -> s.policy = s.policy.withMinimumApi(1, 56));
    after(
        "the OCA is another owner's",
        "pdh slot 0, pek slot 0, pek slot 1, oca slot 0, pdh body",
        s -> {
          s.certificates.oca = TableFixtures.FOREIGN.oca();
          s.certificates.pek = TableFixtures.FOREIGN.pek().certificate();
          s.certificates.pdh = TableFixtures.FOREIGN.pdh().certificate();
        });
    after(
        "the PDH certificate is not of a Diffie-Hellman key",
        "pdh slot 0, pdh body",
        s ->
            s.certificates.pdh =
                CertificateSigner.sign(
                    signing(s.certificates.pdh),
                    0,
                    Usage.PEK,
                    TableFixtures.TARGET.pek().privateKey()));
  }

  /** The same key, said to be for signatures. */
  private static SevCertificate signing(SevCertificate pdh) {
    byte[] bytes = pdh.bytes();
    bytes[0x0C] = 2;
    try {
      return SevCertificate.parse(bytes);
    } catch (MalformedCertificateException e) {
      throw new AssertionError(e);
    }
  }

  private interface Getter {
    SevCertificate of(Scenario scenario);
  }

  private interface Setter {
    void set(Scenario scenario, SevCertificate certificate);
  }

  private void slot(String edge, String name, int slot, Getter from, Setter to) {
    String spoils = name + " slot " + slot;
    after(
        edge + ": wrong signature",
        spoils,
        s -> {
          SignatureSlot good = from.of(s).slot(slot);
          byte[] bad = good.signature().clone();
          bad[0] ^= 1;
          to.set(
              s, from.of(s).withSlot(slot, new SignatureSlot(good.usage(), good.algorithm(), bad)));
        });
    after(
        edge + ": no signature, or malformed",
        spoils,
        s -> to.set(s, from.of(s).withSlot(slot, SignatureSlot.EMPTY)));
  }

  // Packets

  private void packets() {
    after(
        "the packet's MAC is wrong",
        "the packet",
        s -> {
          long address = s.get("hdr_address");
          if (address >= TestMachine.RAM) {
            byte[] header = s.machine.memory.read(address, 52);
            s.machine.memory.write(address, flipped(header, 8 * 21));
          }
        });
    after("the packet is marked as compressed", "the packet's flags", Packets::compress);
    after(
        "guest_len is not a multiple of 16",
        "guest_len",
        s -> {
          s.set("guest_len", s.get("guest_len") - 8);
          if (s.row.command().name().startsWith("RECEIVE_UPDATE")) {
            s.set("trans_len", s.get("guest_len"));
          }
        });
    after(
        "the VMSA is not as it was set up",
        "the VMSA",
        s -> s.machine.controller.write(s.asid, s.vmsa, MemorySegment.ofArray(new byte[16])));
    after(
        "no checksum slot is left",
        "checksum slots",
        s -> {
          VmsaChecksums checksums = s.machine.processor.platform().vmsaChecksums();
          Guest guest = s.machine.processor.platform().guests().all().getFirst();
          MemorySegment page = MemorySegment.ofArray(new byte[4096]);
          while (!checksums.full()) {
            checksums.setUp(guest, page);
          }
        });
  }

  // Swapping

  private void swapping() {
    after(
        "mdata overlaps a page",
        "mdata_address",
        s ->
            s.set(
                "mdata_address", (s.get("dst_address") & -64) + 64 | s.get("mdata_address") & 63));
    after(
        "a VMSA is said to have 2 MiB",
        "flags, src_address, dst_address",
        s -> {
          s.set("flags", 1 | 4);
          s.set("src_address", Scenario.LARGE_PAGE | s.get("src_address") & 0xFF);
          s.set("dst_address", Scenario.LARGE_PAGE | s.get("dst_address") & 0xFF);
        });
    after(
        "the guest's page counter is used up",
        "the counter",
        s -> {
          Guest guest = s.machine.processor.platform().guests().find(s.handle);
          if (guest != null) {
            guest.swapped(-2);
          }
        });
    after("the page is not of the type that is said", "flags", s -> s.set("flags", 4));
    after("mdata is of another page size or type", "mdata", s -> metadata(s, 4));
    after(
        "a VMSA is swapped in in place",
        "flags, mdata",
        s -> {
          s.set("flags", 4 | 8);
          metadata(s, 4);
        });
    after("in place, but src is not dst", "flags", s -> s.set("flags", 8));
    after(
        "the page's tag is wrong",
        "the sealed page",
        s -> {
          long address = s.get("src_address");
          if (address >= TestMachine.RAM) {
            s.machine.memory.write(address, new byte[] {1, 2, 3});
          }
        });
  }

  private static void metadata(Scenario s, int page) {
    long address = s.get("mdata_address");
    if (address >= TestMachine.RAM) {
      s.machine.memory.write(address + 0x3C, new byte[] {(byte) page});
    }
  }
}
