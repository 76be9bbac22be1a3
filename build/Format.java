import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs google-java-format over a source folder in the toolchain's JVM, so that the Java that runs Maven may be older than
 * the language the sources are written in.
 *
 * <p>Arguments: {@code check|apply FOLDER...}. Exit code 1 when a file is not in form (check) or does not parse.
 */
void main(String[] arguments) throws IOException {
  boolean apply = arguments[0].equals("apply");
  var formatter =
      new Formatter(
          JavaFormatterOptions.builder().style(JavaFormatterOptions.Style.GOOGLE).build());
  List<String> wrong = new ArrayList<>();
  for (int i = 1; i < arguments.length; i++) {
    Path folder = Path.of(arguments[i]);
    if (!Files.isDirectory(folder)) {
      continue;
    }
    List<Path> sources;
    try (var walk = Files.walk(folder)) {
      sources = walk.filter(path -> path.toString().endsWith(".java")).sorted().toList();
    }
    for (Path source : sources) {
      String text = Files.readString(source);
      try {
        String formed =
            formatter.formatSource(
                ImportOrderer.reorderImports(
                    RemoveUnusedImports.removeUnusedImports(text),
                    JavaFormatterOptions.Style.GOOGLE));
        if (!formed.equals(text)) {
          if (apply) {
            Files.writeString(source, formed);
          } else {
            wrong.add(source + " is not in form");
          }
        }
      } catch (com.google.googlejavaformat.java.FormatterException e) {
        wrong.add(source + " does not parse: " + e.getMessage());
      }
    }
  }
  if (!wrong.isEmpty()) {
    wrong.forEach(System.err::println);
    System.err.println("Put them in form with: ./mvnw -Pformat compile");
    System.exit(1);
  }
}
