package dev.sealift.cli.process;

import dev.sealift.cli.BoundedLines;
import dev.sealift.cli.Failure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A host as its parent sees it: a process that takes orders and tells of events.
 *
 * @param <O> its orders
 * @param <E> its events
 */
public final class HostProcess<O, E extends ProcessEvent> implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final String name;
  private final Process process;
  private final ExitHook hook;
  private final BufferedWriter orders;
  private final LinkedBlockingQueue<Word<E>> words = new LinkedBlockingQueue<>();
  private final JsonMapper json = JsonMapper.shared();

  /** What comes from the process: events, and then why there are no more. */
  private sealed interface Word<E> {
    record Event<E>(E event) implements Word<E> {}

    record End<E>(String why) implements Word<E> {}
  }

  private HostProcess(String name, Process process, Class<E> events) {
    this.name = name;
    this.process = process;
    this.hook = ExitHook.of(process::destroyForcibly);
    this.orders =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    Thread.ofPlatform().daemon().name(name + "-events").start(() -> listen(events));
  }

  /**
   * Starts a second Java virtual machine like this one, which runs a command of sealift.
   *
   * @param name what people call the host
   * @param options of the Java virtual machine, which come after this one's own
   * @param arguments the command and its options
   * @param errors where its standard error goes
   */
  public static <O, E extends ProcessEvent> HostProcess<O, E> start(
      String name, List<String> options, List<String> arguments, Class<E> events, Path errors)
      throws IOException {
    Process process =
        new ProcessBuilder(SealiftCommandLine.of(options, arguments))
            .redirectError(ProcessBuilder.Redirect.to(errors.toFile()))
            .start();
    return new HostProcess<>(name, process, events);
  }

  public long pid() {
    return process.pid();
  }

  /** Gives an order. */
  public void order(O order) throws Failure {
    try {
      orders.write(json.writeValueAsString(order));
      orders.newLine();
      orders.flush();
    } catch (IOException | JacksonException e) {
      throw new Failure("The " + name + " host process takes no more orders.", e);
    }
  }

  /** Waits for an event of one kind; events before it go to the listener. */
  public <K extends E> K await(Class<K> kind, Consumer<E> others) throws Failure {
    return kind.cast(await(kind::isInstance, others));
  }

  /** Waits for an event of one kind; those before it go unheard. */
  public <K extends E> K await(Class<K> kind) throws Failure {
    return await(kind, event -> {});
  }

  /**
   * Waits for an event; those before it go to the listener.
   *
   * @throws Failure if the process fails, ends, or is silent for two minutes
   */
  public E await(Predicate<E> wanted, Consumer<E> others) throws Failure {
    while (true) {
      E event = next();
      if (wanted.test(event)) {
        return event;
      }
      if (event.failure() != null) {
        throw failed(event.failure(), event.more());
      }
      others.accept(event);
    }
  }

  private E next() throws Failure {
    try {
      return switch (words.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        case null ->
            throw new Failure(
                "The " + name + " host said nothing for " + PATIENCE_SECONDS + " seconds.");
        case Word.Event<E>(E event) -> event;
        case Word.End<E>(String why) -> throw failed(why, null);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("The wait for the " + name + " host was interrupted.", e);
    }
  }

  private Failure failed(String why, @Nullable String more) {
    return Failure.elsewhere("The " + name + " host: " + why, more);
  }

  private void listen(Class<E> events) {
    try (BoundedLines lines =
        new BoundedLines(process.getInputStream(), HostConversation.LONGEST_LINE)) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        words.add(new Word.Event<>(json.readValue(line, events)));
      }
      words.add(new Word.End<>("its process ended"));
    } catch (IOException | JacksonException e) {
      words.add(new Word.End<>("its words could not be understood: " + e.getMessage()));
    }
  }

  /** Ends the process: it sees the end of its orders, and is killed where that does not help. */
  @Override
  public void close() {
    hook.close();
    try {
      orders.close();
    } catch (IOException e) {
      // The process is gone already; there is nobody left to tell.
    }
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
