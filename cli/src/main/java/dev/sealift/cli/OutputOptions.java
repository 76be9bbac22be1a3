package dev.sealift.cli;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** How an answer is printed: in words, or as one JSON object on one line. */
public final class OutputOptions {
  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /**
   * Prints an answer.
   *
   * @param answer what becomes the JSON object
   * @param words the same for people, with its line ends
   */
  public void print(Object answer, String words) {
    PrintWriter out = Objects.requireNonNull(command, "picocli sets it").commandLine().getOut();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(answer));
    } else {
      out.print(words);
    }
    out.flush();
  }
}
