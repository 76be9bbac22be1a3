package dev.sealift.cli.trace;

import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.BoundedLines;
import dev.sealift.cli.Failure;
import dev.sealift.cli.trace.JsonFields.Unusable;
import dev.sealift.cli.trace.TracedCall.Answered;
import dev.sealift.cli.trace.TracedCall.Asked;
import dev.sealift.cli.trace.TracedCall.Buffer;
import dev.sealift.cli.trace.TracedCall.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a trace file, line by line: no more than one is in memory. Whatever is not as {@link
 * TraceWriter} writes it is refused in a sentence.
 */
final class TraceReader implements AutoCloseable {
  /** The longest line: a call with a few buffers of 4 MiB in hexadecimal digits. */
  private static final int LONGEST_LINE = 48 << 20;

  /** No stretch of memory is longer than a VM's. */
  private static final long LONGEST_MEMORY = Place.LARGEST_OFFSET / 2;

  /** The longest buffer whose bytes a replay makes up: 1 GiB. */
  private static final long LONGEST_BUFFER = 1L << 30;

  private static final long U32 = 0xFFFF_FFFFL;
  private static final int MOST_VMS = 1 << 20;
  private static final Pattern VM = Pattern.compile("vm([1-9][0-9]{0,5})");
  private static final Set<Integer> REQUESTS =
      Set.of(
          SevIoctl.ISSUE_CMD,
          KvmIoctl.MEMORY_ENCRYPT_OP,
          KvmIoctl.MEMORY_ENCRYPT_REG_REGION,
          KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION);

  private final Path file;
  private final BoundedLines in;
  private final TraceHeader header;
  private int lines;
  private int calls;
  private boolean ended;

  private TraceReader(Path file, BoundedLines in) throws BadInput {
    this.file = file;
    this.in = in;
    this.header = readHeader();
  }

  /**
   * Opens a file and reads its first line.
   *
   * @throws BadInput if it is no trace file, or one of another format
   */
  static TraceReader open(Path file) throws BadInput {
    if (!Files.isRegularFile(file)) {
      throw new BadInput(file + " is no file; name one that sealift trace --record has written.");
    }
    BoundedLines in = null;
    boolean opened = false;
    try {
      in = new BoundedLines(Files.newInputStream(file), LONGEST_LINE);
      TraceReader reader = new TraceReader(file, in);
      opened = true;
      return reader;
    } catch (IOException e) {
      throw unreadable(file, e);
    } finally {
      if (!opened && in != null) {
        close(in);
      }
    }
  }

  private static BadInput unreadable(Path file, IOException e) {
    return new BadInput(file + " cannot be read: " + Failure.sentence(e) + ".", e);
  }

  TraceHeader header() {
    return header;
  }

  /**
   * What happened next; null at the end.
   *
   * @throws BadInput if the line is damaged, or the file ends without its last line
   */
  @Nullable TraceEvent next() throws BadInput {
    if (ended) {
      return null;
    }
    JsonNode line = line();
    if (line == null) {
      throw new BadInput(
          "%s is cut short after line %d: the program was still running, or the file was copied too"
                  .formatted(file, lines - 1)
              + " early. Record it again.");
    }
    try {
      if (!line.isObject()) {
        throw new Unusable("it is no object");
      }
      JsonFields fields = new JsonFields(line);
      if (fields.has("call")) {
        return new TraceEvent.Call(call(fields));
      }
      if (fields.has("ended")) {
        return new TraceEvent.VmEnd(vm(fields.text("ended")));
      }
      end(fields);
      return null;
    } catch (Unusable what) {
      throw damaged(Failure.sentence(what));
    }
  }

  private void end(JsonFields fields) throws Unusable, BadInput {
    if (fields.number("calls", 0, Integer.MAX_VALUE) != calls) {
      throw new Unusable("it counts other calls than there are");
    }
    ended = true;
    if (line() != null) {
      throw new Unusable("there is more behind the end");
    }
  }

  private BadInput damaged(String what) {
    return new BadInput(
        "%s is damaged in line %d: %s. Record it again.".formatted(file, lines, what));
  }

