package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Every line of a command in the interface table, tried: in each state, each check alone, each pair
 * of checks. What the processor does is compared with what the table says.
 */
final class InterfaceCases {

  /** A case, and how to try it: an assertion fails where processor and table differ. */
  record Case(String name, Runnable attempt) {}

  static final FaultRecipes RECIPES = new FaultRecipes();

  static final List<FirmwareProfile> PROFILES =
      List.of(
          FirmwareProfile.DEFAULT, FirmwareProfile.SHIPPED, FirmwareProfile.SPECIFICATION, other());

  /** Those that are tried with every line; the others only with the lines that are theirs. */
  private static final Set<FirmwareProfile> ALL_LINES =
      Set.of(FirmwareProfile.DEFAULT, FirmwareProfile.SPECIFICATION);

  private static final String POLICY_HAS_SEV = "the policy has SEV";
  private static final String POLICY_HAS_DOMAIN = "the policy has DOMAIN";

  private final CommandRow row;
  private int exclusions;

  InterfaceCases(CommandRow row) {
    this.row = row;
  }

  /** Takes the side that neither of the others takes. */
  private static FirmwareProfile other() {
    return FirmwareProfile.SHIPPED
        .without(FirmwareQuirk.INTERNAL_ERROR_IS_INVALID_PARAM)
        .without(FirmwareQuirk.PEK_CSR_WHILE_WORKING);
  }

  /** The command in each state of platform and guest. */
  List<Case> states() {
    List<Case> cases = new ArrayList<>();
    for (PlatformState platform : PlatformState.values()) {
      for (GuestState guest : GuestState.values()) {
        cases.add(
            new Case(
                "%s, platform %s, guest %s".formatted(row.command(), platform, guest),
                () -> inState(platform, guest)));
      }
    }
    return cases;
  }

  /** The command with each fault alone. */
  List<Case> faults() {
    List<Case> cases = new ArrayList<>();
    for (FirmwareProfile profile : PROFILES) {
      for (CheckRow check : row.checks(profile)) {
        if (ALL_LINES.contains(profile) || isOfProfile(check)) {
          cases.add(
              new Case(
                  "%s: %s: %s (%s)"
                      .formatted(row.command(), check.words(), check.status(), name(profile)),
                  () -> withFaults(profile, List.of(check), false)));
        }
      }
    }
    return cases;
  }

  /** The command in a queue: flawless, and with each fault alone. */
  List<Case> queued() {
    List<Case> cases = new ArrayList<>();
    queued("flawless", List.of(), cases);
    for (CheckRow check : row.checks(FirmwareProfile.DEFAULT)) {
      queued(check.words(), List.of(check), cases);
    }
    return cases;
  }

  private void queued(String what, List<CheckRow> checks, List<Case> cases) {
    Scenario trial = new Scenario(row, FirmwareProfile.DEFAULT);
    checks.forEach(check -> RECIPES.of(check).orElseThrow().before().accept(trial));
    // Before INIT there are no queues.
    if (trial.platformState != PlatformState.UNINIT) {
      cases.add(
          new Case(
              "%s in a queue: %s".formatted(row.command(), what),
              () -> withFaults(FirmwareProfile.DEFAULT, checks, true)));
    }
  }

  /** The command with each pair of faults. */
  List<Case> pairs() {
    List<Case> cases = new ArrayList<>();
    exclusions = 0;
    for (FirmwareProfile profile : PROFILES) {
      List<CheckRow> checks = row.checks(profile);
      for (int i = 0; i < checks.size(); i++) {
        CheckRow first = checks.get(i);
        for (CheckRow second : checks.subList(i + 1, checks.size())) {
          if (!profile.equals(FirmwareProfile.DEFAULT)
              && !isOfProfile(first)
              && !isOfProfile(second)) {
            continue;
          }
          if (exclude(first, second)) {
            exclusions++;
            continue;
          }
          cases.add(
              new Case(
                  "%s: %s, before %s (%s)"
                      .formatted(row.command(), first.words(), second.words(), name(profile)),
                  () -> withFaults(profile, List.of(first, second), false)));
        }
      }
    }
    return cases;
  }

