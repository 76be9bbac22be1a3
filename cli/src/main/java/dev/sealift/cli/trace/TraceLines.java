package dev.sealift.cli.trace;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.cli.explain.More;
import dev.sealift.cli.trace.TracedCall.Answered;
import dev.sealift.cli.trace.TracedCall.Asked;
import dev.sealift.cli.trace.TracedCall.Buffer;
import dev.sealift.crypto.GuestPolicy;
import java.io.PrintWriter;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/** A trace for people: one line a call. */
final class TraceLines implements TraceSink {
  private static final int EXTERNALLY_OWNED = 1;
  private static final int ES = 1 << 8;

  private static final int MOST_REFUSALS = 20;

  private final Set<String> more = new LinkedHashSet<>();
  private final PrintWriter out;
  private final boolean secrets;

  /**
   * @param secrets whether bytes are written out whole
   */
  TraceLines(PrintWriter out, boolean secrets) {
    this.out = out;
    this.secrets = secrets;
  }

  @Override
  public void call(TracedCall call) {
    out.println(line(call, secrets));
    out.flush();
    TraceSummary.Refused refused = TraceSummary.Refused.of(call);
    if (refused != null && more.size() < MOST_REFUSALS) {
      refused.more().ifPresent(more::add);
    }
  }

  /** The lines that say more of what was refused, each once. */
  List<String> more() {
    return more.stream().map(More::line).toList();
  }

  @Override
  public void vmEnded(int vm, long micros) {
    out.println(seconds(micros) + " vm" + vm + " ended");
    out.flush();
  }

  static String line(TracedCall call, boolean secrets) {
    Asked asked = call.asked();
    StringBuilder line = new StringBuilder();
    line.append(
        "%s %d %s %s".formatted(seconds(asked.micros()), asked.pid(), asked.on(), asked.name()));
    CommandShape shape = asked.shape();
    byte[] struct = asked.struct();
    if (struct != null) {
      fields(line, shape, struct, shape::isIn);
    } else if (asked.argument().address() == 0 && asked.vm() != 0) {
      line.append(" (no command: whether there is SEV)");
    } else if (shape.struct() != null || asked.issued() == null) {
      line.append(" (its parameters cannot be read)");
    }
    asked.buffers().forEach(buffer -> buffer(line, buffer, secrets));
    answer(line, asked, call.answered(), secrets);
    return line.toString();
  }

  private static void answer(StringBuilder line, Asked asked, Answered answered, boolean secrets) {
    byte[] struct = answered.struct();
    if (!answered.told().isEmpty() && struct != null) {
      line.append(" ->");
      fields(line, asked.shape(), struct, answered.told()::contains);
    }
    answered.buffers().forEach(buffer -> buffer(line, buffer, secrets));
    line.append(" = ").append(result(answered));
    status(line, answered);
    line.append(", ").append(duration(answered.nanos()));
  }

  private static void fields(
      StringBuilder line, CommandShape shape, byte[] struct, Predicate<String> wanted) {
    StructLayout layout = shape.struct();
    List<Field> fields = layout == null ? List.of() : layout.fields();
    for (Field field : fields) {
      if (wanted.test(field.name())) {
        line.append(' ').append(field.name()).append('=').append(value(shape, field, struct));
      }
    }
  }

  /** A field in words, where there are any. */
  static String value(CommandShape shape, Field field, byte[] struct) {
    if (field instanceof Field.Bytes) {
      return HexFormat.of().formatHex(StructFields.bytes(field, struct));
    }
    long number = StructFields.number(field, struct);
    if (shape.isAddress(field.name())) {
      return number == 0 ? "0" : "0x" + Long.toHexString(number);
    }
    return switch (field.name()) {
      case "policy" -> new GuestPolicy((int) number).toString();
      case "state" -> state(shape, (int) number);
      case "flags" -> flags(shape, number);
      default -> Long.toUnsignedString(number);
    };
  }

  private static String state(CommandShape shape, int number) {
    Enum<?> state =
        shape.name().equals("KVM_SEV_GUEST_STATUS")
            ? GuestState.of(number)
            : PlatformState.of(number);
    return number + (state == null ? "" : " (" + state + ")");
  }

  private static String flags(CommandShape shape, long flags) {
    if (!shape.name().equals("SEV_PLATFORM_STATUS")) {
      return "0x" + Long.toHexString(flags);
    }
    String owner = (flags & EXTERNALLY_OWNED) == 0 ? "owns itself" : "an external owner";
    return "0x%x (%s, %s)".formatted(flags, owner, (flags & ES) == 0 ? "no SEV-ES" : "SEV-ES");
  }

  private static void buffer(StringBuilder line, Buffer buffer, boolean secrets) {
    String words = buffer.content().words(secrets);
    if (!words.isEmpty()) {
      line.append(
          " [%s, %d bytes: %s]".formatted(buffer.shape().name(), buffer.span().length(), words));
    }
  }

  static String result(Answered answered) {
    if (!answered.seen()) {
      return "?";
    }
    return answered.result() < 0
        ? "-1 " + errno(answered.result())
        : Integer.toString(answered.result());
  }

  private static String errno(int result) {
    Errno errno = Errno.of(result);
    return "%s (%s)".formatted(errno.name(), errno.meaning());
  }

  private static void status(StringBuilder line, Answered answered) {
    Integer status = answered.status();
    if (!answered.seen()) {
      line.append(", the answer could not be seen");
    } else if (status != null && (answered.result() == 0 || status != 0)) {
      line.append(", ").append(FirmwareStatus.describe(status));
    }
  }

  private static String seconds(long micros) {
    return String.format(Locale.ROOT, "%.6f", micros / 1e6);
  }

  private static String duration(long nanos) {
    return String.format(Locale.ROOT, "%.3f ms", nanos / 1e6);
  }
}
