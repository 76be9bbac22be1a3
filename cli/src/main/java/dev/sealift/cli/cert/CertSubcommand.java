package dev.sealift.cli.cert;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands under {@code sealift cert} have in common: where they print. */
abstract class CertSubcommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  /** Prints to standard output. */
  final void print(String text) {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    out.print(text);
    out.flush();
  }

  /** Prints a line to standard output. */
  final void printLine(String line) {
    print(line + System.lineSeparator());
  }
}
