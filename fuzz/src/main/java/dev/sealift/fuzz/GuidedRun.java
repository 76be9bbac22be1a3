package dev.sealift.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * A target under Jazzer, in a Java virtual machine of its own: it starts from the corpus, and goes
 * on for {@code -Dsealift.fuzz.seconds}, 10 if nothing is said. What it found worth keeping lies in
 * {@code target/fuzz-guided} for the next time.
 */
final class GuidedRun {
  private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
  private static final Pattern DONE = Pattern.compile("Done (\\d+) runs");
  private static final Pattern COVERED = Pattern.compile("cov: (\\d+)");

  private final Class<?> suite;
  private final FuzzTarget target;
  private final Path folder;

  GuidedRun(Class<?> suite, FuzzTarget target) {
    this.suite = suite;
    this.target = target;
    this.folder = Path.of("target", "fuzz-guided", target.name());
  }

  /** Skips where Jazzer is not on the class path. */
  void run() throws IOException, InterruptedException {
    Assumptions.assumeTrue(isThere(), "Jazzer is on the class path with -Pfuzz only");
    Path found = Files.createDirectories(folder.resolve("found"));
    Path known = Files.createDirectories(folder.resolve("known"));
    for (Map.Entry<String, byte[]> input : Corpus.of(suite, target).inputs().entrySet()) {
      Files.write(known.resolve(input.getKey()), input.getValue());
    }
    Path log = folder.resolve("log");
    int code =
        new ProcessBuilder(command(found, known))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    String said = Files.readString(log);
    if (code != 0) {
      throw new AssertionError(
          "%s: Jazzer found an input that is answered wrongly, or could not run; %s says which%n%s"
              .formatted(target, log.toAbsolutePath(), end(said)));
    }
    System.out.printf(
        "%s: %s inputs under Jazzer, %s edges reached%n",
        target, last(DONE, said), last(COVERED, said));
  }

  private static boolean isThere() {
    try {
      Class.forName(JAZZER, false, GuidedRun.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }

  private List<String> command(Path found, Path known) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx1g",
            "-XX:+EnableDynamicAgentLoading",
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-D%s=%s/%s".formatted(GuidedEntry.TARGET, suite.getName(), target.name()),
            "-cp",
            System.getProperty("java.class.path", ""),
            JAZZER,
            "--target_class=" + GuidedEntry.class.getName(),
            "--instrumentation_includes=dev.sealift.**",
            "--instrumentation_excludes=dev.sealift.fuzz.**",
            "-max_total_time=" + Long.getLong("sealift.fuzz.seconds", 10),
            "-max_len=" + target.mostBytes(),
            "-timeout=60",
            "-rss_limit_mb=0",
            "--reproducer_path=" + folder.toAbsolutePath(),
            "-artifact_prefix=" + folder.toAbsolutePath() + "/",
            found.toString(),
            known.toString()));
    return command;
  }

  private static String last(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .reduce((_, later) -> later)
        .map((MatchResult match) -> match.group(1))
        .orElse("no");
  }

  private static String end(String text) {
    return text.substring(Math.max(0, text.length() - 4000));
  }
}
