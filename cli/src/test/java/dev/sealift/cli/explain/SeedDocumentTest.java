package dev.sealift.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/seed.md")
class SeedDocumentTest {
  private static final Path PROJECT = Path.of("..");

  /** A class, and perhaps one of its methods. */
  private static final Pattern NAME =
      Pattern.compile("`([A-Z][A-Za-z0-9]+)(?:\\.([a-z][A-Za-z0-9]+))?`");

  private static final int CLASS = 3;
  private static final int TEST = 4;

  @Test
  @DisplayName("names for each hunk and each point a class and a test that exist")
  void namesExist() throws IOException {
    Map<String, String> main = sources("main");
    Map<String, String> tests = sources("test");
    List<String[]> rows = rows();

    assertThat(rows).hasSizeGreaterThan(30);
    for (String[] row : rows) {
      exists(row[CLASS], main);
      exists(row[TEST], tests);
    }
  }

  private static void exists(String cell, Map<String, String> sources) {
    List<MatchResult> names = NAME.matcher(cell).results().toList();
    assertThat(names).as(cell).hasSize(1);
    String source = sources.get(names.getFirst().group(1));
    assertThat(source).as(cell).isNotNull();
    if (names.getFirst().group(2) != null) {
      assertThat(source).as(cell).contains(" " + names.getFirst().group(2) + "(");
    }
  }

  /** The rows of all its tables. */
  private static List<String[]> rows() throws IOException {
    return Files.readAllLines(PROJECT.resolve("docs/seed.md")).stream()
        .filter(line -> line.startsWith("| ") && line.contains("`"))
        .map(line -> line.split("\\|"))
        .toList();
  }

  /** The sources of every module, by the names of their classes; two modules may share one. */
  private static Map<String, String> sources(String kind) throws IOException {
    try (Stream<Path> modules = Files.list(PROJECT)) {
      return modules
          .map(module -> module.resolve("src").resolve(kind).resolve("java"))
          .filter(Files::isDirectory)
          .flatMap(SeedDocumentTest::javaFiles)
          .collect(
              Collectors.groupingBy(
                  file -> file.getFileName().toString().replace(".java", ""),
                  Collectors.mapping(SeedDocumentTest::read, Collectors.joining())));
    }
  }

  private static Stream<Path> javaFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
