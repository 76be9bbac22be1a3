package dev.sealift.firmware;

import dev.sealift.abi.psp.PspCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The interface of the Secure Processor as a table: every command with its buffer, its states and
 * its checks in order. {@link SoftwareSecureProcessor} runs from it.
 *
 * <p>Source: AMD publication 55766.
 */
public final class FirmwareInterface {
  private static final String RESOURCE = "interface.txt";

  private final List<CommandRow> commands;

  private FirmwareInterface(List<CommandRow> commands) {
    this.commands = List.copyOf(commands);
  }

  /** The table that this library comes with. */
  public static FirmwareInterface load() {
    return Loaded.TABLE;
  }

  /** Read once: the table never changes. */
  private static final class Loaded {
    private static final FirmwareInterface TABLE = read();
  }

  private static FirmwareInterface read() {
    try (InputStream resource = FirmwareInterface.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException("this library has lost its " + RESOURCE);
      }
      return parse(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a table.
   *
   * @throws IllegalArgumentException if a line is not of the form; it is named
   */
  static FirmwareInterface parse(String text) {
    return new FirmwareInterface(new InterfaceReader(text).commands());
  }

  /** Every command that is served, by id. */
  public List<CommandRow> commands() {
    return commands;
  }

  /** A command; empty where it is not served. */
  public Optional<CommandRow> command(PspCommand command) {
    return commands.stream().filter(row -> row.command() == command).findFirst();
  }
}
