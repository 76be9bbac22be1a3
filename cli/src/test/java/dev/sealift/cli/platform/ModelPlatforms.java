package dev.sealift.cli.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.TestRoot;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.PlatformChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;

/** A folder with a model root and the platforms under it, and the command that is asked there. */
final class ModelPlatforms {
  private final Path folder;

  ModelPlatforms(Path folder) throws IOException {
    this.folder = folder;
    root().save(folder.resolve("root"));
  }

  /** One for all tests, because its RSA keys take seconds. */
  static ModelRoot root() {
    return TestRoot.root();
  }

  Path at(String name) {
    return folder.resolve(name);
  }

  /** Makes a platform, or finds it. */
  Path platform(String name) {
    if (Files.notExists(at(name))) {
      succeed(name, "status --root " + at("root"));
    }
    return at(name);
  }

  /** {@code sealift platform WORDS --state NAME}. */
  Answer ask(String name, String words) {
    return Answer.to(
        Stream.concat(
                Stream.of("platform"),
                Stream.concat(
                    Arrays.stream(words.split(" ", -1)), Stream.of("--state", at(name).toString())))
            .toArray(String[]::new));
  }

  /** The same, which must succeed. */
  Answer succeed(String name, String words) {
    Answer answer = ask(name, words);
    assertThat(answer.err()).isEmpty();
    assertThat(answer.code()).isZero();
    return answer;
  }

  /** The same, which must be refused in one sentence, and perhaps the line that says more. */
  void refused(int code, String why, String name, String words) {
    isRefused(ask(name, words), code, why);
  }

  static void isRefused(Answer answer, int code, String why) {
    assertThat(
            answer.err().strip().lines().filter(line -> !line.startsWith("More: sealift explain ")))
        .as(answer.err())
        .hasSize(1);
    assertThat(answer.err()).contains(why);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.code()).isEqualTo(code);
  }

  /** What the platform exports, each certificate from a file of its own. */
  PlatformChain chain(String name) throws Exception {
    Path into = Files.createTempDirectory(folder, "certs");
    succeed(name, "export --separate " + into);
    return PlatformChain.parse(
        read(into, "PDH"),
        join(read(into, "PEK"), read(into, "OCA"), read(into, "CEK")),
        join(read(into, "ASK"), read(into, "ARK")));
  }

  static byte[] read(Path directory, String certificate) throws IOException {
    return Files.readAllBytes(directory.resolve(certificate.toLowerCase(Locale.ROOT) + ".cert"));
  }

  static byte[] join(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    byte[] joined = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }
}
