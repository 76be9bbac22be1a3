package dev.sealift.cli.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.cli.Answer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.launch.SecretTable;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A guest owner's whole way with a platform in software, through files")
class GuestOwnerTest {
  @TempDir private Path directory;
  private final byte[] image = random(0x10000);
  private OwnersPlatform platform;

  @BeforeEach
  void powerUp() throws Exception {
    platform = new OwnersPlatform(directory);
    Files.write(directory.resolve("firmware.fd"), image);
  }

  @AfterEach
  void powerDown() {
    platform.close();
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private Answer session(String policy) {
    return Answer.to(
        "session",
        file("platform.chain"),
        policy,
        "--chain-root",
        file("ark.cert"),
        "--out",
        directory.toString());
  }

  private Answer measure(String policy, String... more) throws Exception {
    return Answer.to(
        Stream.of(
                Stream.of("measure", "--firmware", file("firmware.fd"), "--policy", policy),
                Stream.of("--tik", file("vm_tik.bin")),
                Stream.of(platform.version()),
                Stream.of(more))
            .flatMap(arguments -> arguments)
            .toArray(String[]::new));
  }

  private Answer secret(String measurement, String... what) {
    return Answer.to(
        Stream.concat(
                Stream.of(
                    "secret",
                    "--tek",
                    file("vm_tek.bin"),
                    "--tik",
                    file("vm_tik.bin"),
                    "--measurement",
                    measurement,
                    "--out-header",
                    file("header.b64"),
                    "--out-payload",
                    file("payload.b64")),
                Stream.of(what))
            .toArray(String[]::new));
  }

  private byte[] decoded(String name) throws Exception {
    return Base64.getDecoder().decode(Files.readString(directory.resolve(name)));
  }

  @Test
  @DisplayName("session, launch, measurement, secret: the guest finds the passphrase")
  void secretReachesTheGuest() throws Exception {
    assertThat(session("nodbg,noks,sev").code()).isZero();
    Files.writeString(directory.resolve("passphrase"), "open sesame");
    try (var launched = platform.launch("vm", new GuestPolicy(0x23), image)) {
      String measurement = Base64.getEncoder().encodeToString(launched.measured().measurement());

      Answer check = measure("0x23", "--check", measurement);
      assertThat(check.code()).as(check.out() + check.err()).isZero();
      assertThat(check.out()).contains("MATCHES");

      Answer sealed = secret(measurement, "--disk-password", file("passphrase"));
      assertThat(sealed.code()).as(sealed.err()).isZero();
      byte[] payload = decoded("payload.b64");
      byte[] changed = payload.clone();
      changed[5] ^= 1;
      assertThatThrownBy(() ->
              launched
                  .measured()
                  .injectSecret(decoded("header.b64"), changed, OwnersPlatform.SECRET_ADDRESS))
          .isInstanceOf(VmmException.class);
      launched
          .measured()
          .injectSecret(decoded("header.b64"), payload, OwnersPlatform.SECRET_ADDRESS);
      try (SecretTable table =
          SecretTable.read(SecretBytes.take(launched.secret(payload.length)))) {
        assertThat(table.entries()).hasSize(1);
        assertThat(table.entries().getFirst().guid()).isEqualTo(SecretTable.DISK_PASSPHRASE);
        assertThat(new String(table.entries().getFirst().secret().reveal(), StandardCharsets.UTF_8))
            .isEqualTo("open sesame");
      }
      launched.measured().finish();
    }
  }

  @Test
  @DisplayName("a secret that was sealed for another launch's measurement is not opened")
  void secretOfAnotherLaunch() throws Exception {
    assertThat(session("1").code()).isZero();
    Files.write(directory.resolve("raw"), random(64));
    String another = Base64.getEncoder().encodeToString(random(48));
    assertThat(secret(another, "--raw", file("raw")).code()).isZero();
    try (var launched = platform.launch("vm", new GuestPolicy(1), image)) {
      assertThatThrownBy(() ->
              launched
                  .measured()
                  .injectSecret(
                      decoded("header.b64"), decoded("payload.b64"), OwnersPlatform.SECRET_ADDRESS))
          .isInstanceOf(VmmException.class)
          .hasMessageContaining("BAD_MEASUREMENT");
    }
  }

  @Test
  @DisplayName("a guest with SEV-ES is measured with its registers")
  void encryptedRegisters() throws Exception {
    assertThat(session("nodbg,es,sev").code()).isZero();
    Path vmsa = directory.resolve("vmsa.bin");
    Files.write(vmsa, PseudoRandomWriter.vmsa(OwnersPlatform.writer()));
    try (var launched = platform.launch("vm", new GuestPolicy(0x25), image)) {
      Path reported = directory.resolve("measurement.bin");
      Files.write(reported, launched.measured().measurement());
      Answer check =
          measure(
              "0x25",
              "--num-cpus",
              "1",
              "--vmsa-cpu0",
              vmsa.toString(),
              "--check",
              reported.toString());
      assertThat(check.code()).as(check.out() + check.err()).isZero();
    }
  }

  @Test
  @DisplayName("an attestation report is verified under the platform's PEK, and says what differs")
  void attestation() throws Exception {
    assertThat(session("1").code()).isZero();
    byte[] nonce = random(16);
    Answer digest = Answer.to("measure", "--firmware", file("firmware.fd"), "--digest");
    try (var launched = platform.launch("vm", new GuestPolicy(1), image)) {
      byte[] report = launched.guest().sev().attestationReport(nonce);
      Files.write(directory.resolve("report.bin"), report);
      Files.writeString(
          directory.resolve("report.b64"), Base64.getEncoder().encodeToString(report) + "\n");
    }
    for (String file : new String[] {"report.bin", "report.b64"}) {
      Answer verdict =
          verify(
              file,
              "--nonce",
              HexFormat.of().formatHex(nonce),
              "--digest",
              digest.out().strip(),
              "--policy",
              "nodbg");
      assertThat(verdict.code()).as(verdict.out() + verdict.err()).isZero();
      assertThat(verdict.out()).contains("HOLDS").doesNotContain("DOES NOT HOLD");
    }
    Answer wrong = verify("report.bin", "--nonce", "00".repeat(16), "--policy", "0x21", "--json");
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.json().get("holds").asBoolean()).isFalse();
    assertThat(wrong.json().get("checks").get(0).get("holds").asBoolean()).isTrue();
    assertThat(wrong.json().get("checks").get(1).get("holds").asBoolean()).isFalse();
    assertThat(wrong.json().get("checks").get(2).get("holds").asBoolean()).isFalse();
    Answer shown = Answer.to("attestation", "show", file("report.b64"));
    assertThat(shown.code()).isZero();
    assertThat(shown.out()).contains(digest.out().strip(), "Nothing of it has been checked");
  }

  private Answer verify(String report, String... more) {
    return Answer.to(
        Stream.concat(
                Stream.of("attestation", "verify", file(report), "--pek", file("export.chain")),
                Stream.of(more))
            .toArray(String[]::new));
  }

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
