package dev.sealift.migration.handover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.handover.JournalEntry.Detail;
import dev.sealift.migration.handover.KeptGuests.Whose;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restarted host makes of the guests that outlived it. */
class KeptGuestsTest {
  private static final MoveId FIRST = new MoveId(1, 1);
  private static final MoveId SECOND = new MoveId(2, 2);
  private static final Map<Detail, String> WEB = Map.of(Detail.GUEST, "web");

  @TempDir private Path folder;

  private List<KeptGuests.Found> sorted(List<String> kept, Steps steps) throws IOException {
    try (FileJournal journal = FileJournal.open(folder.resolve("journal"))) {
      steps.in(journal);
      return KeptGuests.sort(kept, journal);
    }
  }

  private interface Steps {
    void in(HandOverJournal journal) throws IOException;
  }

  @Test
  @DisplayName("a guest of no move is at home")
  void atHome() throws IOException {
    assertThat(sorted(List.of("web"), journal -> {}))
        .containsExactly(new KeptGuests.Found("web", Whose.RESIDENT, null));
  }

  @Test
  @DisplayName("the move that a guest is in now decides, not the one that it stayed from")
  void newestDecides() throws IOException {
    List<KeptGuests.Found> found =
        sorted(
            List.of("web"),
            journal -> {
              journal.record(SourceStep.STAYED, FIRST, WEB);
              journal.record(SourceStep.FINISHED, SECOND, WEB);
            });

    assertThat(found).extracting(KeptGuests.Found::whose).containsExactly(Whose.LEAVING);
    assertThat(found.getFirst().entry().move()).isEqualTo(SECOND);
  }

  @Test
  @DisplayName(
      "a destination that was never told that the guest stayed is told, whatever became of the guest since")
  void toldLater() throws IOException {
    List<KeptGuests.Found> found =
        sorted(
            List.of("web"),
            journal -> {
              journal.record(SourceStep.WITHDRAWN, FIRST, WEB);
              journal.record(SourceStep.FINISHED, SECOND, WEB);
            });

    assertThat(found).extracting(KeptGuests.Found::name).containsExactly("web", null);
    assertThat(found).extracting(KeptGuests.Found::whose).containsOnly(Whose.LEAVING);
    assertThat(found.getFirst().entry().move()).isEqualTo(SECOND);
    assertThat(found.getLast().entry().move()).isEqualTo(FIRST);
  }
}
