package dev.sealift.cli.demo;

import dev.sealift.cli.Failure;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A host of the demonstration as its parent sees it: a process that takes orders and tells of
 * events.
 */
final class HostProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final String name;
  private final Process process;
  private final BufferedWriter orders;
  private final LinkedBlockingQueue<HostEvent> events = new LinkedBlockingQueue<>();
  private final JsonMapper json;

  private HostProcess(String name, Process process, JsonMapper json) {
    this.name = name;
    this.process = process;
    this.json = json;
    this.orders =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    Thread.ofPlatform().daemon().name(name + "-events").start(this::listen);
  }

  /** Starts a second JVM like this one, in the role of a host. */
  static HostProcess start(String role, DemoPlan plan, Path directory, JsonMapper json, Path errors)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    String modulePath = System.getProperty("jdk.module.path", "");
    if (modulePath.isEmpty()) {
      command.addAll(
          List.of("-cp", System.getProperty("java.class.path"), "dev.sealift.cli.Sealift"));
    } else {
      command.addAll(List.of("-p", modulePath, "-m", "dev.sealift.cli/dev.sealift.cli.Sealift"));
    }
    command.addAll(
        List.of(
            "demo-host",
            role,
            "--host",
            plan.kind().word(),
            "--kernel",
            plan.kernel().name(),
            "--directory",
            directory.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.to(errors.toFile()))
            .start();
    return new HostProcess(role, process, json);
  }

  long pid() {
    return process.pid();
  }

  void order(HostOrder order) throws Failure {
    try {
      orders.write(json.writeValueAsString(order));
      orders.newLine();
      orders.flush();
    } catch (IOException | JacksonException e) {
      throw new Failure("The " + name + " host process takes no more orders.", e);
    }
  }

  /** Waits for an event of one kind; events before it go to the listener. */
  <E extends HostEvent> E await(Class<E> kind, Consumer<HostEvent> others) throws Failure {
    while (true) {
      HostEvent event = next();
      if (kind.isInstance(event)) {
        return kind.cast(event);
      }
      if (event instanceof HostEvent.Failed failed) {
        throw new Failure("The " + name + " host: " + failed.sentence());
      }
      others.accept(event);
    }
  }

  <E extends HostEvent> E await(Class<E> kind) throws Failure {
    return await(kind, event -> {});
  }

  /** Waits until the source says how the move ended; events before go to the listener. */
  HostEvent awaitOutcome(Consumer<HostEvent> others) throws Failure {
    while (true) {
      HostEvent event = next();
      switch (event) {
        case HostEvent.Moved moved -> {
          return moved;
        }
        case HostEvent.Stayed stayed -> {
          return stayed;
        }
        case HostEvent.Failed failed ->
            throw new Failure("The " + name + " host: " + failed.sentence());
        default -> others.accept(event);
      }
    }
  }

  private HostEvent next() throws Failure {
    try {
      HostEvent event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new Failure(
            "The " + name + " host said nothing for " + PATIENCE_SECONDS + " seconds.");
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("The demonstration was interrupted.", e);
    }
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        events.add(json.readValue(line, HostEvent.class));
      }
      events.add(new HostEvent.Failed("its process ended"));
    } catch (IOException | JacksonException e) {
      events.add(new HostEvent.Failed("its words could not be understood: " + e.getMessage()));
    }
  }

  /** Ends the process: it sees the end of its orders, and is killed where that does not help. */
  @Override
  public void close() {
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
