package dev.sealift.cli.host;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a host tells of itself while it runs, one event a line: in words for people, or as JSON
 * objects for programs. Thread-safe.
 */
final class HostLog {

  /** In which form. */
  enum Format {
    WORDS,
    JSON
  }

  /** How bad it is. */
  enum Level {
    /** It went as it should. */
    INFO,
    /** Something went wrong and is dealt with. */
    WARN,
    /** Somebody has to look at it. */
    ERROR
  }

  /**
   * What happened.
   *
   * @param name a word that stands for it, for programs
   * @param guest which guest's affair it is; null where none's
   * @param move which move's; null where none's
   */
  record Event(Level level, String name, @Nullable String guest, @Nullable String move) {
    static Event info(String name) {
      return new Event(Level.INFO, name, null, null);
    }

    static Event warn(String name) {
      return new Event(Level.WARN, name, null, null);
    }

    static Event error(String name) {
      return new Event(Level.ERROR, name, null, null);
    }

    Event of(@Nullable String whose) {
      return new Event(level, name, whose, move);
    }

    Event in(@Nullable String which) {
      return new Event(level, name, guest, which);
    }
  }

  /** With all three digits, so that lines stand below each other. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final PrintWriter out;
  private final Format format;

  HostLog(PrintWriter out, Format format) {
    this.out = out;
    this.format = format;
  }

  /**
   * Tells an event.
   *
   * @param message a sentence for people; control characters in it are blanked, for parts of it may
   *     come from peers
   */
  void tell(Event event, String message) {
    String now = TIME.format(Instant.now());
    String printable = message.replaceAll("\\p{Cntrl}", " ");
    String line =
        switch (format) {
          case WORDS -> words(now, event, printable);
          case JSON -> json(now, event, printable);
        };
    synchronized (this) {
      out.println(line);
      out.flush();
    }
  }

  private static String words(String now, Event event, String message) {
    var line = new StringBuilder();
    line.append("%s %-5s ".formatted(now, event.level()));
    if (event.guest() != null) {
      line.append(event.guest()).append(": ");
    }
    line.append(message);
    if (event.move() != null) {
      line.append(" [move ").append(event.move()).append(']');
    }
    return line.toString();
  }

  private static String json(String now, Event event, String message) {
    ObjectNode line = JsonMapper.shared().createObjectNode();
    line.put("time", now);
    line.put("level", event.level().name().toLowerCase(Locale.ROOT));
    line.put("event", event.name());
    if (event.guest() != null) {
      line.put("guest", event.guest());
    }
    if (event.move() != null) {
      line.put("move", event.move());
    }
    line.put("message", message);
    return JsonMapper.shared().writeValueAsString(line);
  }
}
