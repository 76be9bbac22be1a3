package dev.sealift.dist;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A folder as a compressed tar archive, the same bytes every time: sorted by name, of one time, of
 * nobody in particular. Source: POSIX.1-2024, pax, ustar interchange format.
 */
final class Archive {
  private static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final int PREFIX = 155;
  private static final byte FILE = '0';
  private static final byte LINK = '2';
  private static final byte FOLDER = '5';

  private final OutputStream out;
  private final Instant time;

  private Archive(OutputStream out, Instant time) {
    this.out = out;
    this.time = time;
  }

  static void write(Path folder, Path archive, Instant time) throws IOException {
    try (Stream<Path> files = Files.walk(folder);
        OutputStream out =
            new GZIPOutputStream(new BufferedOutputStream(Files.newOutputStream(archive)))) {
      var writer = new Archive(out, time);
      String name = String.valueOf(folder.getFileName());
      for (Path file : files.sorted().toList()) {
        writer.add(file, file.equals(folder) ? name : name + "/" + folder.relativize(file));
      }
      // The end: two empty blocks.
      out.write(new byte[2 * BLOCK]);
    }
  }

  private void add(Path file, String name) throws IOException {
    if (Files.isSymbolicLink(file)) {
      header(name, 0777, 0, LINK, Files.readSymbolicLink(file).toString());
    } else if (Files.isDirectory(file)) {
      header(name + "/", 0755, 0, FOLDER, "");
    } else {
      long size = Files.size(file);
      header(name, Files.isExecutable(file) ? 0755 : 0644, size, FILE, "");
      Files.copy(file, out);
      out.write(new byte[Math.floorMod(-size, BLOCK)]);
    }
  }

  private void header(String name, int mode, long size, byte type, String link) throws IOException {
    byte[] block = new byte[BLOCK];
    int cut = name.length() <= NAME ? -1 : name.indexOf('/', name.length() - NAME - 1);
    text(block, 0, NAME, name.substring(cut + 1));
    octal(block, 100, 8, mode);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, size);
    octal(block, 136, 12, time.getEpochSecond());
    Arrays.fill(block, 148, 156, (byte) ' ');
    block[156] = type;
    text(block, 157, NAME, link);
    text(block, 257, 8, "ustar\00000");
    text(block, 345, PREFIX, cut < 0 ? "" : name.substring(0, cut));
    int sum = 0;
    for (byte one : block) {
      sum += Byte.toUnsignedInt(one);
    }
    octal(block, 148, 7, sum);
    out.write(block);
  }

  private static void text(byte[] block, int at, int room, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > room) {
      throw new IOException("a name is too long for an archive: " + text);
    }
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  private static void octal(byte[] block, int at, int room, long value) throws IOException {
    String digits = Long.toOctalString(value);
    text(block, at, room, "0".repeat(room - 1 - digits.length()) + digits);
  }
}
