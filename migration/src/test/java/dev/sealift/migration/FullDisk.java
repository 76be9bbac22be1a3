package dev.sealift.migration;

import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Keeps a journal on a disk that fills up, and is freed again: a program for a process of its own,
 * on a disk of its own.
 */
final class FullDisk {
  private static final int STEPS_AFTERWARDS = 5;

  private FullDisk() {}

  /**
   * Prints how many steps were written down before the disk was full, how many were refused, and
   * whether all that were written down are in the journal.
   *
   * @param arguments the disk's directory
   */
  public static void main(String[] arguments) throws IOException {
    Path disk = Path.of(arguments[0]);
    Path journal = disk.resolve("journal");
    Path ballast = disk.resolve("ballast");
    int written = 0;
    int refused = 0;
    try (FileJournal open = FileJournal.open(journal)) {
      open.record(SourceStep.NEGOTIATING, new MoveId(0, written++), Map.of());
      fill(ballast);
      while (refused < 3) {
        try {
          open.record(SourceStep.FINISHED, new MoveId(0, written), Map.of());
          written++;
        } catch (IOException full) {
          refused++;
        }
      }
      Files.delete(ballast);
      for (int i = 0; i < STEPS_AFTERWARDS; i++) {
        open.record(SourceStep.FINISHED, new MoveId(0, written++), Map.of());
      }
    }
    FileJournal.open(journal).close();
    List<JournalEntry> entries = FileJournal.read(journal);
    boolean inOrder = entries.size() == written;
    for (int i = 0; inOrder && i < written; i++) {
      inOrder = entries.get(i).move().equals(new MoveId(0, i));
    }
    System.out.printf("%d written, %d refused, all there: %b%n", written, refused, inOrder);
  }

  private static void fill(Path ballast) throws IOException {
    try (var file = new RandomAccessFile(ballast.toFile(), "rw")) {
      while (true) {
        file.write(new byte[4096]);
      }
    } catch (IOException full) {
      // As it should be.
    }
  }
}
