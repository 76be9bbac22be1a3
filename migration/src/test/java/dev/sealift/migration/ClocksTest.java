package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.handover.FileJournal;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calendar may jump: it is written down for people, and nothing is decided by it. */
class ClocksTest {
  /** What reads the calendar: class and method. */
  private static final Set<String> CALENDAR =
      Set.of(
          "java/lang/System.currentTimeMillis",
          "java/time/Instant.now",
          "java/time/InstantSource.system",
          "java/time/Clock.systemUTC",
          "java/time/Clock.systemDefaultZone",
          "java/time/LocalDateTime.now",
          "java/time/ZonedDateTime.now",
          "java/time/OffsetDateTime.now",
          "java/util/Date.<init>");

  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  @TempDir private Path directory;

  @Test
  void onlyJournalAndReceiptsLookAtTheCalendar() throws Exception {
    Path classes =
        Path.of(FileJournal.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<String> readers = new TreeSet<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        ClassModel type = ClassFile.of().parse(file);
        String name = type.thisClass().name().stringValue();
        if (name.startsWith("dev/sealift/migration/") && readsCalendar(type)) {
          readers.add(name.substring("dev/sealift/migration/".length()));
        }
      }
    }
    assertThat(readers)
        .isSubsetOf("handover/FileJournal", "Moments", "DestinationReceipt", "access/PeerTrust")
        .contains("handover/FileJournal");
  }

  private static boolean readsCalendar(ClassModel type) {
    return StreamSupport.stream(type.constantPool().spliterator(), false)
        .filter(MemberRefEntry.class::isInstance)
        .map(MemberRefEntry.class::cast)
        .map(member -> member.owner().name() + "." + member.name())
        .anyMatch(CALENDAR::contains);
  }

  @Test
  void theMomentsOfAMoveFollowEachOtherThoughTheCalendarIsSetBack() {
    var calendar = new AtomicReference<>(NOW);
    var nanos = new AtomicLong(Long.MAX_VALUE);
    var moments = new Moments(calendar::get, nanos::get);
    assertThat(moments.now()).isEqualTo(NOW);
    calendar.set(Instant.EPOCH);
    nanos.addAndGet(1_500_000_000);
    assertThat(moments.now()).isEqualTo(NOW.plusMillis(1500));
  }
}