  private TraceHeader readHeader() throws BadInput {
    JsonNode first;
    try {
      first = line();
    } catch (BadInput notJson) {
      first = null;
    }
    if (first == null || !first.isObject() || !first.has(TraceHeader.FORMAT_FIELD)) {
      throw new BadInput(
          file + " is no trace; name a file that sealift trace --record has written.");
    }
    JsonFields fields = new JsonFields(first);
    try {
      long format = fields.number(TraceHeader.FORMAT_FIELD, 1, Integer.MAX_VALUE);
      if (format != TraceHeader.FORMAT) {
        throw new BadInput(
            "%s has trace format %d and this sealift reads format %d: replay it with the version that wrote it."
                .formatted(file, format, TraceHeader.FORMAT));
      }
      return new TraceHeader(
          fields.text("sealift"),
          fields.truth("hardware"),
          fields.truth("secrets"),
          fields.has("platform") ? platform(fields.object("platform")) : null);
    } catch (Unusable what) {
      throw damaged(Failure.sentence(what));
    }
  }

  private static TraceHeader.Platform platform(JsonFields fields) throws Unusable {
    return new TraceHeader.Platform(
        fields.text("api"), (int) fields.number("build", 0, 255), fields.text("state"));
  }

  private TracedCall call(JsonFields fields) throws Unusable {
    int number = (int) fields.number("call", 1, Integer.MAX_VALUE);
    if (number != ++calls) {
      throw new Unusable("it is call " + number + " where call " + calls + " was expected");
    }
    int request = request(fields.text("request"));
    String on = fields.text("on");
    int vm = on.equals("/dev/sev") ? 0 : vm(on);
    if ((vm == 0) != (request == SevIoctl.ISSUE_CMD)) {
      throw new Unusable("the ioctl is none of " + on);
    }
    Span argument = span(fields.object("argument"));
    Issued issued = issued(fields, request, argument);
    CommandShape shape = CommandShape.of(request, issued == null ? -1 : issued.command());
    byte[] struct =
        fields.has("in") ? struct(shape, fields.object("in"), new LinkedHashSet<>()) : null;
    List<Buffer> buffers = new ArrayList<>();
    List<JsonNode> told = fields.array("buffers");
    if (told.size() != shape.buffers().size()) {
      throw new Unusable("it has other buffers than " + shape.name());
    }
    for (int i = 0; i < told.size(); i++) {
      buffers.add(
          buffer(
              JsonFields.of(told.get(i), "buffers"),
              shape,
              shape.buffers().get(i),
              issued,
              struct));
    }
    Asked asked =
        new Asked(
            fields.number("micros", 0, Long.MAX_VALUE),
            (int) fields.number("pid", 1, Integer.MAX_VALUE),
            vm,
            fields.truth("writable"),
            request,
            argument,
            issued,
            struct,
            List.copyOf(buffers));
    return new TracedCall(number, asked, answered(fields, shape, asked));
  }

  private static int request(String words) throws Unusable {
    for (int request : REQUESTS) {
      if (words.equals("0x" + Integer.toHexString(request))) {
        return request;
      }
    }
    throw new Unusable("its request is no ioctl of SEV");
  }

  private static int vm(String words) throws Unusable {
    var number = VM.matcher(words);
    if (!number.matches() || Integer.parseInt(number.group(1)) > MOST_VMS) {
      throw new Unusable("it names no VM");
    }
    return Integer.parseInt(number.group(1));
  }

  private static Span span(JsonFields fields) throws Unusable {
    return extents(fields, fields.place("at").word());
  }

  private static Span extents(JsonFields fields, long address) throws Unusable {
    // A length is what the program said: it may be anything.
    long length = fields.number("length", Long.MIN_VALUE, Long.MAX_VALUE);
    long most = length < 0 ? Long.MAX_VALUE : length;
    Span span =
        new Span(
            address,
            length,
            fields.numberOr("readable", length, 0, most),
            fields.numberOr("writable", length, 0, most));
    if (Math.max(span.readable(), span.writable()) > LONGEST_MEMORY) {
      throw new Unusable("a buffer is longer than any memory");
    }
    return span;
  }

  private static @Nullable Issued issued(JsonFields fields, int request, Span argument)
      throws Unusable {
    if (CommandShape.isRegion(request)) {
      return argument.isReadable() ? new Issued(0, true, -1, false, argument) : null;
    }
    if (!fields.has("command")) {
      return null;
    }
    return new Issued(
        (int) fields.number("command", Integer.MIN_VALUE, Integer.MAX_VALUE),
        fields.truth("clear"),
        (int) fields.number("sevFd", Integer.MIN_VALUE, Integer.MAX_VALUE),
        fields.truth("sevOpen"),
        span(fields.object("data")));
  }

