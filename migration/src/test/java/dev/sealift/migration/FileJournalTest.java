package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJournalTest {
  private static final MoveId MOVE = new MoveId(0x0102030405060708L, 0x090A0B0C0D0E0F10L);

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("journal");
  }

  @Test
  void stepsComeBackInTheOrderInWhichTheyWereRecorded() throws IOException {
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(SourceStep.NEGOTIATING, MOVE);
      journal.record(SourceStep.FINISHED, MOVE);
    }
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(DestinationStep.COMMITTED, MOVE);
    }
    assertThat(steps())
        .containsExactly(SourceStep.NEGOTIATING, SourceStep.FINISHED, DestinationStep.COMMITTED);
    assertThat(FileJournal.read(path)).extracting(JournalEntry::move).containsOnly(MOVE);
  }

  @Test
  void everyStepOfBothSidesIsWrittenAndReadAlike() throws IOException {
    try (FileJournal journal = FileJournal.open(path)) {
      for (SourceStep step : SourceStep.values()) {
        journal.record(step, MOVE);
      }
      for (DestinationStep step : DestinationStep.values()) {
        journal.record(step, MOVE);
      }
    }
    assertThat(steps())
        .startsWith(SourceStep.values())
        .endsWith(DestinationStep.values())
        .hasSize(SourceStep.values().length + DestinationStep.values().length);
  }

  @Test
  void aJournalThatIsNotThereHasNoSteps() throws IOException {
    assertThat(FileJournal.read(path)).isEmpty();
  }

  @Test
  void aLineThatACrashToreIsCutOffAndTheJournalGoesOn() throws IOException {
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(SourceStep.FINISHING, MOVE);
      journal.record(SourceStep.FINISHED, MOVE);
    }
    byte[] whole = Files.readAllBytes(path);
    int firstLine = new String(whole, StandardCharsets.US_ASCII).indexOf('\n') + 1;
    for (int length = firstLine; length < whole.length; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertThat(steps()).containsExactly(SourceStep.FINISHING);
      try (FileJournal journal = FileJournal.open(path)) {
        journal.record(SourceStep.STAYED, MOVE);
      }
      assertThat(steps()).containsExactly(SourceStep.FINISHING, SourceStep.STAYED);
    }
  }

  @Test
  void aDamagedLineBeforeTheLastIsNamedAndNothingIsOverwritten() throws IOException {
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(SourceStep.FINISHED, MOVE);
      journal.record(SourceStep.COMMITTED, MOVE);
    }
    byte[] bytes = Files.readAllBytes(path);
    bytes[40] ^= 1;
    Files.write(path, bytes);

    assertThatThrownBy(() -> FileJournal.open(path))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining(path.toString());
    assertThatThrownBy(() -> FileJournal.read(path)).hasMessageContaining("line 1");
    assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
  }

  @Test
  void aLineThatWasAddedByHandIsNotTaken() throws IOException {
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(SourceStep.FINISHED, MOVE);
    }
    String forged = "00000000 2026-01-01T00:00:00Z " + MOVE + " source.STAYED\n";
    Files.writeString(path, forged, StandardOpenOption.APPEND);
    assertThat(steps()).containsExactly(SourceStep.FINISHED);
  }

  private List<HandOverStep> steps() throws IOException {
    return FileJournal.read(path).stream().map(JournalEntry::step).toList();
  }
}
