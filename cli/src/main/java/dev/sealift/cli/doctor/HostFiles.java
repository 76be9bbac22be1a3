package dev.sealift.cli.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What Linux tells of this machine in files.
 *
 * @param root where /proc, /sys and /dev begin
 */
record HostFiles(Path root) {
  static final HostFiles OF_THIS_MACHINE = new HostFiles(Path.of("/"));

  private static final int MOST_BYTES = 1 << 20;
  private static final int REGISTERS = 4 * Integer.BYTES;

  /** A file's text; empty where it cannot be read. */
  Optional<String> text(String path) {
    try (InputStream in = Files.newInputStream(root.resolve(path))) {
      return Optional.of(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8).strip());
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  /** A file's lines; none where it cannot be read. */
  List<String> lines(String path) {
    return text(path).stream().flatMap(String::lines).toList();
  }

  boolean exists(String path) {
    return Files.exists(root.resolve(path));
  }

  /**
   * EAX, EBX, ECX and EDX of a leaf of CPUID; empty where Linux does not let the CPU be asked.
   * Source: cpuid(4).
   */
  Optional<int[]> cpuid(long leaf) {
    ByteBuffer answer = ByteBuffer.allocate(REGISTERS).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel cpuid = FileChannel.open(root.resolve("dev/cpu/0/cpuid"))) {
      if (cpuid.read(answer, leaf) < REGISTERS) {
        return Optional.empty();
      }
    } catch (IOException notThere) {
      return Optional.empty();
    }
    int[] registers = new int[4];
    answer.flip().asIntBuffer().get(registers);
    return Optional.of(registers);
  }
}
