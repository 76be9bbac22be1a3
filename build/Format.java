import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs google-java-format over a source folder in the toolchain's JVM, so that the Java that runs
 * Maven may be older than the language the sources are written in.
 *
 * <p>Arguments: {@code check|apply FOLDER...}; what was built, and what a folder's name hides by a
 * dot, is passed over. Exit code 1 when a file is not in form (check) or does not parse.
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
      sources =
          walk.filter(path -> path.toString().endsWith(".java"))
              .filter(path -> isSource(folder.relativize(path)))
              .toList();
    }
    wrong.addAll(
        sources.parallelStream()
            .flatMap(source -> fault(formatter, source, apply).stream())
            .toList());
  }
  if (!wrong.isEmpty()) {
    wrong.forEach(System.err::println);
    System.err.println("Put them in form with: ./mvnw -N -Pformat process-sources");
    System.exit(1);
  }
}

boolean isSource(Path path) {
  for (Path name : path) {
    if (name.toString().equals("target") || name.toString().startsWith(".")) {
      return false;
    }
  }
  return true;
}

/** What is wrong with a source file, if anything is and it is not to be put in form. */
Optional<String> fault(Formatter formatter, Path source, boolean apply) {
  try {
    String text = Files.readString(source);
    String formed =
        formatter.formatSource(
            ImportOrderer.reorderImports(
                RemoveUnusedImports.removeUnusedImports(text), JavaFormatterOptions.Style.GOOGLE));
    if (formed.equals(text)) {
      return Optional.empty();
    }
    if (apply) {
      Files.writeString(source, formed);
      return Optional.empty();
    }
    return Optional.of(source + " is not in form");
  } catch (FormatterException e) {
    return Optional.of(source + " does not parse: " + e.getMessage());
  } catch (IOException e) {
    throw new UncheckedIOException(e);
  }
}
