package dev.sealift.cli.bench.qemu;

import dev.sealift.cli.process.ExitHook;
import dev.sealift.cli.qemu.QemuMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** One QEMU and its monitor; it ends with this. */
final class QemuProcess implements AutoCloseable {
  private static final String CREDENTIALS = "tls";

  private final Process process;
  private final QemuMonitor monitor;
  private final ExitHook hook;

  private QemuProcess(Process process, QemuMonitor monitor, ExitHook hook) {
    this.process = process;
    this.monitor = monitor;
    this.hook = hook;
  }

  /**
   * Starts it. The guest is a machine with one processor that boots a disk and halts.
   *
   * @param name of its socket and its log in the directory
   * @param directory holds certificates and the boot disk
   * @param memory the memory backend, without its id and size
   * @param endpoint of its TLS: client or server
   * @param more further arguments
   */
  static QemuProcess start(
      String name, Path directory, String memory, long memoryBytes, String endpoint, String... more)
      throws IOException, InterruptedException {
    Path socket = directory.resolve(name + ".qmp");
    Files.deleteIfExists(socket);
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            QemuVersion.PROGRAM,
            "-accel",
            "tcg",
            "-machine",
            "pc,memory-backend=ram",
            "-object",
            memory + ",id=ram,size=" + memoryBytes,
            "-m",
            memoryBytes + "B",
            "-smp",
            "1",
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-drive",
            "if=floppy,format=raw,readonly=on,file=" + directory.resolve(BootDisk.NAME),
            "-object",
            "tls-creds-x509,id=%s,dir=%s,endpoint=%s,verify-peer=on"
                .formatted(CREDENTIALS, directory, endpoint),
            "-qmp",
            "unix:" + socket + ",server=on,wait=off"));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name + ".log").toFile())
            .start();
    ExitHook hook = ExitHook.of(process::destroyForcibly);
    try {
      return new QemuProcess(process, QemuMonitor.connect(socket, process::isAlive), hook);
    } catch (IOException | InterruptedException e) {
      hook.close();
      process.destroyForcibly();
      throw e;
    }
  }

  /** Two channels, TLS, and nothing that holds it back. */
  void prepareToMove(int downtimeMillis) throws IOException, InterruptedException {
    monitor.command(
        "migrate-set-capabilities",
        Map.of("capabilities", List.of(Map.of("capability", "multifd", "state", true))));
    monitor.command(
        "migrate-set-parameters",
        Map.of(
            "multifd-channels",
            2,
            "tls-creds",
            CREDENTIALS,
            "tls-hostname",
            "localhost",
            "max-bandwidth",
            100_000_000_000L,
            "downtime-limit",
            downtimeMillis));
  }

  JsonNode command(String name, Map<String, ?> arguments) throws IOException, InterruptedException {
    return monitor.command(name, arguments);
  }

  /** Processor time so far. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() throws IOException {
    hook.close();
    try {
      monitor.close();
    } finally {
      process.destroy();
      try {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
