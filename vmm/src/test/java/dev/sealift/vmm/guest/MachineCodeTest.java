package dev.sealift.vmm.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The machine code of the pseudo-random writer")
class MachineCodeTest {

  @Test
  void isWhatItsSourceAssemblesTo(@TempDir Path dir) throws Exception {
    assumeTrue(runs("as", "--version"), "there is no assembler (as of GNU binutils) here");
    assumeTrue(runs("objcopy", "--version"), "there is no objcopy (of GNU binutils) here");
    Path source = dir.resolve("guest.S");
    Path object = dir.resolve("guest.o");
    Path binary = dir.resolve("guest.bin");
    try (InputStream text = MachineCode.class.getResourceAsStream("pseudo-random-writer.S")) {
      Files.copy(text, source);
    }

    assertThat(runs("as", "--64", "-o", object.toString(), source.toString())).isTrue();
    assertThat(runs("objcopy", "-O", "binary", "-j", ".text", object.toString(), binary.toString()))
        .isTrue();

    HexFormat hex = HexFormat.of();
    assertThat(hex.formatHex(MachineCode.bytes()))
        .isEqualTo(hex.formatHex(Files.readAllBytes(binary)));
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException notThere) {
      return false;
    }
  }
}
