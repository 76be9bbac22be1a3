package dev.sealift.cli.platform;

import dev.sealift.cli.Lines;
import java.nio.file.Path;
import java.util.List;

/**
 * Files that a command has written.
 *
 * @param files in the order in which they were
 */
record WrittenFiles(boolean emulated, String platform, List<WrittenFile> files)
    implements PlatformAnswer {

  /**
   * One file.
   *
   * @param holds what is in it, one behind the other
   */
  record WrittenFile(String file, int bytes, List<String> holds) {}

  static WrittenFile file(Path file, byte[] content, List<String> holds) {
    return new WrittenFile(file.toString(), content.length, holds);
  }

  static WrittenFiles of(Speaker speaker, List<WrittenFile> files) {
    return new WrittenFiles(speaker.emulated(), speaker.platform(), files);
  }

  @Override
  public Lines lines() {
    Lines lines = new Speaker(emulated, platform).lines();
    for (WrittenFile written : files) {
      lines.line(
          "wrote",
          "%s: %s, %d bytes"
              .formatted(written.file, String.join(", ", written.holds), written.bytes));
    }
    return lines;
  }
}
