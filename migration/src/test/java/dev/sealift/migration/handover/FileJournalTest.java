package dev.sealift.migration.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.handover.JournalEntry.Detail;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJournalTest {
  private static final MoveId MOVE = new MoveId(0x0102030405060708L, 0x090A0B0C0D0E0F10L);
  private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("journal");
  }

  @Test
  void stepsComeBackInTheOrderInWhichTheyWereRecorded() throws IOException {
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(SourceStep.NEGOTIATING, MOVE, Map.of());
      journal.record(SourceStep.FINISHED, MOVE, Map.of());
    }
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(DestinationStep.COMMITTED, MOVE, Map.of());
    }
    assertThat(steps())
        .containsExactly(SourceStep.NEGOTIATING, SourceStep.FINISHED, DestinationStep.COMMITTED);
    assertThat(FileJournal.read(path)).extracting(JournalEntry::move).containsOnly(MOVE);
  }

  @Test
  void everyStepOfBothSidesIsWrittenAndReadAlike() throws IOException {
    try (FileJournal journal = FileJournal.open(path)) {
      for (SourceStep step : SourceStep.values()) {
        journal.record(step, MOVE, Map.of());
      }
      for (DestinationStep step : DestinationStep.values()) {
        journal.record(step, MOVE, Map.of());
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
      journal.record(SourceStep.FINISHING, MOVE, Map.of());
      journal.record(SourceStep.FINISHED, MOVE, Map.of());
    }
    byte[] whole = Files.readAllBytes(path);
    int firstLine = new String(whole, StandardCharsets.US_ASCII).indexOf('\n') + 1;
    for (int length = firstLine; length < whole.length; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertThat(steps()).containsExactly(SourceStep.FINISHING);
      try (FileJournal journal = FileJournal.open(path)) {
        journal.record(SourceStep.STAYED, MOVE, Map.of());
      }
      assertThat(steps()).containsExactly(SourceStep.FINISHING, SourceStep.STAYED);
    }
  }

  @Test
  void aDamagedLineBeforeTheLastIsNamedAndNothingIsOverwritten() throws IOException {
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(SourceStep.FINISHED, MOVE, Map.of());
      journal.record(SourceStep.COMMITTED, MOVE, Map.of());
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
      journal.record(SourceStep.FINISHED, MOVE, Map.of());
    }
    String forged = "00000000 2026-01-01T00:00:00Z " + MOVE + " source.STAYED\n";
    Files.writeString(path, forged, StandardOpenOption.APPEND);
    assertThat(steps()).containsExactly(SourceStep.FINISHED);
  }

  @Test
  void whatARestartedHostMustKnowStandsBesideTheSteps() throws IOException {
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(
          SourceStep.SENDING,
          MOVE,
          Map.of(Detail.GUEST, "web 1 = %41\n", Detail.ADDRESS, "fe80::1%eth0"));
      journal.record(SourceStep.FINISHED, MOVE, Map.of(Detail.PORT, "4711"));
      journal.record(DestinationStep.RECEIVING, MOVE, Map.of());
    }
    try (FileJournal journal = FileJournal.open(path)) {
      assertThat(journal.find(MOVE, Side.SOURCE))
          .hasValueSatisfying(entry -> {
            assertThat(entry.step()).isEqualTo(SourceStep.FINISHED);
            assertThat(entry.details())
                .containsEntry(Detail.GUEST, "web 1 = %41\n")
                .containsEntry(Detail.ADDRESS, "fe80::1%eth0")
                .containsEntry(Detail.PORT, "4711");
          });
      assertThat(journal.find(MOVE, Side.DESTINATION))
          .hasValueSatisfying(
              entry -> assertThat(entry.step()).isEqualTo(DestinationStep.RECEIVING));
      assertThat(journal.moves()).hasSize(2);
    }
  }

  @Test
  void aLongJournalForgetsOldMovesThatAreOverAndNoOther() throws IOException {
    MoveId open = new MoveId(7, 7);
    String padding = "x".repeat(2000);
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(SourceStep.FINISHED, open, Map.of(Detail.GUEST, "still on its way"));
      for (int i = 0; i < 600; i++) {
        journal.record(DestinationStep.TORN_DOWN, new MoveId(1, i), Map.of(Detail.GUEST, padding));
      }
    }
    long before = Files.size(path);
    try (FileJournal journal = FileJournal.open(path)) {
      assertThat(Files.size(path)).isLessThan(before / 2);
      assertThat(journal.find(open, Side.SOURCE))
          .hasValueSatisfying(
              entry -> assertThat(entry.details()).containsEntry(Detail.GUEST, "still on its way"));
      assertThat(journal.find(new MoveId(1, 599), Side.DESTINATION)).isPresent();
      assertThat(journal.find(new MoveId(1, 0), Side.DESTINATION)).isEmpty();
    }
  }

  @Test
  void aJournalWhoseClockWentBackIsReadInTheOrderInWhichItWasWritten() throws IOException {
    List<JournalEntry> written =
        List.of(
            new JournalEntry(NOW, MOVE, SourceStep.NEGOTIATING, Map.of()),
            new JournalEntry(NOW.minusSeconds(86_400), MOVE, SourceStep.SENDING, Map.of()),
            new JournalEntry(Instant.EPOCH, MOVE, SourceStep.PAUSED, Map.of()),
            new JournalEntry(Instant.MAX, MOVE, SourceStep.FINISHING, Map.of()));
    for (JournalEntry entry : written) {
      append(entry.line());
    }
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(SourceStep.FINISHED, MOVE, Map.of());
    }
    List<JournalEntry> read = FileJournal.read(path);
    assertThat(read).startsWith(written.toArray(JournalEntry[]::new)).hasSize(5);
    assertThat(read.getLast().step()).isEqualTo(SourceStep.FINISHED);
  }

  /** Its time is written otherwise than this software writes it, and its checksum is right. */
  @Test
  void aSoundLineOfAnotherFormCostsTheNextOneNothing() throws IOException {
    String other = new JournalEntry(NOW, MOVE, SourceStep.SENDING, Map.of()).line();
    String rest = other.substring(9).replace("Z ", ".000Z ").stripTrailing();
    var checksum = new CRC32C();
    checksum.update(rest.getBytes(StandardCharsets.US_ASCII));
    append(HexFormat.of().toHexDigits((int) checksum.getValue()) + " " + rest + "\n");
    try (FileJournal journal = FileJournal.open(path)) {
      journal.record(SourceStep.FINISHED, MOVE, Map.of());
    }
    assertThat(steps()).containsExactly(SourceStep.SENDING, SourceStep.FINISHED);
  }

  private void append(String line) throws IOException {
    Files.writeString(path, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void onlyItsOwnerMayReadIt() throws IOException {
    FileJournal.open(path).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  private List<HandOverStep> steps() throws IOException {
    return FileJournal.read(path).stream().map(JournalEntry::step).toList();
  }
}
