package dev.sealift.cli.reliability;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A process that is told lines and tells lines, and that is killed with SIGKILL. */
public final class LabProcess implements AutoCloseable {
  private final Process process;
  private final BufferedWriter orders;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> heard = new ArrayList<>();

  private LabProcess(Process process) {
    this.process = process;
    orders = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().start(this::listen);
  }

  /** Starts a class with a main method. */
  static LabProcess start(Path errors, String main, String... arguments) throws IOException {
    return start(List.of(), errors, main, arguments);
  }

  /**
   * Starts a class with a main method.
   *
   * @param before the command that runs it, as {@code ip netns exec NAME}, in whose place it is
   *     then
   * @param errors the file at whose end its standard error goes
   */
  public static LabProcess start(List<String> before, Path errors, String main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Xmx256m",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            main));
    command.addAll(List.of(arguments));
    return new LabProcess(
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
            .start());
  }

  private void listen() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (IOException gone) {
      // It was killed.
    }
    lines.add("ended");
  }

  void order(String line) throws IOException {
    orders.write(line);
    orders.newLine();
    orders.flush();
  }

  /** Waits for a line that begins like this, or for the end of the process. */
  public String await(Duration patience, String... beginnings)
      throws InterruptedException, TimeoutException {
    return await(
        patience,
        line -> {
          for (String beginning : beginnings) {
            if (line.startsWith(beginning)) {
              return true;
            }
          }
          return false;
        });
  }

  private String await(Duration patience, Predicate<String> wanted)
      throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      String line = lines.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (line == null) {
        throw new TimeoutException("waited in vain; heard: " + heard);
      }
      heard.add(line);
      if (wanted.test(line)) {
        return line;
      }
      if (line.equals("ended")) {
        throw new TimeoutException("the process ended; heard: " + heard);
      }
    }
  }

  /** What it told so far. */
  List<String> heard() {
    return List.copyOf(heard);
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM, and SIGKILL if that does not end it in time. */
  public void end(Duration patience) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(patience)) {
      kill();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