  /**
   * Each check with the nearest later one that would be answered otherwise: a part of the pairs.
   */
  List<Case> precedences() {
    List<Case> cases = new ArrayList<>();
    List<CheckRow> checks = row.checks(FirmwareProfile.DEFAULT);
    for (int i = 0; i < checks.size(); i++) {
      CheckRow first = checks.get(i);
      checks.stream()
          .skip(i + 1)
          .filter(later -> later.status() != first.status() && !exclude(first, later))
          .findFirst()
          .ifPresent(later ->
              cases.add(
                  new Case(
                      "%s: %s, before %s".formatted(row.command(), first.words(), later.words()),
                      () -> withFaults(FirmwareProfile.DEFAULT, List.of(first, later), false))));
    }
    return cases;
  }

  /** The pairs of {@link #pairs} that cannot be: both faults spoil the same thing. */
  int exclusions() {
    return exclusions;
  }

  private static boolean exclude(CheckRow first, CheckRow second) {
    FaultRecipes.Recipe one = RECIPES.of(first).orElseThrow();
    FaultRecipes.Recipe other = RECIPES.of(second).orElseThrow();
    return one.excludedBy(other).isPresent() || areOpposite(first, second);
  }

  private static boolean isOfProfile(CheckRow check) {
    return !check.with().isEmpty() || !check.without().isEmpty();
  }

  private void inState(PlatformState platform, GuestState guest) {
    Scenario scenario = new Scenario(row, FirmwareProfile.DEFAULT);
    scenario.platformState = platform;
    scenario.guestState = guest;
    if (row.command() == PspCommand.SEND_START) {
      // A guest that asks nothing of its target can be brought to every state.
      scenario.policy = new GuestPolicy(0);
    }
    scenario.build();
    scenario.settle();
    Set<String> faults = new TreeSet<>();
    if (!row.platformStates().contains(platform)) {
      faults.add("the platform is in another state");
    }
    boolean gone = platform != PlatformState.WORKING || guest == GuestState.UNINIT;
    if (gone) {
      faults.add("handle is no guest's");
    } else if (!row.guestStates().contains(guest)) {
      faults.add("the guest is in another state");
    }
    if (row.command() == PspCommand.DOWNLOAD_FIRMWARE) {
      faults.add("the image is not signed by the maker");
    }
    Optional<CheckRow> first =
        row.checks(FirmwareProfile.DEFAULT).stream()
            .filter(check -> check.condition().isEmpty() && faults.contains(check.fault()))
            .findFirst();
    check(scenario, first);
  }

  /** One of the two conditions is the opposite of the other. */
  private static boolean areOpposite(CheckRow first, CheckRow second) {
    String one = first.condition();
    String other = second.condition();
    return !one.isEmpty()
        && !other.isEmpty()
        && (one.replace("is not given", "is given")
            .equals(other.replace("is not given", "is given")))
        && !one.equals(other);
  }

  private static String name(FirmwareProfile profile) {
    return List.of("default", "shipped", "specification", "other").get(PROFILES.indexOf(profile));
  }

  private void withFaults(FirmwareProfile profile, List<CheckRow> checks, boolean queued) {
    List<FaultRecipes.Recipe> recipes =
        checks.stream().map(check -> RECIPES.of(check).orElseThrow()).toList();
    Scenario scenario = new Scenario(row, profile);
    if (row.command() == PspCommand.SEND_START) {
      scenario.policy = policyFor(checks);
    }
    GuestPolicy policy = scenario.policy;
    for (FaultRecipes.Recipe recipe : recipes) {
      recipe.before().accept(scenario);
    }
    scenario.build();
    for (FaultRecipes.Recipe recipe : recipes.reversed()) {
      recipe.after().accept(scenario);
    }
    scenario.settle();
    // One fault may be looked for twice: by a line of SEV and by a later one of DOMAIN.
    Set<String> faults = checks.stream().map(CheckRow::fault).collect(Collectors.toSet());
    if (queued) {
      scenario.queued = true;
      faults.add("the command comes from a queue");
    }
    Optional<CheckRow> first =
        row.checks(profile).stream()
            .filter(check -> faults.contains(check.fault()))
            .filter(check -> checks.contains(check) || holds(check.condition(), policy))
            .findFirst();
    check(scenario, first);
  }

