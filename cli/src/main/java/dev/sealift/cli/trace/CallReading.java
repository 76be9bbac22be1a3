package dev.sealift.cli.trace;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.cli.trace.TracedCall.Answered;
import dev.sealift.cli.trace.TracedCall.Asked;
import dev.sealift.cli.trace.TracedCall.Buffer;
import dev.sealift.cli.trace.TracedCall.Issued;
import dev.sealift.interpose.SevCall;
import dev.sealift.interpose.SevCallObserver.Outcome;
import dev.sealift.kernel.ForeignCaller;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a call out of its caller's memory, before it is answered and after: the same way where it
 * is recorded and where it is replayed.
 */
final class CallReading {
  private final SevCall call;
  private final boolean secrets;
  private final Asked asked;

  /** The parameters as they were, with all that is left over in them. */
  private final byte @Nullable [] before;

  /** The field for the firmware's status as it was; null where there is none. */
  private final @Nullable Integer errorBefore;

  private CallReading(SevCall call, boolean secrets, Asked asked, byte @Nullable [] before) {
    this.call = call;
    this.secrets = secrets;
    this.asked = asked;
    this.before = before;
    this.errorBefore = error(call);
  }

  /**
   * Reads what is asked.
   *
   * @param micros when, since the start
   * @param secrets whether all bytes are told
   */
  static CallReading begin(SevCall call, long micros, boolean secrets) {
    ForeignCaller caller = call.caller();
    Span argument = Span.of(caller, call.argument(), argumentSize(call.request()));
    Issued issued = argument.isReadable() ? issued(call, argument) : null;
    CommandShape shape = CommandShape.of(call.request(), issued == null ? -1 : issued.command());
    byte[] struct =
        issued != null && shape.struct() != null && issued.data().isReadable()
            ? read(caller, issued.data())
            : null;
    List<Buffer> buffers = new ArrayList<>();
    for (BufferShape buffer : shape.buffers()) {
      buffers.add(buffer(caller, shape, buffer, issued, struct, secrets));
    }
    return new CallReading(
        call,
        secrets,
        new Asked(
            micros,
            call.pid(),
            call.vm(),
            call.writable(),
            call.request(),
            argument,
            issued,
            struct == null ? null : withoutWritten(shape, struct),
            List.copyOf(buffers)),
        struct);
  }

  private static int argumentSize(int request) {
    if (CommandShape.isRegion(request)) {
      return 16;
    }
    return request == SevIoctl.ISSUE_CMD ? SevIssueCmd.LAYOUT.size() : KvmSevCmd.LAYOUT.size();
  }

  private static @Nullable Issued issued(SevCall call, Span argument) {
    ForeignCaller caller = call.caller();
    if (CommandShape.isRegion(call.request())) {
      return new Issued(0, true, -1, false, argument);
    }
    byte[] bytes = read(caller, argument);
    if (bytes == null) {
      return null;
    }
    MemorySegment struct = MemorySegment.ofArray(bytes);
    if (call.request() == SevIoctl.ISSUE_CMD) {
      SevIssueCmd command = SevIssueCmd.read(struct);
      return new Issued(
          command.cmd(), command.error() == 0, -1, true, data(call, command.cmd(), command.data()));
    }
    KvmSevCmd command = KvmSevCmd.read(struct);
    return new Issued(
        command.id(),
        command.error() == 0,
        command.sevFd(),
        caller.hasSevOpen(command.sevFd()),
        data(call, command.id(), command.data()));
  }

  private static Span data(SevCall call, int command, long address) {
    StructLayout struct = CommandShape.of(call.request(), command).struct();
    return Span.of(call.caller(), address, struct == null ? 0 : struct.size());
  }

  private static byte @Nullable [] read(ForeignCaller caller, Span span) {
    byte[] bytes = new byte[(int) span.length()];
    return caller.read(span.address(), MemorySegment.ofArray(bytes)) ? bytes : null;
  }

  /** What the kernel only writes holds whatever the caller had there before: nobody's business. */
  private static byte[] withoutWritten(CommandShape shape, byte[] struct) {
    byte[] told = new byte[struct.length];
    for (Field field : fields(shape)) {
      if (shape.isIn(field.name())) {
        StructFields.setBytes(field, told, StructFields.bytes(field, struct));
      }
    }
    return told;
  }

