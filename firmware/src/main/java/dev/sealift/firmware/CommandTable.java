package dev.sealift.firmware;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.ActivateBuffer;
import dev.sealift.abi.psp.ActivateExBuffer;
import dev.sealift.abi.psp.AttestationBuffer;
import dev.sealift.abi.psp.CopyBuffer;
import dev.sealift.abi.psp.DebugBuffer;
import dev.sealift.abi.psp.DownloadFirmwareBuffer;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.InitExBuffer;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PekCertImportBuffer;
import dev.sealift.abi.psp.PekCsrBuffer;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.abi.psp.RingBufferBuffer;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.abi.psp.SwapInBuffer;
import dev.sealift.abi.psp.SwapOutBuffer;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every command that the processor serves, by id, made from the interface table. A command that is
 * not in the table is INVALID_COMMAND.
 */
final class CommandTable {
  private static final Map<String, StructLayout> LAYOUTS =
      Stream.of(
              ActivateBuffer.LAYOUT,
              ActivateExBuffer.LAYOUT,
              AttestationBuffer.LAYOUT,
              CopyBuffer.LAYOUT,
              DebugBuffer.LAYOUT,
              DownloadFirmwareBuffer.LAYOUT,
              GetIdBuffer.LAYOUT,
              GuestStatusBuffer.LAYOUT,
              HandleBuffer.LAYOUT,
              InitBuffer.LAYOUT,
              InitExBuffer.LAYOUT,
              LaunchMeasureBuffer.LAYOUT,
              LaunchStartBuffer.LAYOUT,
              LaunchUpdateBuffer.LAYOUT,
              PacketBuffer.LAYOUT,
              PdhCertExportBuffer.LAYOUT,
              PekCertImportBuffer.LAYOUT,
              PekCsrBuffer.LAYOUT,
              PlatformStatusBuffer.LAYOUT,
              ReceiveStartBuffer.LAYOUT,
              RingBufferBuffer.LAYOUT,
              SendStartBuffer.LAYOUT,
              SwapInBuffer.LAYOUT,
              SwapOutBuffer.LAYOUT)
          .collect(Collectors.toUnmodifiableMap(StructLayout::name, Function.identity()));

  /** By id: eight bits of the command register. */
  private final @Nullable Command[] commands = new Command[256];

  /**
   * Binds the table.
   *
   * @throws IllegalStateException where table and program do not agree
   */
  CommandTable(FirmwareInterface table, FirmwareProfile profile, Bindings bindings) {
    Runnable wipe = bindings.wipe();
    for (CommandRow row : table.commands()) {
      StructLayout layout = layout(row);
      Shape shape = new Shape(row, layout);
      List<Command.Step> steps =
          row.checks().stream()
              .map(check -> new BoundRow(check, step(check, shape, bindings)))
              // Also the lines that this firmware has not are bound: what they say must mean
              // something.
              .filter(bound -> bound.row().appliesTo(profile))
              .map(BoundRow::step)
              .toList();
      MemorySegment buffer =
          layout == null ? MemorySegment.NULL : MemorySegment.ofArray(new byte[layout.size()]);
      commands[row.command().id()] =
          new Command(row, buffer, steps, bindings.effectOf(row.command()), wipe);
    }
    bindings.requireAllUsed();
  }

  private record BoundRow(CheckRow row, Command.Step step) {}

  /** The command with an id, or null where none is served. */
  @Nullable Command get(int id) {
    return id >= 0 && id < commands.length ? commands[id] : null;
  }

  /** The layout of a command's buffer, or null where it has none. */
  static @Nullable StructLayout layout(CommandRow row) {
    if (row.bufferClass() == BufferClass.IGNORED) {
      return null;
    }
    StructLayout layout = LAYOUTS.get(row.struct());
    if (layout == null || layout.size() != row.size()) {
      throw new IllegalStateException(
          "%s: there is no struct %s of %d bytes"
              .formatted(row.command(), row.struct(), row.size()));
    }
    return layout;
  }

  private static Command.Step step(CheckRow row, Shape shape, Bindings bindings) {
    Check fault = bindings.meaning(row.fault(), shape);
    List<Command.Write> writes = row.writes().stream().map(write -> write(write, shape)).toList();
    boolean ofContent = bindings.isOfContent(row.fault());
    if (row.condition().isEmpty()) {
      return new Command.Step(fault, row.status(), writes, ofContent);
    }
    Check condition = bindings.meaning(row.condition(), shape);
    return new Command.Step(
        call -> condition.fails(call) && fault.fails(call), row.status(), writes, ofContent);
  }

  private static Command.Write write(CheckRow.WriteBack write, Shape shape) {
    Field.U32 field = shape.word(write.field());
    if (write.value().chars().allMatch(Character::isDigit)) {
      long value = Long.parseLong(write.value());
      return buffer -> field.setUnsigned(buffer, value);
    }
    Shape.Value value = shape.number(write.value());
    return buffer -> field.setUnsigned(buffer, value.of(buffer));
  }
}
