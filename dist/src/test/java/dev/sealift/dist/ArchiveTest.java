package dev.sealift.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;

  @Test
  void tarUnpacksWhatWasPacked() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/tar")), "this machine has no tar");
    Path packed = Files.createDirectories(folder.resolve("packed"));
    Path deep = Files.createDirectories(packed.resolve("a".repeat(60)).resolve("b".repeat(60)));
    Files.writeString(deep.resolve("text"), "x".repeat(513));
    Path program = Files.writeString(packed.resolve("program"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(packed.resolve("link"), Path.of("program"));

    Archive.write(packed, folder.resolve("archive.tar.gz"), TIME);
    Path target = Files.createDirectories(folder.resolve("target"));
    Process tar =
        new ProcessBuilder("/bin/tar", "-xzf", folder.resolve("archive.tar.gz").toString())
            .directory(target.toFile())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();

    Path unpacked = target.resolve("packed");
    assertThat(unpacked.resolve(packed.relativize(deep)).resolve("text")).hasSize(513);
    assertThat(unpacked.resolve("program")).isExecutable();
    assertThat(Files.readSymbolicLink(unpacked.resolve("link"))).isEqualTo(Path.of("program"));
    assertThat(Files.getLastModifiedTime(unpacked.resolve("program")).toInstant()).isEqualTo(TIME);
  }

  @Test
  void theSameFolderIsTheSameArchive() throws Exception {
    Path packed = Files.createDirectories(folder.resolve("packed"));
    Files.writeString(packed.resolve("b"), "2");
    Files.writeString(packed.resolve("a"), "1");
    Archive.write(packed, folder.resolve("one"), TIME);
    Archive.write(packed, folder.resolve("other"), TIME);
    assertThat(folder.resolve("one")).hasSameBinaryContentAs(folder.resolve("other"));
  }
}
