package dev.sealift.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the command answered to a command line, in this process.
 *
 * @param code its exit code
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
public record Answer(int code, String out, String err) {

  /** Asks the command. */
  public static Answer to(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Sealift.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return new Answer(command.execute(arguments), out.toString(), err.toString());
  }

  /** The last line of the output as JSON. */
  public JsonNode jsonOnLastLine() {
    return JsonMapper.shared().readTree(out.strip().lines().toList().getLast());
  }

  /** All of the output as JSON. */
  public JsonNode json() {
    return JsonMapper.shared().readTree(out);
  }
}
