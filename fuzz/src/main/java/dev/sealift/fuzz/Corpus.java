package dev.sealift.fuzz;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The inputs of a target that are kept: files in {@code corpus/TARGET} beside the suite, among the
 * tests' resources. A file whose name begins with {@code sound} must be read; all others were
 * answered wrongly once, or look as if they might be.
 *
 * @param inputs by the names of their files
 */
record Corpus(Map<String, byte[]> inputs) {
  private static final String SOUND = "sound";

  /** The files of a suite's target. */
  static Corpus of(Class<?> suite, FuzzTarget target) throws IOException {
    URL folder = suite.getResource("corpus/" + target.name());
    if (folder == null) {
      throw new IOException(
          "there is no corpus of %s beside %s: write it with -Dsealift.fuzz.corpus=write"
              .formatted(target, suite.getName()));
    }
    Map<String, byte[]> inputs = new TreeMap<>();
    try (Stream<Path> files = Files.list(Path.of(uri(folder)))) {
      for (Path file : files.toList()) {
        inputs.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return new Corpus(inputs);
  }

  /** Writes a target's samples to where its files belong, in place of those of the same names. */
  static void write(Class<?> suite, FuzzTarget target) throws Exception {
    Path folder =
        Path.of("src", "test", "resources")
            .resolve(suite.getPackageName().replace('.', '/'))
            .resolve("corpus")
            .resolve(target.name());
    Files.createDirectories(folder);
    for (Map.Entry<String, byte[]> sample : target.makeSamples().entrySet()) {
      Files.write(folder.resolve(SOUND + "-" + sample.getKey()), sample.getValue());
    }
  }

  static boolean isSound(String name) {
    return name.startsWith(SOUND);
  }

  private static URI uri(URL folder) throws IOException {
    try {
      return folder.toURI();
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }
}
