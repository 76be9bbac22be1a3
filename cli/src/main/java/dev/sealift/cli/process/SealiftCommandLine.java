package dev.sealift.cli.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a second Java virtual machine like this one is started, which runs a command of sealift. */
public final class SealiftCommandLine {

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
    words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    words.addAll(options);
    String modulePath = System.getProperty("jdk.module.path", "");
    if (modulePath.isEmpty()) {
      words.addAll(
          List.of("-cp", System.getProperty("java.class.path"), "dev.sealift.cli.Sealift"));
    } else {
      words.addAll(List.of("-p", modulePath, "-m", "dev.sealift.cli/dev.sealift.cli.Sealift"));
    }
    words.addAll(arguments);
    return words;
  }
}
