package dev.sealift.cli.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.launch.SecretTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("sealift secret")
class SecretCommandTest {
  private static final String GUID = "00112233-4455-6677-8899-aabbccddeeff";

  @TempDir private Path directory;
  private final byte[] measurement = GuestOwnerTest.random(48);
  private final byte[] tek = Arrays.copyOf(GuestOwnerTest.random(32), 16);
  private final byte[] tik = Arrays.copyOfRange(GuestOwnerTest.random(32), 16, 32);

  @BeforeEach
  void files() throws Exception {
    write("tek.bin", tek);
    write("tik.bin", tik);
    write("secret", "very secret".getBytes());
    write("line", "with a line end\n".getBytes());
  }

  private String write(String name, byte[] content) throws Exception {
    return Files.write(directory.resolve(name), content).toString();
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private Answer secret(String... more) {
    return Answer.to(
        Stream.concat(
                Stream.of(
                    "secret",
                    "--tek",
                    file("tek.bin"),
                    "--tik",
                    file("tik.bin"),
                    "--measurement",
                    Base64.getEncoder().encodeToString(measurement),
                    "--out-header",
                    file("header"),
                    "--out-payload",
                    file("payload")),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private byte[] opened(ApiVersion api, byte[] mac) throws Exception {
    try (TransportKeys keys = TransportKeys.of(SecretBytes.copyOf(tek), SecretBytes.copyOf(tik))) {
      return LaunchSecret.open(
              keys,
              api,
              mac,
              Files.readAllBytes(directory.resolve("header")),
              Files.readAllBytes(directory.resolve("payload")))
          .orElseThrow()
          .reveal();
    }
  }

  private void assertRefused(Answer answer, String why) {
    assertThat(answer.code()).as(answer.out() + answer.err()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains(why).doesNotContain("Exception");
    assertThat(directory.resolve("header")).doesNotExist();
    assertThat(directory.resolve("payload")).doesNotExist();
  }

  @Test
  @DisplayName("seals a table of all that it is given")
  void table() throws Exception {
    Answer answer =
        secret("--entry", GUID + "=" + file("secret"), "--disk-password", file("line"), "--binary");

    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.out())
        .contains("a table of 2", "ends with a line end")
        .doesNotContain("very secret");
    try (SecretTable table =
        SecretTable.read(
            SecretBytes.take(opened(new ApiVersion(1, 55), Arrays.copyOf(measurement, 32))))) {
      assertThat(table.entries().get(0).guid()).hasToString(GUID);
      assertThat(table.entries().get(0).secret().reveal()).isEqualTo("very secret".getBytes());
      assertThat(table.entries().get(1).secret().reveal())
          .isEqualTo("with a line end\n".getBytes());
    }
  }

  @Test
  @DisplayName("seals other bytes as they are, and before API 0.17 for any launch")
  void raw() throws Exception {
    byte[] raw = GuestOwnerTest.random(32);
    Answer answer = secret("--raw", write("raw", raw), "--binary", "--api", "0.16", "--json");

    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.json().get("measurement").isNull()).isTrue();
    assertThat(opened(new ApiVersion(0, 16), new byte[32])).isEqualTo(raw);
  }

  @Test
  @DisplayName("seals what the firmware takes, and says what Linux does not hand over")
  void limits() throws Exception {
    assertThat(secret("--raw", write("most", new byte[20480])).out()).contains("16384 at most");
    Files.delete(directory.resolve("header"));
    Files.delete(directory.resolve("payload"));
    assertRefused(secret("--raw", write("more", new byte[20481])), "too long");
    assertRefused(secret("--raw", write("odd", new byte[20])), "whole blocks of 16");
    assertRefused(secret("--raw", write("none", new byte[0])), "whole blocks of 16");
    assertRefused(secret("--disk-password", file("most")), "20480 at most");
  }

  @Test
  @DisplayName("answers every wrong file and value with one sentence and exit code 2")
  void badInput() throws Exception {
    assertRefused(secret(), "Say what to seal");
    assertRefused(
        secret("--raw", file("line"), "--disk-password", file("line")), "Say what to seal");
    assertRefused(secret("--entry", "luks=" + file("secret")), "is not GUID=FILE");
    assertRefused(secret("--entry", GUID + "=" + file("missing")), "does not exist");
    assertRefused(secret("--entry", GUID + "=" + directory), "is a directory");
    assertRefused(
        secret("--entry", GUID + "=" + file("line"), "--entry", GUID + "=" + file("secret")),
        "each GUID once");
    assertRefused(secret("--disk-password", file("line"), "--api", "new"), "no API version");
    write("tek.bin", new byte[17]);
    assertRefused(secret("--disk-password", file("line")), "too long for a TEK");
  }

  @Test
  @DisplayName("leaves no header behind where there is no payload")
  void allOrNothing() {
    Answer answer =
        Answer.to(
            "secret",
            "--tek",
            file("tek.bin"),
            "--tik",
            file("tik.bin"),
            "--measurement",
            Base64.getEncoder().encodeToString(measurement),
            "--disk-password",
            file("secret"),
            "--out-header",
            file("header"),
            "--out-payload",
            file("missing/payload"));
    assertThat(answer.code()).isEqualTo(2);
    assertThat(directory.resolve("header")).doesNotExist();
  }
}
