package dev.sealift.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.vmm.Guest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SealiftTest
@DisplayName("A flight recording")
class FlightRecordingTest {
  private static final int SIZE = 8 << 20;
  private static final String PREFIX = "dev.sealift.";

  /** What JFR itself adds to each event. */
  private static final Set<String> COMMON =
      Set.of("startTime", "duration", "eventThread", "stackTrace");

  @TempDir Path folder;

  @Test
  @DisplayName(
      "of a move tells its begin, its commands, rounds and steps, a lost link, and its end")
  void ofAMove(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.writer("recorded", SIZE));
    hosts.link().cutAfter(2 << 20);
    MoveOutcome.Moved[] moved = new MoveOutcome.Moved[1];
    List<RecordedEvent> events =
        record(() -> {
          moved[0] = (MoveOutcome.Moved) hosts.move(guest);
          hosts.arrived("recorded");
        });

    String move = moved[0].report().move().toString();
    assertThat(of(events, "MoveBegin", "direction", "outgoing"))
        .singleElement()
        .satisfies(begin -> assertThat(begin.getString("guest")).isEqualTo("recorded"))
        .satisfies(begin -> assertThat(begin.getLong("memoryBytes")).isEqualTo(SIZE));
    assertThat(of(events, "MoveEnd", "direction", "outgoing"))
        .singleElement()
        .satisfies(end -> assertThat(end.getString("outcome")).isEqualTo("Moved"))
        .satisfies(
            end -> assertThat(end.getDuration("downtime")).isEqualTo(moved[0].downtime().total()))
        .satisfies(end -> assertThat(end.getLong("bytes")).isEqualTo(moved[0].report().bytes()));
    assertThat(named(events, "Round")).hasSameSizeAs(moved[0].report().rounds());
    assertThat(of(events, "HandOverStep", "side", "source"))
        .extracting(step -> step.getString("step"))
        .containsExactly(
            "NEGOTIATING",
            "SENDING",
            "PAUSED",
            "PREPARING",
            "FINISHING",
            "FINISHED",
            "COMMITTED",
            "HANDED_OVER");
    assertThat(of(events, "LinkLost", "direction", "outgoing")).isNotEmpty();
    assertThat(of(events, "LinkResumed", "direction", "outgoing")).isNotEmpty();
    assertThat(of(events, "SevCommand", "command", "SEND_UPDATE_DATA"))
        .hasSizeGreaterThanOrEqualTo((int) moved[0].report().privatePackets())
        .allSatisfy(event -> assertThat(event.getInt("pages")).isEqualTo(1));
    assertThat(of(events, "FirmwareCommand", "command", "SEND_FINISH"))
        .singleElement()
        .satisfies(event -> assertThat(event.getString("status")).isEqualTo("SUCCESS"))
        .satisfies(event -> assertThat(event.getInt("guest")).isPositive());
    assertThat(events)
        .filteredOn(event -> event.hasField("move"))
        .allSatisfy(event -> assertThat(event.getString("move")).isEqualTo(move));
  }

  @Test
  @Tag("long")
  @SealiftTest(kernel = KernelProfile.EXTENDED)
  @DisplayName("has one event for a batch of pages, and says what was refused")
  void ofBatches(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.idle("recorded", SIZE));
    hosts
        .source()
        .processor()
        .faults()
        .answer(PspCommand.SEND_FINISH, 1, FirmwareStatus.HWERROR_PLATFORM);
    List<RecordedEvent> events = record(() -> hosts.move(guest));

    assertThat(of(events, "SevCommand", "command", "SEND_UPDATE_DATA_BATCH"))
        .isNotEmpty()
        .hasSizeLessThan(SIZE / 4096 / 16)
        .allSatisfy(event -> assertThat(event.getInt("pages")).isGreaterThan(1));
    assertThat(of(events, "SevCommand", "command", "SEND_FINISH"))
        .singleElement()
        .satisfies(event -> assertThat(event.getString("errno")).isEqualTo("EIO"))
        .satisfies(
            event -> assertThat(event.getString("status")).isEqualTo("HWERROR_PLATFORM (0x13)"));
    assertThat(of(events, "MoveEnd", "outcome", "StayedAtSource"))
        .singleElement()
        .satisfies(end -> assertThat(end.getString("reason")).contains("SEND_FINISH"));
  }

  @Test
  @DisplayName("has numbers, yes or no, and words in its events: no field holds bytes")
  void holdsNoKeys(TwoHosts hosts) throws Exception {
    Guest guest = hosts.source().launch(GuestSpec.idle("recorded", SIZE));
    List<RecordedEvent> events = record(() -> hosts.move(guest));
    for (EventType type : types()) {
      for (ValueDescriptor field : own(type)) {
        assertThat(field.isArray()).as("%s.%s", type.getName(), field.getName()).isFalse();
        assertThat(field.getTypeName())
            .as("%s.%s", type.getName(), field.getName())
            .isIn("int", "long", "double", "boolean", "java.lang.String");
      }
    }
    // A key in hexadecimal or in Base64 is one long word; the only one that there is names the
    // move.
    for (RecordedEvent event : events) {
      for (ValueDescriptor field : own(event.getEventType())) {
        if (field.getTypeName().equals("java.lang.String") && !field.getName().equals("move")) {
          assertThat(String.valueOf(event.getString(field.getName())))
              .as("%s.%s", event.getEventType().getName(), field.getName())
              .doesNotContainPattern("[0-9A-Za-z+/]{24,}");
        }
      }
    }
  }

  @Test
  @DisplayName("has the events of docs/observability.md, each with its fields, labels and words")
  void documented() throws Exception {
    Path page = Path.of("..", "docs", "observability.md");
    assumeTrue(Files.exists(page), "this is not a checkout of the project");
    Map<String, String> rows = new TreeMap<>();
    for (EventType type : types()) {
      assertThat(type.getCategoryNames()).as(type.getName()).containsExactly("Sealift");
      assertThat(type.getLabel()).as(type.getName()).isNotEmpty();
      assertThat(type.getDescription()).as(type.getName()).isNotEmpty();
      assertThat(own(type))
          .allSatisfy(field -> {
            assertThat(field.getLabel()).as("%s", field.getName()).isNotEmpty();
            assertThat(field.getDescription()).as("%s", field.getName()).isNotEmpty();
          });
      rows.put(
          type.getName(),
          "| `%s` | %s | %s |"
              .formatted(
                  type.getName(),
                  type.getDescription(),
                  own(type).stream()
                      .map(field -> "`%s`".formatted(field.getName()))
                      .collect(Collectors.joining(", "))));
    }
    assertThat(Files.readString(page).lines().filter(line -> line.startsWith("| `dev.sealift.")))
        .containsExactlyElementsOf(rows.values());
  }

  private interface Work {
    void run() throws Exception;
  }

  private List<RecordedEvent> record(Work work) throws Exception {
    Path file = folder.resolve("recording.jfr");
    try (var recording = new Recording()) {
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream().filter(isOurs()).toList();
  }

  private static Predicate<RecordedEvent> isOurs() {
    return event -> event.getEventType().getName().startsWith(PREFIX);
  }

  /** Every type of event that there is, whether one occurred or not. */
  private static List<EventType> types() throws IOException {
    for (String name :
        List.of(
            "dev.sealift.kernel.FirmwareCommandEvent",
            "dev.sealift.vmm.SevCommandEvent",
            "dev.sealift.migration.MoveBeginEvent",
            "dev.sealift.migration.MoveEndEvent",
            "dev.sealift.migration.RoundEvent",
            "dev.sealift.migration.LinkLostEvent",
            "dev.sealift.migration.LinkResumedEvent",
            "dev.sealift.migration.handover.HandOverStepEvent")) {
      try {
        FlightRecorder.register(Class.forName(name).asSubclass(Event.class));
      } catch (ClassNotFoundException e) {
        throw new AssertionError(e);
      }
    }
    List<EventType> types =
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
            .filter(type -> type.getName().startsWith(PREFIX))
            .toList();
    assertThat(types).hasSize(8);
    return types;
  }

  private static List<ValueDescriptor> own(EventType type) {
    return type.getFields().stream().filter(field -> !COMMON.contains(field.getName())).toList();
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals(PREFIX + name))
        .toList();
  }

  private static List<RecordedEvent> of(
      List<RecordedEvent> events, String name, String field, String value) {
    return named(events, name).stream()
        .filter(event -> value.equals(event.getString(field)))
        .toList();
  }
}
