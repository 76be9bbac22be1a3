package dev.sealift.migration.handover;

import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A journal in a file that is appended to, one line a step ({@link JournalEntry}). A crash in the
 * middle of a line costs that line and no other; a line that could not be written whole is cut off
 * again before the next one. Where the file has grown long, moves that are over are left out when
 * it is next opened: into a new file that takes the old one's place at once.
 */
public final class FileJournal implements HandOverJournal, AutoCloseable {
  /** Bytes of a journal that is still read. */
  private static final long MOST_BYTES = 64L << 20;

  /** Bytes from which on moves that are over are left out. */
  private static final long LONG = 1L << 20;

  /** Moves that are over and still known, so that a peer who asks gets an answer. */
  private static final int KNOWN = 256;

  /** What this host was in a move. */
  private record Role(MoveId move, Side side) {
    static Role of(JournalEntry entry) {
      return new Role(entry.move(), entry.step().side());
    }
  }

  private final Path path;
  private final FileChannel file;
  private final Map<Role, JournalEntry> moves;
  private long sound;

  private FileJournal(Path path, FileChannel file, long sound, Map<Role, JournalEntry> moves) {
    this.path = path;
    this.file = file;
    this.sound = sound;
    this.moves = moves;
  }

  /**
   * Opens a journal, or begins one, which only its owner may read. What a crash left of a last line
   * is cut off.
   *
   * @throws IOException also if an earlier line is damaged; its message says which
   */
  public static FileJournal open(Path path) throws IOException {
    boolean isNew = !Files.exists(path);
    Lines lines = parse(readIfPresent(path), path);
    long sound = lines.sound();
    Map<Role, JournalEntry> moves = lastOfEach(lines.entries());
    if (sound > LONG) {
      forgetOldest(moves);
      sound = replace(path, moves);
    }
    FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (isNew) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      }
      file.truncate(sound);
      file.force(true);
      if (isNew) {
        forceDirectory(path);
      }
      return new FileJournal(path, file, sound, moves);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * The steps of a journal, oldest first; none where there is no file.
   *
   * @throws IOException also if a line before the last is damaged, or the file is longer than any
   *     journal; its message says which
   */
  public static List<JournalEntry> read(Path path) throws IOException {
    return parse(readIfPresent(path), path).entries();
  }

  @Override
  public synchronized void record(
      HandOverStep step, MoveId move, Map<JournalEntry.Detail, String> details) throws IOException {
    var entry = new JournalEntry(Instant.now(), move, step, details);
    ByteBuffer line = ByteBuffer.wrap(entry.line().getBytes(StandardCharsets.UTF_8));
    if (line.remaining() >= JournalEntry.MOST_LINE) {
      throw new IOException("a step with so many details does not fit into a line of the journal");
    }
    int length = line.remaining();
    // Where an earlier write broke off, its rest goes.
    file.truncate(sound);
    for (long at = sound; line.hasRemaining(); at = sound + line.position()) {
      file.write(line, at);
    }
    if (step.isDurable()) {
      file.force(false);
    }
    sound += length;
    moves.merge(Role.of(entry), entry, (before, last) -> last.after(before));
  }

  @Override
  public synchronized List<JournalEntry> moves() {
    return List.copyOf(moves.values());
  }

  @Override
  public synchronized Optional<JournalEntry> find(MoveId move, Side side) {
    return Optional.ofNullable(moves.get(new Role(move, side)));
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }

  private static Map<Role, JournalEntry> lastOfEach(List<JournalEntry> entries) {
    Map<Role, JournalEntry> last = new LinkedHashMap<>();
    entries.forEach(
        entry -> last.merge(Role.of(entry), entry, (before, later) -> later.after(before)));
    return last;
  }

  private static void forgetOldest(Map<Role, JournalEntry> moves) {
    List<Role> over =
        moves.values().stream().filter(entry -> entry.step().isLast()).map(Role::of).toList();
    over.subList(0, Math.max(0, over.size() - KNOWN)).forEach(moves::remove);
  }

  /** A power failure leaves the old journal or the new one. */
  private static long replace(Path path, Map<Role, JournalEntry> moves) throws IOException {
    var lines = new StringBuilder();
    moves.values().forEach(entry -> lines.append(entry.line()));
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    Path next = path.resolveSibling(path.getFileName() + ".new");
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel out = FileChannel.open(next, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        out.write(left);
      }
      out.force(true);
    }
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
    forceDirectory(path);
    return bytes.length;
  }

  private static String readIfPresent(Path path) throws IOException {
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw new IOException(
            "the journal %s has %d bytes, more than any journal; move it away"
                .formatted(path, Files.size(path)));
      }
      return Files.readString(path, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException none) {
      return "";
    }
  }

  /**
   * What a file holds.
   *
   * @param sound bytes up to the end of the last line that is as it was written
   */
  private record Lines(List<JournalEntry> entries, long sound) {}

  private static Lines parse(String text, Path path) throws IOException {
    List<JournalEntry> entries = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      Optional<JournalEntry> entry =
          end < 0 ? Optional.empty() : JournalEntry.parse(text.substring(start, end));
      if (entry.isEmpty()) {
        boolean last = end < 0 || end == text.length() - 1;
        if (last) {
          return new Lines(entries, start);
        }
        throw new IOException(
            "line %d of the journal %s is damaged; mend or move it away before this host takes part in a move"
                .formatted(entries.size() + 1, path));
      }
      entries.add(entry.get());
      start = end + 1;
    }
    return new Lines(entries, start);
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