  private static List<Field> fields(CommandShape shape) {
    StructLayout struct = shape.struct();
    return struct == null ? List.of() : struct.fields();
  }

  private static Buffer buffer(
      ForeignCaller caller,
      CommandShape shape,
      BufferShape buffer,
      @Nullable Issued issued,
      byte @Nullable [] struct,
      boolean secrets) {
    Span span =
        Span.of(caller, address(shape, buffer, issued, struct), length(shape, buffer, struct));
    Content content =
        buffer.isIn() && span.isReadable()
            ? Content.of(caller, span.address(), span.length(), disclosure(buffer, secrets))
            : Content.NONE;
    return new Buffer(buffer, span, content);
  }

  private static Disclosure disclosure(BufferShape buffer, boolean secrets) {
    return secrets ? Disclosure.PUBLIC : buffer.disclosure();
  }

  private static long address(
      CommandShape shape, BufferShape buffer, @Nullable Issued issued, byte @Nullable [] struct) {
    String field = buffer.address();
    if (field == null) {
      return issued == null ? 0 : issued.data().address();
    }
    return struct == null ? 0 : number(shape, field, struct);
  }

  private static long length(CommandShape shape, BufferShape buffer, byte @Nullable [] struct) {
    String field = buffer.length();
    if (field == null) {
      return buffer.fixedLength();
    }
    return struct == null ? 0 : number(shape, field, struct);
  }

  private static long number(CommandShape shape, String name, byte[] struct) {
    return fields(shape).stream()
        .filter(field -> field.name().equals(name))
        .findFirst()
        .map(field -> StructFields.number(field, struct))
        .orElse(0L);
  }

  /** Reads what is answered. */
  TracedCall end(int number, Outcome outcome) {
    ForeignCaller caller = call.caller();
    Issued issued = asked.issued();
    CommandShape shape = asked.shape();
    byte[] after =
        outcome.seen() && before != null && issued != null ? read(caller, issued.data()) : null;
    List<Buffer> written = new ArrayList<>();
    if (outcome.seen() && outcome.result() == 0) {
      for (Buffer buffer : asked.buffers()) {
        if (buffer.shape().isOut() && buffer.span().length() > 0) {
          written.add(written(shape, buffer, after));
        }
      }
    }
    return new TracedCall(
        number,
        asked,
        new Answered(
            outcome.seen(),
            outcome.result(),
            outcome.seen() ? status() : null,
            after,
            after == null ? Set.of() : told(shape, after, outcome),
            List.copyOf(written),
            outcome.nanos()));
  }

  /** What was there before is no status, unless it was zero, which is one: success. */
  private @Nullable Integer status() {
    Integer after = error(call);
    boolean written = after != null && (after == 0 || !after.equals(errorBefore));
    return written || Integer.valueOf(0).equals(errorBefore) ? after : null;
  }

  private static @Nullable Integer error(SevCall call) {
    if (CommandShape.isRegion(call.request())) {
      return null;
    }
    byte[] bytes = new byte[argumentSize(call.request())];
    MemorySegment struct = MemorySegment.ofArray(bytes);
    if (!call.caller().read(call.argument(), struct)) {
      return null;
    }
    return call.request() == SevIoctl.ISSUE_CMD
        ? SevIssueCmd.read(struct).error()
        : KvmSevCmd.read(struct).error();
  }

  /** A field is told if it is part of the answer, and not what was there before. */
  private Set<String> told(CommandShape shape, byte[] after, Outcome outcome) {
    Set<String> told = new LinkedHashSet<>();
    for (Field field : fields(shape)) {
      boolean changed =
          before == null
              || !Arrays.equals(
                  StructFields.bytes(field, before), StructFields.bytes(field, after));
      if (shape.isOut(field.name())
          && (outcome.result() == 0 || changed || shape.isIn(field.name()))) {
        told.add(field.name());
      }
    }
    return told;
  }

  private Buffer written(CommandShape shape, Buffer buffer, byte @Nullable [] after) {
    long room = buffer.span().length();
    long length = Math.min(room, after == null ? room : length(shape, buffer.shape(), after));
    Span span = Span.of(call.caller(), buffer.span().address(), length);
    return new Buffer(
        buffer.shape(),
        span,
        span.isReadable()
            ? Content.of(call.caller(), span.address(), length, disclosure(buffer.shape(), secrets))
            : Content.NONE);
  }
}
