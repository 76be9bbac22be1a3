package dev.sealift.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The system's C headers, as a C compiler reads them. */
final class SystemHeaders {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_]\\w*");

  private final Path folder;
  private final String includes;

  /**
   * Skips the test that asks where there is no compiler or no header.
   *
   * @param folder for what is compiled
   */
  SystemHeaders(Path folder, List<String> headers) throws IOException, InterruptedException {
    assumeTrue(
        System.getProperty("os.arch").equals("amd64"), "the layouts are those of x86-64 machines");
    assumeTrue(runs("cc", "--version"), "no C compiler (cc) on this machine");
    this.folder = folder;
    this.includes =
        headers.stream().map("#include <%s>\n"::formatted).collect(Collectors.joining());
    for (String header : headers) {
      Path one = Files.writeString(folder.resolve("one.c"), "#include <" + header + ">\n");
      assumeTrue(
          runs("cc", "-E", "-o", folder.resolve("one.i").toString(), one.toString()),
          "no header " + header + " on this machine");
    }
  }

  /** Every identifier that the headers have, of a macro, a type, a field or a constant. */
  Set<String> identifiers() throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("names.c"), includes);
    Path words = folder.resolve("names.i");
    compile("-E", "-dD", "-o", words.toString(), source.toString());
    return IDENTIFIER
        .matcher(Files.readString(words))
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toSet());
  }

  /** What each expression is; 32 bits, unsigned. */
  Map<String, Long> values(Collection<String> expressions)
      throws IOException, InterruptedException {
    StringBuilder program = new StringBuilder(includes).append("int main(void) {\n");
    for (String expression : expressions) {
      program.append("  printf(\"%%u\\n\", (unsigned)(%s));\n".formatted(expression));
    }
    Path source = Files.writeString(folder.resolve("values.c"), program.append("}\n"));
    Path binary = folder.resolve("values");
    compile("-o", binary.toString(), source.toString());
    Process running = new ProcessBuilder(binary.toString()).start();
    List<String> lines = running.inputReader().readAllLines();
    assertThat(running.waitFor()).isZero();
    assertThat(lines).hasSameSizeAs(expressions);
    Map<String, Long> values = new LinkedHashMap<>();
    int line = 0;
    for (String expression : expressions) {
      values.put(expression, Long.parseLong(lines.get(line++)));
    }
    return values;
  }

  private static void compile(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("cc"));
    command.addAll(List.of(arguments));
    Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
    String words = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.waitFor()).as(words).isZero();
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