  /** Asks of the target what the lines look at, and no more. */
  private static GuestPolicy policyFor(List<CheckRow> checks) {
    Set<String> conditions = checks.stream().map(CheckRow::condition).collect(Collectors.toSet());
    boolean sev = conditions.contains(POLICY_HAS_SEV);
    boolean domain = conditions.contains(POLICY_HAS_DOMAIN);
    return sev && !domain
        ? GuestPolicy.of(Flag.SEV)
        : domain && !sev ? GuestPolicy.of(Flag.DOMAIN) : GuestPolicy.of(Flag.SEV, Flag.DOMAIN);
  }

  private static boolean holds(String condition, GuestPolicy policy) {
    return switch (condition) {
      case POLICY_HAS_SEV -> policy.sev();
      case POLICY_HAS_DOMAIN -> policy.domain();
      default -> condition.isEmpty();
    };
  }

  private static void check(Scenario scenario, Optional<CheckRow> expected) {
    CommandRow row = scenario.row;
    byte[] sent = scenario.buffer.clone();
    PlatformState platformBefore = scenario.platformNow();
    GuestState guestBefore = scenario.guestNow();
    scenario.machine.memory.watchWrites();

    FirmwareStatus status = scenario.send();

    Set<Long> written = Set.copyOf(scenario.machine.memory.written());
    assertThat(status).isEqualTo(expected.map(CheckRow::status).orElse(FirmwareStatus.SUCCESS));
    if (expected.isPresent()) {
      assertThat(scenario.platformNow()).as("platform").isEqualTo(platformBefore);
      assertThat(scenario.guestNow()).as("guest").isEqualTo(guestBefore);
      checkBuffer(scenario, sent, expected.get());
      checkMemory(scenario, written);
    } else {
      checkStatesAfter(scenario, platformBefore, guestBefore);
    }
  }

  private static void checkBuffer(Scenario scenario, byte[] sent, CheckRow refused) {
    byte[] got = scenario.buffer;
    scenario.buffer = sent;
    if (scenario.row.bufferClass().isWrittenBackOn(refused.status())) {
      for (CheckRow.WriteBack write : refused.writes()) {
        String value = write.value();
        scenario.set(
            write.field(),
            Character.isDigit(value.charAt(0)) ? Long.parseLong(value) : scenario.get(value));
      }
    }
    assertThat(got).as("command buffer").isEqualTo(scenario.buffer);
  }

  private static final Set<PspCommand> KEEPS_IDENTITY_IN_MEMORY = EnumSet.of(PspCommand.INIT_EX);

  /** A refused command has written nothing but its buffer. */
  private static void checkMemory(Scenario scenario, Set<Long> written) {
    if (!KEEPS_IDENTITY_IN_MEMORY.contains(scenario.row.command())) {
      assertThat(written).as("addresses written").isSubsetOf(scenario.itsMemory);
    }
  }

  private static void checkStatesAfter(
      Scenario scenario, PlatformState platformBefore, GuestState guestBefore) {
    CommandRow row = scenario.row;
    assertThat(scenario.platformNow())
        .as("platform")
        .isEqualTo(row.platformAfter().orElse(platformBefore));
    if (row.command() == PspCommand.DECOMMISSION) {
      assertThat(scenario.guestNow()).isEqualTo(GuestState.UNINIT);
    } else if (scenario.takesGuest()) {
      assertThat(scenario.guestNow()).as("guest").isEqualTo(row.guestAfter().orElse(guestBefore));
    }
  }
}
