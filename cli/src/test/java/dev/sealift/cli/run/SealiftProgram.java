package dev.sealift.cli.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The sealift command in a process of its own, as people start it. */
public final class SealiftProgram implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final Path errors;

  private SealiftProgram(Process process, Path errors) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.errors = errors;
  }

  /** What starts it. */
  public static List<String> commandLine() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.sealift.cli.Sealift"));
    return command;
  }

  public static SealiftProgram start(Path directory, String... arguments) throws IOException {
    List<String> command = commandLine();
    command.addAll(List.of(arguments));
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(errors.toFile())
            .start();
    return new SealiftProgram(process, errors);
  }

  /** Gives it a line of input. */
  public void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Its next line of output, null at the end. */
  public String hear() throws IOException {
    return out.readLine();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Its process id. */
  long pid() {
    return process.pid();
  }

  /** SIGTERM. */
  public void terminate() {
    // By its handle: the process itself would also close what it has said.
    process.toHandle().destroy();
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  public int await() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  public List<String> errors() throws IOException {
    return Files.readAllLines(errors);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
