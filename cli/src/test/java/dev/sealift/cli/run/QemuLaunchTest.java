package dev.sealift.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.HostMachine;
import dev.sealift.cli.LibvirtValidator;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.SevCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("The distribution's QEMU, unchanged")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QemuLaunchTest {
  private static final ApiVersion API = new ApiVersion(1, 55);
  private static final long GUEST_ADDRESS = 0x100000;

  private final Path directory;
  private final SecureRandom random = new SecureRandom();

  /** One platform for all: whatever one test leaves there would disturb the next. */
  private static HostMachine machine;

  QemuLaunchTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeAll
  static void powerUp() throws Exception {
    SevQemu.assumeInstalled();
    machine = SevQemu.powerUp();
  }

  @AfterAll
  static void powerDown() {
    if (machine != null) {
      machine.close();
    }
  }

  private Path place(String name) throws Exception {
    return Files.createDirectory(directory.resolve(name));
  }

  private long guests() throws Exception {
    return machine.platform().status().guests();
  }

  private static String measurement(SevQemu qemu) throws Exception {
    return qemu.ask("query-sev-launch-measure").get("data").asString();
  }

  /** The firmware with one bit of it turned over. */
  private Path changedFirmware() throws Exception {
    byte[] firmware = Files.readAllBytes(SevQemu.FIRMWARE);
    firmware[firmware.length / 2] ^= 1;
    return Files.write(directory.resolve("changed.fd"), firmware);
  }

  @Test
  @DisplayName("launches a SEV guest until it runs, and its measurement is the validator's")
  void launches() throws Exception {
    Path place = place("one");
    try (SevQemu qemu = SevQemu.start(machine, place)) {
      JsonNode sev = qemu.ask("query-sev");
      assertThat(sev.get("enabled").asBoolean()).isTrue();
      assertThat(sev.get("state").asString()).isEqualTo("launch-secret");
      assertThat(sev.get("policy").asInt()).isEqualTo(1);
      assertThat(guests()).isOne();

      JsonNode capabilities = qemu.ask("query-sev-capabilities");
      assertThat(Base64.getDecoder().decode(capabilities.get("pdh").asString()))
          .isEqualTo(machine.platform().exportCertificates().pdh());

      String measurement = measurement(qemu);
      TransportKeys none = TransportKeys.zero();
      LibvirtValidator.Verdict same =
          LaunchValidator.judge(place, sev, measurement, SevQemu.FIRMWARE, none);
      assertThat(same.words()).contains("OK: Looks good to me");
      assertThat(same.code()).isZero();
      LibvirtValidator.Verdict other =
          LaunchValidator.judge(place, sev, measurement, changedFirmware(), none);
      assertThat(other.words()).contains("does not match");
      assertThat(other.code()).isNotZero();

      qemu.ask("cont");
      assertThat(qemu.state()).isEqualTo("running");
      assertThat(qemu.ask("query-status").get("running").asBoolean()).isTrue();
      assertThat(qemu.quit()).isZero();
    }
    assertThat(guests()).isZero();
  }

  @Test
  @DisplayName("launches in the owner's session and takes the owner's secret, for that launch only")
  void takesASecret() throws Exception {
    Path place = place("session");
    try (Owner owner = new Owner(machine, random);
        SevQemu qemu =
            SevQemu.start(
                machine,
                place,
                "dh-cert-file=" + owner.certificateFile(place),
                "session-file=" + owner.sessionFile(place))) {
      JsonNode sev = qemu.ask("query-sev");
      String measurement = measurement(qemu);
      assertThat(LaunchValidator.judge(place, sev, measurement, SevQemu.FIRMWARE, owner.keys()))
          .extracting(LibvirtValidator.Verdict::code)
          .isEqualTo(0);

      byte[] secret = "opens the disk..".repeat(4).getBytes(StandardCharsets.US_ASCII);
      byte[] mac = Arrays.copyOf(Base64.getDecoder().decode(measurement), LaunchMeasurement.SIZE);
      LaunchSecret.Packed packed = LaunchSecret.pack(owner.keys(), API, mac, secret);
      qemu.command(
          "sev-inject-launch-secret",
          Map.of(
              "packet-header",
              Base64.getEncoder().encodeToString(packed.header()),
              "secret",
              Base64.getEncoder().encodeToString(packed.ciphertext()),
              "gpa",
              GUEST_ADDRESS));
      Path seen = place.resolve("memory");
      qemu.command(
          "pmemsave",
          Map.of("val", GUEST_ADDRESS, "size", secret.length, "filename", seen.toString()));
      assertThat(seen).hasBinaryContent(secret);

      qemu.ask("cont");
      assertThat(qemu.state()).isEqualTo("running");
      assertThat(qemu.quit()).isZero();
    }
  }

  @Test
  @DisplayName("launches twice at the same time and once more, each a guest of its own")
  void launchesAgainAndAgain() throws Exception {
    try (SevQemu first = SevQemu.start(machine, place("first"));
        SevQemu second = SevQemu.start(machine, place("second"))) {
      assertThat(guests()).isEqualTo(2);
      assertThat(measurement(first)).isNotEqualTo(measurement(second));
      assertThat(first.ask("query-sev").get("handle"))
          .isNotEqualTo(second.ask("query-sev").get("handle"));
      first.ask("cont");
      second.ask("cont");
      assertThat(first.state()).isEqualTo("running");
      assertThat(second.state()).isEqualTo("running");
      assertThat(first.quit()).isZero();
      assertThat(guests()).isOne();
      assertThat(second.state()).isEqualTo("running");
      assertThat(second.quit()).isZero();
    }
    assertThat(guests()).isZero();
    try (SevQemu third = SevQemu.start(machine, place("third"))) {
      third.ask("cont");
      assertThat(third.state()).isEqualTo("running");
    }
  }

  @Test
  @DisplayName("leaves nothing behind when it is killed in the middle of a launch")
  void leavesNothing() throws Exception {
    try (SevQemu qemu = SevQemu.start(machine, place("killed"))) {
      assertThat(guests()).isOne();
      assertThat(qemu.kill()).isEqualTo(128 + 9);
    }
    assertThat(guests()).isZero();
    assertThat(ProcessHandle.current().children())
        .noneMatch(child -> child.info().command().orElse("").contains("qemu"));
    assertThat(OurMounts.in(directory)).isEmpty();
  }

  /** The owner of the guest, who has made a session with the platform. */
  private static final class Owner implements AutoCloseable {
    private final SevCertificate certificate;
    private final Session.Created session;

    Owner(HostMachine machine, SecureRandom random) throws Exception {
      KeyPair own = P384.generate(random);
      certificate =
          SevCertificate.unsigned(
              SevCertificate.Usage.PDH,
              SevCertificate.Algorithm.ECDH_SHA256,
              API,
              (ECPublicKey) own.getPublic());
      session =
          Session.create(
              (ECPrivateKey) own.getPrivate(),
              machine.chain().pdh().publicKey(),
              new GuestPolicy(1),
              random);
    }

    TransportKeys keys() {
      return session.keys();
    }

    Path certificateFile(Path directory) throws Exception {
      return base64(directory.resolve("owner.base64"), certificate.bytes());
    }

    Path sessionFile(Path directory) throws Exception {
      return base64(directory.resolve("session.base64"), session.blob());
    }

    /** As QEMU wants its files. */
    private static Path base64(Path file, byte[] bytes) throws Exception {
      return Files.writeString(file, Base64.getEncoder().encodeToString(bytes));
    }

    @Override
    public void close() {
      session.keys().close();
    }
  }
}
