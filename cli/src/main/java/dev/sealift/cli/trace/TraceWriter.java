package dev.sealift.cli.trace;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.trace.TracedCall.Answered;
import dev.sealift.cli.trace.TracedCall.Asked;
import dev.sealift.cli.trace.TracedCall.Buffer;
import dev.sealift.cli.trace.TracedCall.Issued;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a trace file: JSON, one object a line (docs/trace.md). Only its owner may read it. Each
 * call is on the disk's way when it has been answered; the last line says how many there are, so
 * that a file that was cut short is known for one.
 */
final class TraceWriter implements TraceSink {
  private final Path file;
  private final BufferedWriter out;
  private final AddressNames names = new AddressNames();
  private int calls;
  private @Nullable IOException failure;

  private TraceWriter(Path file, BufferedWriter out) {
    this.file = file;
    this.out = out;
  }

  /**
   * Begins a file.
   *
   * @throws BadInput if something of this name exists, or if it cannot be written
   */
  static TraceWriter create(Path file, TraceHeader header) throws BadInput {
    OutputFile.refuseExisting(file);
    try {
      TraceWriter writer =
          new TraceWriter(
              file,
              new BufferedWriter(
                  Channels.newWriter(
                      Files.newByteChannel(
                          file,
                          Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                          PosixFilePermissions.asFileAttribute(
                              PosixFilePermissions.fromString("rw-------"))),
                      StandardCharsets.UTF_8)));
      writer.line(json(header));
      return writer;
    } catch (IOException e) {
      throw new BadInput(file + " cannot be written: " + Failure.sentence(e) + ".", e);
    }
  }

  private static ObjectNode json(TraceHeader header) {
    ObjectNode line = object();
    line.put(TraceHeader.FORMAT_FIELD, TraceHeader.FORMAT);
    line.put("sealift", header.sealift());
    line.put("hardware", header.hardware());
    line.put("secrets", header.secrets());
    TraceHeader.Platform platform = header.platform();
    if (platform != null) {
      line.putObject("platform")
          .put("api", platform.api())
          .put("build", platform.build())
          .put("state", platform.state());
    }
    return line;
  }

  @Override
  public void call(TracedCall call) {
    calls++;
    line(json(call));
  }

  @Override
  public void vmEnded(int vm, long micros) {
    line(object().put("ended", "vm" + vm).put("micros", micros));
  }

  /**
   * Ends the file.
   *
   * @throws Failure if it could not be written whole
   */
  void finish() throws Failure {
    line(object().put("calls", calls));
    try {
      out.close();
    } catch (IOException e) {
      failure = failure == null ? e : failure;
    }
    if (failure != null) {
      throw new Failure(
          "%s could not be written whole and cannot be replayed: %s."
              .formatted(file, Failure.sentence(failure)),
          failure);
    }
  }

  /** A program must not suffer from a full disk of its observer. */
  private void line(ObjectNode line) {
    if (failure != null) {
      return;
    }
    try {
      out.write(line.toString());
      out.write('\n');
      out.flush();
    } catch (IOException e) {
      failure = e;
    }
  }

  private ObjectNode json(TracedCall call) {
    Asked asked = call.asked();
    ObjectNode line = object();
    line.put("call", call.number());
    line.put("micros", asked.micros());
    line.put("pid", asked.pid());
    line.put("on", asked.on());
    line.put("writable", asked.writable());
    line.put("request", "0x" + Integer.toHexString(asked.request()));
    line.put("name", asked.name());
    span(line, "argument", asked.pid(), asked.argument());
    Issued issued = asked.issued();
    if (issued != null && !CommandShape.isRegion(asked.request())) {
      line.put("command", issued.command());
      line.put("clear", issued.clear());
      line.put("sevFd", issued.sevFd());
      line.put("sevOpen", issued.sevOpen());
      span(line, "data", asked.pid(), issued.data());
    }
    byte[] struct = asked.struct();
    CommandShape shape = asked.shape();
    if (struct != null) {
      fields(line.putObject("in"), asked.pid(), shape, struct, shape::isIn);
    }
    buffers(line, "buffers", asked.buffers());
    answer(line, asked, call.answered());
    return line;
  }

  private void answer(ObjectNode line, Asked asked, Answered answered) {
    if (answered.seen()) {
      line.put("result", answered.result());
      if (answered.result() < 0) {
        line.put("errno", Errno.of(answered.result()).name());
      }
      Integer status = answered.status();
      if (status != null) {
        line.put("status", Integer.toUnsignedLong(status));
      }
      byte[] struct = answered.struct();
      if (struct != null && !answered.told().isEmpty()) {
        fields(
            line.putObject("out"), asked.pid(), asked.shape(), struct, answered.told()::contains);
      }
      buffers(line, "written", answered.buffers());
    }
    line.put("nanos", answered.nanos());
  }

  private void span(ObjectNode line, String name, int pid, Span span) {
    ObjectNode node = line.putObject(name);
    node.put("at", Place.of(names.of(pid, span.address(), span.length())).toString());
    extents(node, span);
  }

  private static void extents(ObjectNode node, Span span) {
    node.put("length", span.length());
    if (span.readable() != span.length()) {
      node.put("readable", span.readable());
    }
    if (span.writable() != span.length()) {
      node.put("writable", span.writable());
    }
  }

  private void fields(
      ObjectNode node, int pid, CommandShape shape, byte[] struct, Predicate<String> wanted) {
    StructLayout layout = shape.struct();
    List<Field> fields = layout == null ? List.of() : layout.fields();
    for (Field field : fields) {
      if (!wanted.test(field.name())) {
        continue;
      }
      if (field instanceof Field.Bytes) {
        node.put(field.name(), HexFormat.of().formatHex(StructFields.bytes(field, struct)));
      } else if (shape.isAddress(field.name())) {
        long address = StructFields.number(field, struct);
        node.put(
            field.name(),
            Place.of(names.of(pid, address, length(shape, field, struct))).toString());
      } else {
        node.put(field.name(), StructFields.number(field, struct));
      }
    }
  }

  /** The length of what an address field is the address of. */
  private static long length(CommandShape shape, Field address, byte[] struct) {
    StructLayout layout = shape.struct();
    for (BufferShape buffer : shape.buffers()) {
      String length = buffer.length();
      if (layout != null && length != null && address.name().equals(buffer.address())) {
        return StructFields.number(layout.field(length), struct);
      }
    }
    return 0;
  }

  private static void buffers(ObjectNode line, String name, List<Buffer> buffers) {
    if (buffers.isEmpty()) {
      return;
    }
    ArrayNode array = line.putArray(name);
    for (Buffer buffer : buffers) {
      ObjectNode node = array.addObject();
      node.put("name", buffer.shape().name());
      extents(node, buffer.span());
      Content content = buffer.content();
      byte[] bytes = content.bytes();
      if (bytes != null) {
        node.put("bytes", HexFormat.of().formatHex(bytes));
      } else if (content.sha256() != null) {
        node.put("sha256", content.sha256());
      }
    }
  }

  private static ObjectNode object() {
    return JsonMapper.shared().createObjectNode();
  }
}