  private static byte[] struct(CommandShape shape, JsonFields fields, Set<String> told)
      throws Unusable {
    StructLayout layout = shape.struct();
    if (layout == null) {
      throw new Unusable(shape.name() + " has no parameters");
    }
    byte[] struct = new byte[layout.size()];
    for (Field field : layout.fields()) {
      if (!fields.has(field.name())) {
        continue;
      }
      told.add(field.name());
      if (field instanceof Field.Bytes) {
        byte[] bytes = fields.hex(field.name());
        if (bytes.length != field.size()) {
          throw new Unusable("its field " + field.name() + " has the wrong length");
        }
        StructFields.setBytes(field, struct, bytes);
      } else if (shape.isAddress(field.name())) {
        StructFields.setNumber(field, struct, fields.place(field.name()).word());
      } else {
        StructFields.setNumber(
            field, struct, fields.number(field.name(), Long.MIN_VALUE, largest(field)));
      }
    }
    if (fields.node().size() != told.size()) {
      throw new Unusable("it has fields that " + layout.name() + " has not");
    }
    return struct;
  }

  private static long largest(Field field) {
    return field.size() == Long.BYTES ? Long.MAX_VALUE : (1L << (field.size() * Byte.SIZE)) - 1;
  }

  private static Buffer buffer(
      JsonFields fields,
      CommandShape shape,
      BufferShape buffer,
      @Nullable Issued issued,
      byte @Nullable [] struct)
      throws Unusable {
    if (!fields.text("name").equals(buffer.name())) {
      throw new Unusable("it has other buffers than " + shape.name());
    }
    StructLayout layout = shape.struct();
    long address = 0;
    if (buffer.address() == null) {
      address = issued == null ? 0 : issued.data().address();
    } else if (struct != null && layout != null) {
      address = StructFields.number(layout.field(buffer.address()), struct);
    }
    Span span = extents(fields, address);
    if (buffer.direction() != BufferShape.Direction.NAMED
        && Math.max(span.readable(), span.writable()) > LONGEST_BUFFER) {
      throw new Unusable("a buffer is longer than a replay can fill");
    }
    return new Buffer(buffer, span, content(fields, span));
  }

  private static Content content(JsonFields fields, Span span) throws Unusable {
    if (fields.has("bytes")) {
      byte[] bytes = fields.hex("bytes");
      if (bytes.length != span.length()) {
        throw new Unusable("a buffer has other bytes than its length says");
      }
      return new Content(bytes, null);
    }
    return fields.has("sha256") ? new Content(null, fields.text("sha256")) : Content.NONE;
  }

  private static Answered answered(JsonFields fields, CommandShape shape, Asked asked)
      throws Unusable {
    long nanos = fields.number("nanos", 0, Long.MAX_VALUE);
    if (!fields.has("result")) {
      return new Answered(false, 0, null, null, Set.of(), List.of(), nanos);
    }
    Set<String> told = new LinkedHashSet<>();
    byte[] struct = fields.has("out") ? struct(shape, fields.object("out"), told) : null;
    List<Buffer> written = new ArrayList<>();
    for (JsonNode node : fields.array("written")) {
      JsonFields buffer = JsonFields.of(node, "written");
      String name = buffer.text("name");
      Buffer named =
          asked.buffers().stream()
              .filter(known -> known.shape().isOut() && known.shape().name().equals(name))
              .findFirst()
              .orElseThrow(() -> new Unusable(shape.name() + " does not write " + name));
      Span span = extents(buffer, named.span().address());
      written.add(new Buffer(named.shape(), span, content(buffer, span)));
    }
    return new Answered(
        true,
        (int) fields.number("result", -4095, Integer.MAX_VALUE),
        fields.has("status") ? (Integer) (int) fields.number("status", 0, U32) : null,
        struct,
        Set.copyOf(told),
        List.copyOf(written),
        nanos);
  }

  /** The next line; null if there is none. */
  private @Nullable JsonNode line() throws BadInput {
    lines++;
    try {
      String line = in.next();
      return line == null ? null : JsonMapper.shared().readTree(line);
    } catch (BoundedLines.TooLongException endless) {
      throw new BadInput(
          "%s is no trace: line %d is longer than any of one.".formatted(file, lines), endless);
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (JacksonException notJson) {
      throw damaged("it is not JSON");
    }
  }

  @Override
  public void close() {
    close(in);
  }

  private static void close(BoundedLines in) {
    try {
      in.close();
    } catch (IOException e) {
      // Nothing was written to it.
    }
  }
}
