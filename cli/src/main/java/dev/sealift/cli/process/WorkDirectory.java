package dev.sealift.cli.process;

import dev.sealift.cli.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** A directory for the time of one command, which nobody else can read; gone afterwards. */
public final class WorkDirectory implements Closeable {
  /** Bytes of a process's log that become part of a failure. */
  private static final int MOST_LOGGED = 1 << 16;

  private final Path path;

  private final ExitHook hook = ExitHook.of(this::deleteIfPossible);

  private WorkDirectory(Path path) {
    this.path = path;
  }

  /** Makes one among the temporary files, whose name begins like this. */
  public static WorkDirectory create(String prefix) throws IOException {
    return new WorkDirectory(Files.createTempDirectory(prefix));
  }

  /** Makes one in a directory. */
  public static WorkDirectory create(Path parent, String prefix) throws IOException {
    return new WorkDirectory(Files.createTempDirectory(parent, prefix));
  }

  public Path path() {
    return path;
  }

  /** Where a process writes its standard error. */
  public Path log(String process) {
    return path.resolve(process + ".log");
  }

  /**
   * What the processes wrote to their standard error belongs to the failure, not to files that are
   * about to vanish.
   */
  public Failure withLogs(Failure failure) {
    StringBuilder words = new StringBuilder(Failure.sentence(failure));
    try (var files = Files.list(path)) {
      List<Path> logs = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
      for (Path log : logs) {
        String text = beginning(log).strip();
        if (!text.isEmpty()) {
          words.append(System.lineSeparator()).append(text);
        }
      }
    } catch (IOException e) {
      words.append(System.lineSeparator()).append("the logs cannot be read: ").append(e);
    }
    return new Failure(words.toString(), failure);
  }

  private static String beginning(Path log) throws IOException {
    try (InputStream in = Files.newInputStream(log)) {
      return new String(in.readNBytes(MOST_LOGGED), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() throws IOException {
    hook.close();
    delete();
  }

  private void delete() throws IOException {
    try (var files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void deleteIfPossible() {
    try {
      delete();
    } catch (IOException e) {
      // The program ends; there is nobody left to tell.
    }
  }
}
