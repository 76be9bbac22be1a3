package dev.sealift.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** A Java with nothing in it but what the command needs, and the command itself. */
final class JavaImage {
  /**
   * What no module of the command requires, or only some JDKs have, and what it takes to look at a
   * command that runs: jcmd and jfr.
   */
  private static final List<String> MODULES =
      List.of(
          "dev.sealift.cli",
          "java.logging",
          "java.management",
          "java.naming",
          "jdk.crypto.ec",
          "jdk.httpserver",
          "jdk.incubator.vector",
          "jdk.jcmd",
          "jdk.jfr",
          "jdk.management",
          "jdk.net",
          "jdk.unsupported");

  /** What the command is started with; bin/sealift has the same. */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xmx128m",
          "--add-modules=jdk.incubator.vector",
          "--enable-native-access=dev.sealift.linux");

  private static final String MAIN = "dev.sealift.cli/dev.sealift.cli.Sealift";

  /** A command whose classes are in the archive: it touches what every other one does, too. */
  private static final List<String> TRAINING = List.of("demo", "--help");

  private static final Pattern NUMBER = Pattern.compile(" id: \\d+$");

  private final Path home;

  JavaImage(Path home) {
    this.home = home;
  }

  /** Links it from the JDK that runs this. */
  void link(Path modules) throws IOException, InterruptedException {
    Distribution.run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
            "--module-path=" + modules,
            "--add-modules=" + String.join(",", MODULES),
            "--strip-debug",
            "--no-man-pages",
            "--no-header-files",
            "--compress=zip-6",
            "--ignore-signing-information",
            "--output=" + home));
  }

  /** Has Java remember the classes that the command begins with, as it finds them in memory. */
  void archiveClasses(Path scratch) throws IOException, InterruptedException {
    run(List.of("-XX:+UseSerialGC", "-Xmx128m", "-Xshare:dump", "-Xlog:disable"), List.of());
    Path list = scratch.resolve("classes.list");
    run(withMain("-XX:DumpLoadedClassList=" + list), TRAINING);
    Files.write(list, ordered(Files.readAllLines(list)));
    run(
        withMain(
            "-Xshare:dump",
            "-Xlog:disable",
            "-XX:SharedClassListFile=" + list,
            "-XX:SharedArchiveFile=" + home.resolve("lib/sealift.jsa")),
        List.of());
  }

  /**
   * The same list whichever thread was first: by name, without the numbers that say in which order
   * classes were loaded and without what was resolved in them by then; first the classes, then what
   * is made of them.
   */
  private static List<String> ordered(List<String> classes) {
    Comparator<String> madeOfThemLast = Comparator.comparing(line -> line.startsWith("@"));
    return classes.stream()
        .filter(line -> !line.startsWith("#") && !line.startsWith("@cp "))
        .map(line -> NUMBER.matcher(line).replaceFirst(""))
        .sorted(madeOfThemLast.thenComparing(Comparator.naturalOrder()))
        .distinct()
        .toList();
  }

  private static List<String> withMain(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(OPTIONS);
    all.add("-m");
    all.add(MAIN);
    return all;
  }

  private void run(List<String> options, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(home.resolve("bin/java").toString());
    words.addAll(options);
    words.addAll(arguments);
    var process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("%s failed:%n%s".formatted(String.join(" ", words), said));
    }
  }
}
