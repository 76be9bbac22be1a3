package dev.sealift.cli.owner;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.launch.ReportedMeasurement;
import java.util.List;
import java.util.Optional;

/**
 * Looks for the one input that is otherwise than said, where a measurement does not match: whoever
 * has the TIK can try. What it finds is a hint for people and makes no measurement good.
 *
 * @param tik the session's integrity key
 * @param reported what the platform reports
 */
record NearMiss(SecretBytes tik, ReportedMeasurement reported) {
  /** As many vCPUs are tried. */
  static final int MOST_VCPUS = 32;

  private static final int POLICY_FLAGS = 64;
  private static final int BYTE_VALUES = 256;

  /**
   * A launch of something else.
   *
   * @param words how it differs: "with 2 vCPUs"
   * @param digest its launch digest
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Launch(String words, byte[] digest) {}

  /** How the measured launch differs from the expected one, if in one thing and a likely one. */
  Optional<String> find(Platform platform, GuestPolicy policy, byte[] digest, List<Launch> others) {
    return others.stream()
        .filter(other -> fits(platform, policy, other.digest()))
        .map(Launch::words)
        .findFirst()
        .or(() -> otherPolicy(platform, policy, digest))
        .or(() -> otherFirmware(platform, policy, digest));
  }

  private Optional<String> otherPolicy(Platform platform, GuestPolicy policy, byte[] digest) {
    for (int flags = 0; flags < POLICY_FLAGS; flags++) {
      GuestPolicy other = new GuestPolicy((policy.word() & -POLICY_FLAGS) | flags);
      if (fits(platform, other, digest)) {
        return Optional.of("with the policy " + other);
      }
    }
    return Optional.empty();
  }

  private Optional<String> otherFirmware(Platform platform, GuestPolicy policy, byte[] digest) {
    for (int minor = 0; minor < BYTE_VALUES; minor++) {
      for (int build = 0; build < BYTE_VALUES; build++) {
        Platform other = new Platform(new ApiVersion(platform.api().major(), minor), build);
        if (fits(other, policy, digest)) {
          return Optional.of("on a platform of " + other);
        }
      }
    }
    return Optional.empty();
  }

  private boolean fits(Platform platform, GuestPolicy policy, byte[] digest) {
    return reported.hasMac(
        LaunchMeasurement.compute(
            tik, platform.api(), platform.build(), policy, digest, reported.nonce()));
  }

  /**
   * A platform's firmware, as it stands in a measurement.
   *
   * @param api its API version
   * @param build its build, 0 to 255
   */
  record Platform(ApiVersion api, int build) {

    @Override
    public String toString() {
      return "API " + api + " build " + build;
    }
  }
}
