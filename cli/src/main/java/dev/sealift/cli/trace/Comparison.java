package dev.sealift.cli.trace;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.cli.trace.TracedCall.Answered;
import dev.sealift.cli.trace.TracedCall.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares answers of a trace with those of its replay. What is random, or made with keys of one
 * platform, is compared by its {@link Form}; handles by whether they are those of the same guests.
 */
final class Comparison {
  private static final String HANDLE = "handle";

  /** The handles of the trace, and those of the same guests in the replay. */
  private final Map<Long, Long> handles = new HashMap<>();

  private final Set<String> byForm = new LinkedHashSet<>();

  /** What was compared by form. */
  List<String> byForm() {
    return List.copyOf(byForm);
  }

  /** The replay's handle of a guest; the same number if there is no such guest. */
  long handle(long recorded) {
    return handles.getOrDefault(recorded, recorded);
  }

  /**
   * The differences between two answers to the same call.
   *
   * @param follows what explains them; null if nothing does
   */
  List<Difference> of(TracedCall recorded, TracedCall replayed, @Nullable String follows) {
    Found found = new Found(recorded, follows);
    Answered was = recorded.answered();
    Answered is = replayed.answered();
    if (was.result() != is.result()) {
      found.add("result", TraceLines.result(was), TraceLines.result(is));
    }
    if (!Objects.equals(was.status(), is.status())) {
      found.add("status", status(was), status(is));
    }
    // What one of them wrote because it went well, the other could not.
    if (was.result() == is.result()) {
      fields(found, was, is);
      buffers(found, was, is);
    }
    return found.differences;
  }

  /** Differences of one call. */
  private static final class Found {
    private final TracedCall recorded;
    private final @Nullable String follows;
    private final List<Difference> differences = new ArrayList<>();

    Found(TracedCall recorded, @Nullable String follows) {
      this.recorded = recorded;
      this.follows = follows;
    }

    CommandShape shape() {
      return recorded.asked().shape();
    }

    void add(String what, String was, String is) {
      differences.add(
          new Difference(
              recorded.number(),
              recorded.asked().on(),
              recorded.asked().name(),
              what,
              was,
              is,
              follows));
    }
  }

  private void fields(Found found, Answered was, Answered is) {
    StructLayout layout = found.shape().struct();
    List<Field> fields = layout == null ? List.of() : layout.fields();
    for (Field field : fields) {
      String before = value(found, field, was);
      String now = value(found, field, is);
      if (field.name().equals(HANDLE) && was.struct() != null && is.struct() != null) {
        handles(found, field, was, is);
      } else if (!before.equals(now)) {
        found.add(field.name(), before, now);
      }
    }
  }

  private static String status(Answered answer) {
    Integer status = answer.status();
    return status == null ? "none" : FirmwareStatus.describe(status);
  }

  private static String value(Found found, Field field, Answered answer) {
    byte[] struct = answer.struct();
    return struct == null || !answer.told().contains(field.name())
        ? "not written"
        : TraceLines.value(found.shape(), field, struct);
  }

  private void handles(Found found, Field field, Answered was, Answered is) {
    byte[] before = was.struct();
    byte[] now = is.struct();
    if (before == null || now == null || !was.told().contains(HANDLE)) {
      return;
    }
    long recorded = StructFields.number(field, before);
    long replayed = StructFields.number(field, now);
    if (was.result() == 0 && found.shape().isIn(HANDLE) && recorded != 0 && replayed != 0) {
      byForm.add(found.shape().name() + " handle: not zero");
      handles.put(recorded, replayed);
    } else if (handle(recorded) != replayed) {
      found.add(HANDLE, Long.toString(recorded), Long.toString(replayed));
    }
  }

  private void buffers(Found found, Answered was, Answered is) {
    Map<String, Buffer> now = new HashMap<>();
    is.buffers().forEach(buffer -> now.put(buffer.shape().name(), buffer));
    for (Buffer before : was.buffers()) {
      String name = before.shape().name();
      Buffer after = now.remove(name);
      if (after == null || before.span().length() != after.span().length()) {
        found.add(
            name,
            before.span().length() + " bytes",
            after == null ? "not written" : after.span().length() + " bytes");
      } else {
        bytes(found, before, after);
      }
    }
    now.forEach(
        (name, buffer) -> found.add(name, "not written", buffer.span().length() + " bytes"));
  }

  private void bytes(Found found, Buffer before, Buffer after) {
    byte[] was = before.content().bytes();
    byte[] is = after.content().bytes();
    Form form = was == null || is == null ? Form.LENGTH : before.shape().form();
    byForm.add("%s %s: %s".formatted(found.shape().name(), before.shape().name(), form.words()));
    if (was != null && is != null) {
      for (String field : form.differences(was, is)) {
        found.add(before.shape().name() + ", " + field, "other bytes", "not the same");
      }
    }
  }
}
