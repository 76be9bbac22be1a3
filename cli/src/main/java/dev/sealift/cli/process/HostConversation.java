package dev.sealift.cli.process;

import dev.sealift.cli.Failure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A host process's side of the talk with whoever started it: orders in by standard input, events
 * out by standard output.
 *
 * @param <O> its orders
 * @param <E> its events
 */
public final class HostConversation<O, E extends ProcessEvent> {
  private final Class<O> kind;
  private final BufferedReader orders =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  private final PrintStream events = System.out;
  private final JsonMapper json = JsonMapper.shared();

  public HostConversation(Class<O> kind) {
    this.kind = kind;
  }

  /** The next order, or null when there will be none. */
  public @Nullable O next() throws Failure {
    try {
      String line = orders.readLine();
      return line == null ? null : json.readValue(line, kind);
    } catch (IOException | JacksonException e) {
      throw new Failure("An order could not be understood: " + e.getMessage(), e);
    }
  }

  /** The next order, which must be of one kind. */
  public <K extends O> K expect(Class<K> wanted) throws Failure {
    O order = next();
    if (!wanted.isInstance(order)) {
      throw new Failure("The orders ended before " + wanted.getSimpleName() + ".");
    }
    return wanted.cast(order);
  }

  /** Tells of an event; safe from every thread. */
  public synchronized void tell(E event) {
    events.println(json.writeValueAsString(event));
    events.flush();
  }
}
