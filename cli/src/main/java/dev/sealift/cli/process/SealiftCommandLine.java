package dev.sealift.cli.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How a second Java virtual machine like this one is started, which runs a command of sealift. */
public final class SealiftCommandLine {
  private static final List<String> FROM_ENVIRONMENT =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");

  private SealiftCommandLine() {}

  /**
   * The words of the command line.
   *
   * @param options of the Java virtual machine, which come after this one's own
   * @param arguments the command and its options
   */
  public static List<String> of(List<String> options, List<String> arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(ownOptions());
    words.addAll(options);
    if (SealiftCommandLine.class.getModule().isNamed()) {
      String modulePath = System.getProperty("jdk.module.path", "");
      if (!modulePath.isEmpty()) {
        // Without one, Java itself has the modules: it was linked with them.
        words.addAll(List.of("-p", modulePath));
      }
      words.addAll(List.of("-m", "dev.sealift.cli/dev.sealift.cli.Sealift"));
    } else {
      words.addAll(
          List.of("-cp", System.getProperty("java.class.path"), "dev.sealift.cli.Sealift"));
    }
    words.addAll(arguments);
    return words;
  }

  /** This one's options, without those that the other takes from the environment by itself. */
  private static List<String> ownOptions() {
    List<String> own = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
    for (String variable : FROM_ENVIRONMENT) {
      String options = System.getenv(variable);
      if (options != null) {
        options.strip().lines().flatMap(line -> Stream.of(line.split("\\s+"))).forEach(own::remove);
      }
    }
    return own;
  }
}
