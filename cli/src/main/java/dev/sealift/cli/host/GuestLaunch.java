package dev.sealift.cli.host;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.control.Order;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.MalformedLaunchException;
import dev.sealift.crypto.launch.OwnerSession;
import dev.sealift.crypto.launch.ReportedMeasurement;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.Measured;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.VmmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Launches a guest: makes a session as its owner would, loads the program, has it measured, and
 * lets it go only if the measurement is that of the program.
 */
final class GuestLaunch {
  /** Names go into lists of allowed guests and onto terminals. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private static final int KEPT_NAME_BYTES = 8;

  private final HostMachine machine;
  private final SecureRandom random = new SecureRandom();

  GuestLaunch(HostMachine machine) {
    this.machine = machine;
  }

  /**
   * A guest that is launched, and does not run yet.
   *
   * @param digest what its owner expects
   * @param measurement what the platform reported
   */
  @SuppressWarnings("ArrayRecordComponent") // made, shown and forgotten
  record Launched(HostedGuest guest, byte[] digest, byte[] measurement) {
    String digestHex() {
      return HexFormat.of().formatHex(digest);
    }

    String measurementHex() {
      return HexFormat.of().formatHex(measurement);
    }
  }

  /** Refuses a name that would be a nuisance. */
  static void checkName(String name) throws BadInput {
    if (!NAME.matcher(name).matches()) {
      throw new BadInput(
          "A guest's name has 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter or a digit: choose another.");
    }
  }

  /**
   * Launches what is asked for.
   *
   * @throws BadInput if it cannot be what is asked for
   * @throws Failure if its owner does not accept it; nothing is left of it
   */
  Launched of(Order.GuestStart order) throws BadInput, Failure, VmmException {
    GuestPolicy policy = policy(order.policy());
    Workload workload = Workload.parse(order.workload(), order.memory());
    if (policy.es() && workload instanceof Workload.Idle) {
      throw new BadInput(
          "The workload idle has no registers for SEV-ES; leave --es out, or use --workload writer.");
    }
    PlatformStatus platform = machine.platform().status();
    if (!policy.allowsApi(platform.apiMajor(), platform.apiMinor())) {
      throw new BadInput(
          "The policy asks for firmware API %s or later, and this platform has %d.%d: choose another policy."
              .formatted(policy.minimumApi(), platform.apiMajor(), platform.apiMinor()));
    }
    Guest guest = create(order, policy, workload);
    boolean done = false;
    try (OwnerSession owner = session(policy)) {
      workload.load(guest);
      byte[] digest = workload.image(guest).digest();
      Launch launch =
          guest.sev().launchStart(policy.word(), owner.certificate().bytes(), owner.session());
      launch.updateData(0, workload.measuredBytes());
      if (guest.configuration().mode() == SevMode.SEV_ES) {
        launch.updateVmsa();
      }
      Measured measured = launch.measure();
      byte[] measurement = measured.measurement();
      var api = new ApiVersion(platform.apiMajor(), platform.apiMinor());
      if (!owner.accepts(ReportedMeasurement.parse(measurement), api, platform.build(), digest)) {
        throw new Failure(
            "The launch measurement is not that of the program: the guest %s is not let go."
                .formatted(order.name()));
      }
      measured.finish();
      if (machine.host().keeps()) {
        guest.keep(keptName(Instant.now()));
      }
      var launched =
          new Launched(HostedGuest.atHome(guest, workload, Instant.now()), digest, measurement);
      done = true;
      return launched;
    } catch (MalformedLaunchException strange) {
      throw new Failure(
          "The platform reports no launch measurement: " + Failure.sentence(strange), strange);
    } finally {
      if (!done) {
        guest.close();
      }
    }
  }

  /**
   * The policy that a guest would be launched under.
   *
   * @throws BadInput if it is none
   */
  static GuestPolicy policyOf(Order.GuestStart order) throws BadInput {
    return policy(order.policy());
  }

  private static GuestPolicy policy(String text) throws BadInput {
    try {
      GuestPolicy policy = GuestPolicy.parse(text);
      if (policy.reservedBitsSet()) {
        throw new BadInput("The policy %s sets reserved bits: clear them.".formatted(policy));
      }
      return policy;
    } catch (IllegalArgumentException wrong) {
      throw new BadInput("The guest's policy: " + Failure.sentence(wrong) + ".", wrong);
    }
  }

  private Guest create(Order.GuestStart order, GuestPolicy policy, Workload workload)
      throws BadInput, VmmException {
    try {
      return Guest.create(
          machine.host(),
          machine.platform(),
          new GuestConfiguration(order.name(), order.memory(), policy.word(), workload.words()));
    } catch (IllegalArgumentException rule) {
      throw new BadInput("The guest cannot be made: " + Failure.sentence(rule) + ".", rule);
    }
  }

  private OwnerSession session(GuestPolicy policy) throws Failure, VmmException {
    try {
      byte[] pdh = machine.platform().exportCertificates().pdh();
      return OwnerSession.create(SevCertificate.parse(pdh), policy, random);
    } catch (MalformedCertificateException e) {
      throw new Failure(
          "This platform's PDH certificate cannot be used: " + Failure.sentence(e), e);
    }
  }

  /**
   * No two guests are ever kept under one name: the journal would take the second for the first,
   * which has left.
   */
  private String keptName(Instant now) {
    byte[] unique = new byte[KEPT_NAME_BYTES];
    random.nextBytes(unique);
    return "launched-%d-%s".formatted(now.toEpochMilli(), HexFormat.of().formatHex(unique));
  }

  /** When a guest was launched that was kept under such a name; null for another name. */
  static @Nullable Instant launchedAt(String keptName) {
    String[] words = keptName.split("-", -1);
    return words.length == 3 && words[0].equals("launched") && words[1].matches("\\d{1,15}")
        ? Instant.ofEpochMilli(Long.parseLong(words[1]))
        : null;
  }
}
