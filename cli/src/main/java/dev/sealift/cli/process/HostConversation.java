package dev.sealift.cli.process;

import dev.sealift.cli.BoundedLines;
import dev.sealift.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
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
  /** Bytes of the longest order or event: a receipt is in one. */
  static final int LONGEST_LINE = 1 << 20;

  private final Class<O> kind;
  private final BoundedLines orders;
  private final PrintStream events = System.out;
  private final JsonMapper json = JsonMapper.shared();

  public HostConversation(Class<O> kind) {
    this(kind, System.in);
  }

  /** Takes orders from somewhere else. */
  public HostConversation(Class<O> kind, InputStream orders) {
    this.kind = kind;
    this.orders = new BoundedLines(orders, LONGEST_LINE);
  }

  /**
   * The next order, or null when there will be none.
   *
   * @throws Failure if it cannot be read or is none
   */
  public @Nullable O next() throws Failure {
    try {
      String line = orders.next();
      return line == null ? null : json.readValue(line, kind);
    } catch (IOException e) {
      throw new Failure("An order could not be read: " + Failure.sentence(e) + ".", e);
    } catch (JacksonException e) {
      // What Jackson says repeats the order, line ends and all.
      throw new Failure("An order could not be understood: it is none of this command's.", e);
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
