package dev.sealift.migration;

import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A journal in a file that is only ever appended to, one line a step ({@link JournalEntry}). A
 * crash in the middle of a line costs that line and no other.
 */
public final class FileJournal implements HandOverJournal, AutoCloseable {
  private final FileChannel file;

  private FileJournal(FileChannel file) {
    this.file = file;
  }

  /**
   * Opens a journal, or begins one. What a crash left of a last line is cut off.
   *
   * @throws IOException also if an earlier line is damaged; its message says which
   */
  public static FileJournal open(Path path) throws IOException {
    boolean isNew = !Files.exists(path);
    long sound = soundBytes(readIfPresent(path), path);
    FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      file.truncate(sound).position(sound);
      file.force(true);
      if (isNew) {
        forceDirectory(path);
      }
      return new FileJournal(file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * The steps of a journal, oldest first; none where there is no file.
   *
   * @throws IOException also if a line before the last is damaged; its message says which
   */
  public static List<JournalEntry> read(Path path) throws IOException {
    return parse(readIfPresent(path), path);
  }

  @Override
  public synchronized void record(HandOverStep step, MoveId move) throws IOException {
    String line = new JournalEntry(Instant.now(), move, step).line();
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    if (step.isDurable()) {
      file.force(false);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }

  private static String readIfPresent(Path path) throws IOException {
    try {
      return Files.readString(path, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException none) {
      return "";
    }
  }

  private static long soundBytes(String text, Path path) throws IOException {
    return parse(text, path).stream().mapToLong(entry -> entry.line().length()).sum();
  }

  private static List<JournalEntry> parse(String text, Path path) throws IOException {
    List<JournalEntry> entries = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      Optional<JournalEntry> entry =
          end < 0 ? Optional.empty() : JournalEntry.parse(text.substring(start, end));
      if (entry.isEmpty()) {
        boolean last = end < 0 || end == text.length() - 1;
        if (last) {
          return entries;
        }
        throw new IOException(
            "line %d of the journal %s is damaged; mend or move it away before this host takes part in a move"
                .formatted(entries.size() + 1, path));
      }
      entries.add(entry.get());
      start = end + 1;
    }
    return entries;
  }

  private static void forceDirectory(Path path) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null) {
      try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
        entries.force(true);
      }
    }
  }
}
