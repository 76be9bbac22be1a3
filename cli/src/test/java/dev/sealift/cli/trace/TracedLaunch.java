package dev.sealift.cli.trace;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.TestRoot;
import dev.sealift.cli.qemu.QemuMonitor;
import dev.sealift.cli.run.PlatformExport;
import dev.sealift.cli.run.SealiftProgram;
import dev.sealift.cli.run.SevQemu;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.cert.SevCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * The installed QEMU under sealift trace: a launch in the owner's session, with a secret, until the
 * guest runs.
 *
 * @param lines the lines of the trace
 * @param record the trace file
 * @param session the owner's session and its keys
 * @param secret what the owner has sent
 * @param code the exit code
 */
record TracedLaunch(
    List<String> lines, Path record, Session.Created session, byte[] secret, int code) {
  private static final ApiVersion API = new ApiVersion(1, 55);
  private static final long GUEST_ADDRESS = 0x100000;
  private static final String OWNER = "owner.base64";
  private static final String SESSION = "session.base64";

  static TracedLaunch run(Path directory, String... options) throws Exception {
    SevQemu.assumeInstalled();
    Path export = directory.resolve("certificates");
    Path lines = directory.resolve("lines");
    Path record = directory.resolve("launch.trace");
    List<String> words = new ArrayList<>(List.of("trace", "--software"));
    words.addAll(List.of(options));
    words.addAll(List.of("--state", directory.resolve("host").toString()));
    words.addAll(List.of("--root", TestRoot.savedIn(directory).toString()));
    words.addAll(List.of("--export", export.toString(), "--output", lines.toString()));
    words.addAll(List.of("--record", record.toString(), "--", "/bin/sh", "-c", script(directory)));
    try (SealiftProgram sealift = SealiftProgram.start(directory, words.toArray(String[]::new))) {
      String first = sealift.hear();
      String said = String.join(" ", sealift.errors());
      assumeTrue(!said.contains("can be traced here"), said);
      assumeTrue(!said.contains("there is no /dev/sev"), said);
      if (first == null) {
        throw new AssertionError(said);
      }
      Session.Created session = makeSession(directory, export);
      byte[] secret = "opens the disk..".repeat(4).getBytes(StandardCharsets.US_ASCII);
      Files.createFile(directory.resolve("go on"));
      launch(directory, session, secret);
      int code = sealift.await();
      return new TracedLaunch(Files.readAllLines(lines), record, session, secret, code);
    }
  }

  /** Says that it is there, waits for the owner, and becomes QEMU. */
  private static String script(Path directory) throws IOException {
    List<String> qemu =
        SevQemu.commandLine(
            directory,
            "0x1",
            List.of(
                "dh-cert-file=" + directory.resolve(OWNER),
                "session-file=" + directory.resolve(SESSION)));
    return "echo ready; while [ ! -e 'go on' ]; do sleep 0.02; done; exec "
        + qemu.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
  }

  private static Session.Created makeSession(Path directory, Path export) throws Exception {
    SecureRandom random = new SecureRandom();
    KeyPair own = P384.generate(random);
    SevCertificate certificate =
        SevCertificate.unsigned(
            SevCertificate.Usage.PDH,
            SevCertificate.Algorithm.ECDH_SHA256,
            API,
            (ECPublicKey) own.getPublic());
    SevCertificate platform =
        SevCertificate.parse(Files.readAllBytes(export.resolve(PlatformExport.PDH)));
    Session.Created session =
        Session.create(
            (ECPrivateKey) own.getPrivate(), platform.publicKey(), new GuestPolicy(1), random);
    Files.writeString(directory.resolve(OWNER), base64(certificate.bytes()));
    Files.writeString(directory.resolve(SESSION), base64(session.blob()));
    return session;
  }

  private static void launch(Path directory, Session.Created session, byte[] secret)
      throws Exception {
    try (QemuMonitor monitor = QemuMonitor.connect(SevQemu.socket(directory), () -> true)) {
      JsonNode measured = monitor.command("query-sev-launch-measure", Map.of());
      byte[] mac =
          Arrays.copyOf(
              Base64.getDecoder().decode(measured.get("data").asString()), LaunchMeasurement.SIZE);
      LaunchSecret.Packed packed = LaunchSecret.pack(session.keys(), API, mac, secret);
      monitor.command(
          "sev-inject-launch-secret",
          Map.of(
              "packet-header",
              base64(packed.header()),
              "secret",
              base64(packed.ciphertext()),
              "gpa",
              GUEST_ADDRESS));
      monitor.command("query-sev-capabilities", Map.of());
      monitor.command("cont", Map.of());
      monitor.command("query-sev", Map.of());
      monitor.command("quit", Map.of());
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** The names of the commands, in their order. */
  List<String> names() {
    return lines.stream()
        .filter(line -> !line.endsWith(" ended"))
        .map(line -> line.split(" ")[3])
        .toList();
  }
}
