package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that a caller names, to be read and to be made. */
class FilesTest {
  @TempDir private Path directory;

  @Test
  @DisplayName("a directory, a missing, a short and a long file are each one sentence")
  void wrongInput() throws Exception {
    Path file = Files.write(directory.resolve("nonce"), new byte[15]);

    assertThatThrownBy(() -> InputFile.read(directory, "a nonce", 16))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("is a directory");
    assertThatThrownBy(() -> InputFile.read(directory.resolve("none"), "a nonce", 16))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> InputFile.readExactly(file, "a nonce", 16))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("has 15 bytes, and a nonce has 16");
    assertThatThrownBy(() -> InputFile.readExactly(file, "a nonce", 14))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("too long");
    assertThat(InputFile.readExactly(file, "a nonce", 15)).hasSize(15);
  }

  @Test
  @DisplayName("a secret is the owner's alone, and no file takes the place of another")
  void output() throws Exception {
    Path secret = directory.resolve("tik.bin");

    OutputFile.writeSecret(secret, new byte[] {1});

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> OutputFile.write(secret, new byte[] {2}))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("left as it is");
    assertThat(Files.readAllBytes(secret)).containsExactly(1);
    assertThat(directory).isDirectoryContaining("glob:**/tik.bin");
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(1);
    }
  }
}
