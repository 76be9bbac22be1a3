package dev.sealift.cli.demo;

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
 * A host process's side of the talk with the demonstration: orders in, events out, one JSON object
 * a line.
 */
final class HostConversation {
  private final BufferedReader orders =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  private final PrintStream events = System.out;
  private final JsonMapper json = JsonMapper.shared();

  /** The next order, or null when there will be none. */
  @Nullable HostOrder next() throws Failure {
    try {
      String line = orders.readLine();
      return line == null ? null : json.readValue(line, HostOrder.class);
    } catch (IOException | JacksonException e) {
      throw new Failure("An order could not be understood: " + e.getMessage(), e);
    }
  }

  /** The next order, which must be of one kind. */
  <O extends HostOrder> O expect(Class<O> kind) throws Failure {
    HostOrder order = next();
    if (!kind.isInstance(order)) {
      throw new Failure("The demonstration ended before it said " + kind.getSimpleName() + ".");
    }
    return kind.cast(order);
  }

  /** Tells of an event; safe from every thread. */
  synchronized void tell(HostEvent event) {
    events.println(json.writeValueAsString(event));
    events.flush();
  }
}
