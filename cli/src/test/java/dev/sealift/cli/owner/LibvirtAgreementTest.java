package dev.sealift.cli.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.LibvirtValidator;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.launch.FirmwareTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("libvirt's virt-qemu-sev-validate agrees with sealift")
class LibvirtAgreementTest {
  private static final String NONCE = "00112233445566778899aabbccddeeff";

  @TempDir private Path directory;
  private String firmware;

  @BeforeEach
  void aSession() throws Exception {
    LibvirtValidator.assumeInstalled();
    firmware = LibvirtValidator.firmware().toString();
    Files.write(directory.resolve("vm_tek.bin"), GuestOwnerTest.random(16));
    Files.write(directory.resolve("vm_tik.bin"), Arrays.copyOf(GuestOwnerTest.random(20), 16));
    Files.write(directory.resolve("bzImage"), GuestOwnerTest.random(300_000));
    Files.write(directory.resolve("initrd"), GuestOwnerTest.random(70_001));
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private static String[] version(String policy) {
    return new String[] {
      "--api-major", "1", "--api-minor", "55", "--build-id", "21", "--policy", policy
    };
  }

  /** Both tools take the same options for what is launched. */
  private String expected(String policy, String... launch) {
    Answer answer =
        Answer.to(
            Stream.of(
                    Stream.of("measure", "--json", "--nonce", NONCE, "--tik", file("vm_tik.bin")),
                    Stream.of(version(policy)),
                    Stream.of(launch))
                .flatMap(arguments -> arguments)
                .toArray(String[]::new));
    assertThat(answer.code()).as(answer.err()).isZero();
    return answer.json().get("measurement").asString();
  }

  private LibvirtValidator.Verdict validate(String policy, String measurement, String... launch)
      throws Exception {
    return LibvirtValidator.run(
        Stream.of(
                Stream.of("--measurement", measurement),
                Stream.of("--tik", file("vm_tik.bin"), "--tek", file("vm_tek.bin")),
                Stream.of(version(policy)),
                Stream.of(launch))
            .flatMap(arguments -> arguments)
            .toArray(String[]::new));
  }

  private void assertAgreement(String policy, String... launch) throws Exception {
    var verdict = validate(policy, expected(policy, launch), launch);
    assertThat(verdict.words()).contains("OK: Looks good to me");
    assertThat(verdict.code()).isZero();
  }

  @Test
  @DisplayName("on the measurement of a firmware, and refuses it when one bit differs")
  void firmware() throws Exception {
    assertAgreement("1", "--firmware", firmware);
    byte[] changed = Files.readAllBytes(Path.of(firmware));
    changed[changed.length / 2] ^= 0x10;
    Files.write(directory.resolve("changed.fd"), changed);
    String measurement = expected("1", "--firmware", file("changed.fd"));
    assertThat(validate("1", measurement, "--firmware", firmware).code()).isEqualTo(1);
    assertThat(validate("1", measurement, "--firmware", file("changed.fd")).code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "console=ttyS0 root=/dev/vda1", "ümlaut"})
  @DisplayName("on kernel, initrd and command line")
  void kernel(String commandLine) throws Exception {
    String[] launch = {
      "--firmware",
      firmware,
      "--kernel",
      file("bzImage"),
      "--initrd",
      file("initrd"),
      "--cmdline",
      commandLine
    };
    assertAgreement("33", launch);
    assertAgreement("33", "--firmware", firmware, "--kernel", file("bzImage"));
  }

  @ParameterizedTest
  @CsvSource({"25, 17, 1, 4", "25, 1, 1, 1", "23, 49, 0, 2", "6, 13, 3, 3"})
  @DisplayName("on the registers of vCPUs that both build themselves")
  void builtRegisters(String family, String model, String stepping, String count) throws Exception {
    assertAgreement(
        "5",
        "--firmware",
        firmware,
        "--num-cpus",
        count,
        "--cpu-family",
        family,
        "--cpu-model",
        model,
        "--cpu-stepping",
        stepping);
  }

  @Test
  @DisplayName("on registers in files, with a kernel")
  void registersInFiles() throws Exception {
    Files.write(directory.resolve("cpu0"), GuestOwnerTest.random(4096));
    Files.write(directory.resolve("cpu1"), new byte[4096]);
    assertAgreement(
        "37",
        "--firmware",
        firmware,
        "--kernel",
        file("bzImage"),
        "--num-cpus",
        "3",
        "--vmsa-cpu0",
        file("cpu0"),
        "--vmsa-cpu1",
        file("cpu1"));
  }

  @Test
  @DisplayName("where further vCPUs of a real OVMF begin")
  void resetAddress() throws Exception {
    FirmwareTable table = FirmwareTable.of(Files.readAllBytes(Path.of(firmware)));
    assertThat(table.resetAddress()).isPresent();
    assertThat(table.resetAddress().getAsInt()).isNotZero();
  }

  @Test
  @DisplayName("on a secret: the software firmware opens both tools' headers and payloads alike")
  void secrets() throws Exception {
    Files.delete(directory.resolve("vm_tek.bin"));
    Files.delete(directory.resolve("vm_tik.bin"));
    Files.writeString(directory.resolve("passphrase"), "open sesame");
    byte[] image = Files.readAllBytes(Path.of(firmware));
    try (OwnersPlatform platform = new OwnersPlatform(directory)) {
      Answer session = Answer.to("session", file("pdh.cert"), "1", "--out", directory.toString());
      assertThat(session.code()).as(session.err()).isZero();
      try (var launched = platform.launch("vm", new GuestPolicy(1), image)) {
        String measurement = Base64.getEncoder().encodeToString(launched.measured().measurement());
        var verdict =
            LibvirtValidator.run(
                Stream.concat(
                        Stream.of(
                            "--measurement",
                            measurement,
                            "--firmware",
                            firmware,
                            "--policy",
                            "1",
                            "--tik",
                            file("vm_tik.bin"),
                            "--tek",
                            file("vm_tek.bin"),
                            "--inject-secret",
                            "luks-key:" + file("passphrase"),
                            "--secret-header",
                            file("theirs_header"),
                            "--secret-payload",
                            file("theirs_payload")),
                        Stream.of(platform.version()))
                    .toArray(String[]::new));
        assertThat(verdict.words()).contains("OK: Looks good to me", "OK: Injected 1 secrets");
        Answer ours =
            Answer.to(
                "secret",
                "--tek",
                file("vm_tek.bin"),
                "--tik",
                file("vm_tik.bin"),
                "--measurement",
                measurement,
                "--disk-password",
                file("passphrase"),
                "--out-header",
                file("ours_header"),
                "--out-payload",
                file("ours_payload"));
        assertThat(ours.code()).as(ours.err()).isZero();

        byte[] theirTable = opened(launched, "theirs");
        byte[] ourTable = opened(launched, "ours");

        assertThat(ourTable).isEqualTo(theirTable);
        assertThat(new String(ourTable, StandardCharsets.ISO_8859_1)).contains("open sesame");
      }
    }
  }

  /** What the guest finds after LAUNCH_SECRET with a tool's files. */
  private byte[] opened(OwnersPlatform.Launched launched, String tool) throws Exception {
    byte[] payload = decoded(tool + "_payload");
    launched
        .measured()
        .injectSecret(decoded(tool + "_header"), payload, OwnersPlatform.SECRET_ADDRESS);
    byte[] found = launched.secret(payload.length);
    launched.guest().memory().segment().asSlice(OwnersPlatform.SECRET_ADDRESS, 4096).fill((byte) 0);
    return found;
  }

  private byte[] decoded(String name) throws Exception {
    return Base64.getDecoder().decode(Files.readString(directory.resolve(name)));
  }
}
