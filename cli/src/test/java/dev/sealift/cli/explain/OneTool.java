package dev.sealift.cli.explain;

import dev.sealift.cli.Answer;
import dev.sealift.cli.Sealift;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** The tool, made once for many command lines. */
final class OneTool {
  private final CommandLine command = Sealift.commandLine();

  Answer answer(List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    int code = command.execute(arguments.toArray(String[]::new));
    return new Answer(code, out.toString(), err.toString());
  }
}
