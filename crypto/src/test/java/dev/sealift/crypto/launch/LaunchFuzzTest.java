package dev.sealift.crypto.launch;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.launch.SecretTable.Entry;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes where something of a launch is due")
class LaunchFuzzTest implements FuzzSuite {

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of(
                "attestation-report",
                Promise.oneForm(LaunchFuzzTest::readReport, AttestationReport::bytes))
            .refusing(MalformedLaunchException.class)
            .sampled(LaunchFuzzTest::addReport),
        FuzzTarget.of(
                "reported-measurement",
                Promise.oneForm(ReportedMeasurement::parse, ReportedMeasurement::bytes))
            .refusing(MalformedLaunchException.class)
            .sampled(samples -> samples.put("measurement", new byte[ReportedMeasurement.SIZE])),
        FuzzTarget.of(
                "measurement-base64",
                Promise.sameValue(
                    bytes -> ReportedMeasurement.parse(new String(bytes, StandardCharsets.UTF_8)),
                    measurement -> measurement.base64().getBytes(StandardCharsets.US_ASCII)))
            .refusing(MalformedLaunchException.class)
            .sampled(samples ->
                samples.put("measurement", "Abc/".repeat(16).getBytes(StandardCharsets.US_ASCII))),
        FuzzTarget.of("secret-table", LaunchFuzzTest::readSecrets)
            .refusing(MalformedLaunchException.class)
            .sampled(LaunchFuzzTest::addSecrets),
        FuzzTarget.of("firmware-table", LaunchFuzzTest::readFirmware)
            .refusing(MalformedLaunchException.class)
            .sampled(LaunchFuzzTest::addFirmware),
        FuzzTarget.of("policy", LaunchFuzzTest::readPolicy)
            .refusing(IllegalArgumentException.class)
            .upTo(64)
            .speaking("0x", "nodbg", "noks", "es", "sev", "api=", "api>=", ".", ",", "none")
            .sampled(LaunchFuzzTest::addPolicies));
  }

  private static AttestationReport readReport(byte[] input) throws MalformedLaunchException {
    AttestationReport report = AttestationReport.parse(input);
    String.valueOf(report.policy());
    return report;
  }

  private static void addReport(Map<String, byte[]> samples) throws Exception {
    samples.put(
        "report",
        AttestationReport.sign(
                new byte[16], new byte[32], new GuestPolicy(1), P384.privateKey(BigInteger.TWO))
            .bytes());
  }

  /** What follows the table does not count: zeros up to a whole block, as a rule. */
  private static void readSecrets(byte[] input) throws Exception {
    try (SecretBytes payload = SecretBytes.copyOf(input);
        SecretTable table = SecretTable.read(payload);
        SecretBytes written = table.payload()) {
      Promise.holds(table.size() <= SecretTable.FIRMWARE_LIMIT, "a table fits the firmware");
      try (SecretTable again = SecretTable.read(written);
          SecretBytes rewritten = again.payload()) {
        Promise.holds(written.sameAs(rewritten), "a table is written in two forms");
      }
    }
  }

  private static void addSecrets(Map<String, byte[]> samples) throws Exception {
    List<Entry> entries =
        List.of(
            new Entry(SecretTable.DISK_PASSPHRASE, SecretBytes.take(new byte[7])),
            new Entry(UUID.nameUUIDFromBytes(new byte[1]), SecretBytes.take(new byte[20])));
    try (SecretTable table = new SecretTable(entries);
        SecretBytes payload = table.payload()) {
      samples.put("two-secrets", payload.reveal());
    }
  }

  private static void readFirmware(byte[] input) throws Exception {
    FirmwareTable table = FirmwareTable.of(input);
    table.resetAddress();
    table.kernelHashes().ifPresent(area -> Promise.holds(area.size() > 0, "an area has bytes"));
    table.launchSecret().ifPresent(area -> Promise.holds(area.address() >= 0, "an address is one"));
  }

  private static void addFirmware(Map<String, byte[]> samples) {
    samples.put("reset-and-hashes", FirmwareTableTest.withResetAndHashes());
  }

  /** As a caller writes it: what is refused is repeated to him. */
  private static void readPolicy(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8).replaceAll("\\p{IsControl}", "?");
    GuestPolicy policy = GuestPolicy.parse(text);
    String.valueOf(policy);
    Promise.holds(
        GuestPolicy.parse("0x" + Integer.toHexString(policy.word())).equals(policy),
        "a policy's number is the policy");
  }

  private static void addPolicies(Map<String, byte[]> samples) {
    for (String text : List.of("0x21", "33", "nodbg,sev,api=1.55", "none")) {
      samples.put(text.replaceAll("[^a-z0-9]+", "-"), text.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
