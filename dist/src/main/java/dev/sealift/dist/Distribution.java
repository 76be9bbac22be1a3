package dev.sealift.dist;

import dev.sealift.cli.Sealift;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Builds the distribution: a folder that runs where it lies, and the same as an archive.
 *
 * <pre>
 *   bin/sealift                                the command
 *   runtime/                                   a Java of its own, with the command in it
 *   lib/systemd/system/sealift-host.service    a unit for sealift host
 *   share/bash-completion/completions/sealift  completion for bash
 *   share/man/man1/                            a page for each command
 *   sbom.json                                  what it consists of (CycloneDX)
 *   LICENSE
 * </pre>
 */
public final class Distribution {
  private final Path sources;
  private final Path target;
  private final String version;
  private final Instant time;
  private final Path home;

  private Distribution(Path sources, Path target, String version, Instant time) {
    this.sources = sources;
    this.target = target;
    this.version = version;
    this.time = time;
    home = target.resolve("sealift-" + version);
  }

  /**
   * Builds it.
   *
   * @param arguments this module's folder, its target folder, the version, and the time that every
   *     file is of (ISO 8601)
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    new Distribution(
            Path.of(arguments[0]), Path.of(arguments[1]), arguments[2], Instant.parse(arguments[3]))
        .build();
  }

  private void build() throws IOException, InterruptedException {
    delete(home);
    Files.createDirectories(home);
    var runtime = new JavaImage(home.resolve("runtime"));
    runtime.link(target.resolve("modules"));
    copy(sources.resolve("src/main/dist"), home);
    Files.setPosixFilePermissions(
        home.resolve("bin/sealift"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.copy(sources.resolveSibling("LICENSE"), home.resolve("LICENSE"));
    Path parts = target.resolve("sealift-sbom.json");
    if (Files.exists(parts)) {
      Files.copy(parts, home.resolve("sbom.json"));
    }
    write("share/bash-completion/completions/sealift", Completion.of(Sealift.commandLine()));
    for (Map.Entry<String, String> page :
        ManPages.of(Sealift.commandLine().getCommandSpec(), version, time).entrySet()) {
      write("share/man/man1/" + page.getKey(), page.getValue());
    }
    // Java takes an archive of classes only if the file they come from is as old as it was.
    setTimes();
    runtime.archiveClasses(target);
    setTimes();
    Path archive = target.resolve(home.getFileName() + ".tar.gz");
    Archive.write(home, archive, time);
    System.out.printf("%s: %.1f MB, unpacked in %s%n", archive, Files.size(archive) / 1e6, home);
    new StartTime(home.resolve("bin/sealift")).print();
  }

  private void write(String name, String text) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void setTimes() throws IOException {
    FileTime all = FileTime.from(time);
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .setTimes(all, null, null);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copied = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copied);
        } else {
          Files.copy(file, copied, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path left, IOException failed)
              throws IOException {
            Files.delete(left);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Runs a program to its end, with its words where the build's go. */
  static void run(List<String> words) throws IOException, InterruptedException {
    int exit = new ProcessBuilder(words).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IOException("exit code %d of %s".formatted(exit, String.join(" ", words)));
    }
  }
}
