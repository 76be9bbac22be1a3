package dev.sealift.cli.bench.qemu;

import dev.sealift.bench.Contestant;
import dev.sealift.bench.Samples;
import dev.sealift.cli.Failure;
import dev.sealift.cli.process.WorkDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Moves of an idle machine by QEMU, over the loopback interface with TLS (X.509, both sides
 * verified) and two channels of multifd. The destination has its memory before pages come. Each
 * move has two processes of its own.
 */
public final class QemuMoves implements Contestant {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final int PAGE = 4096;
  private static final long BOOT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long MOVE_NANOS = TimeUnit.SECONDS.toNanos(120);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final QemuVersion version;
  private final WorkDirectory directory;
  private final WorkDirectory ramDirectory;
  private final long memoryBytes;
  private final int downtimeMillis;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  private final Samples megabytesPerSecond = new Samples();
  private final Samples totalMillis = new Samples();
  private final Samples downtime = new Samples();
  private final Samples cpuSecondsPerGigabyte = new Samples();

  private QemuMoves(
      QemuVersion version,
      WorkDirectory directory,
      WorkDirectory ramDirectory,
      long memoryBytes,
      int downtimeMillis)
      throws IOException {
    this.version = version;
    this.directory = directory;
    this.ramDirectory = ramDirectory;
    this.memoryBytes = memoryBytes;
    this.downtimeMillis = downtimeMillis;
    try (FileChannel file =
        FileChannel.open(
            ram(),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      memory = file.map(FileChannel.MapMode.READ_WRITE, 0, memoryBytes, arena);
    }
  }

  /**
   * Prepares what all moves need: certificates, a boot disk, and the source's memory in a file.
   *
   * @param memoryBytes memory of the machine
   * @param downtimeMillis how long it may stand still
   * @param fill fills the memory
   * @throws IOException if QEMU is not installed, or too old; the message says what to do
   */
  public static QemuMoves prepare(
      long memoryBytes, int downtimeMillis, Consumer<MemorySegment> fill)
      throws IOException, InterruptedException, GeneralSecurityException {
    QemuVersion version = QemuVersion.installed();
    WorkDirectory directory = WorkDirectory.create("sealift-qemu-");
    WorkDirectory ram =
        Files.isWritable(SHARED_MEMORY)
            ? WorkDirectory.create(SHARED_MEMORY, "sealift-qemu-")
            : WorkDirectory.create("sealift-qemu-ram-");
    QemuMoves moves = new QemuMoves(version, directory, ram, memoryBytes, downtimeMillis);
    boolean done = false;
    try {
      BootDisk.write(directory.path());
      QemuCertificates.write(directory.path());
      fill.accept(moves.memory);
      done = true;
      return moves;
    } finally {
      if (!done) {
        moves.close();
      }
    }
  }

  /** The file that is the source's memory. */
  private Path ram() {
    return ramDirectory.path().resolve("ram");
  }

  /** The QEMU's version, such as 7.2.22. */
  public String version() {
    return version.number();
  }

  /**
   * Megabytes (1e6 bytes) of pages a second, over the time that QEMU calls total, less its setup.
   */
  public Samples megabytesPerSecond() {
    return megabytesPerSecond;
  }

  /** What QEMU calls the total time. */
  public Samples totalMillis() {
    return totalMillis;
  }

  /** What QEMU calls the downtime. */
  public Samples downtimeMillis() {
    return downtime;
  }

  /** Processor time of both processes for 1e9 bytes of pages. */
  public Samples cpuSecondsPerGigabyte() {
    return cpuSecondsPerGigabyte;
  }

  @Override
  public void warmUp() throws IOException, InterruptedException, Failure {
    move();
  }

  @Override
  public void turn() throws IOException, InterruptedException, Failure {
    Result result = move();
    JsonNode answer = result.answer();
    double millis = answer.path("total-time").asDouble() - answer.path("setup-time").asDouble();
    double bytes = answer.path("ram").path("normal").asDouble() * PAGE;
    megabytesPerSecond.add(bytes / 1e3 / millis);
    totalMillis.add(answer.path("total-time").asDouble());
    downtime.add(answer.path("downtime").asDouble());
    cpuSecondsPerGigabyte.add(result.cpuSeconds() * 1e9 / bytes);
  }

  private record Result(JsonNode answer, double cpuSeconds) {}

  private Result move() throws IOException, InterruptedException, Failure {
    BootDisk.forget(memory);
    String file = "memory-backend-file,share=on,mem-path=" + ram();
    try (QemuProcess destination =
            QemuProcess.start(
                "qemu-destination",
                directory.path(),
                "memory-backend-ram,prealloc=on",
                memoryBytes,
                "server",
                "-incoming",
                "defer");
        QemuProcess source =
            QemuProcess.start("qemu-source", directory.path(), file, memoryBytes, "client")) {
      awaitBoot();
      source.prepareToMove(downtimeMillis);
      destination.prepareToMove(downtimeMillis);
      destination.command("migrate-incoming", Map.of("uri", "tcp:127.0.0.1:0"));
      String port =
          destination
              .command("query-migrate", Map.of())
              .path("socket-address")
              .path(0)
              .path("port")
              .asString("");
      double before = cpuSeconds(source, destination);
      source.command("migrate", Map.of("uri", "tcp:127.0.0.1:" + port));
      JsonNode answer = awaitEnd(source);
      return new Result(answer, cpuSeconds(source, destination) - before);
    } catch (IOException e) {
      throw directory.withLogs(new Failure(Failure.sentence(e), e));
    }
  }

  private void awaitBoot() throws IOException {
    long end = System.nanoTime() + BOOT_NANOS;
    while (!BootDisk.isLoaded(memory)) {
      if (System.nanoTime() > end) {
        throw new IOException("QEMU's guest does not boot");
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  private static JsonNode awaitEnd(QemuProcess source) throws IOException, InterruptedException {
    long end = System.nanoTime() + MOVE_NANOS;
    while (true) {
      JsonNode answer = source.command("query-migrate", Map.of());
      switch (answer.path("status").asString("")) {
        case "completed" -> {
          return answer;
        }
        case "failed", "cancelled" ->
            throw new IOException(
                "QEMU's move failed: " + answer.path("error-desc").asString("it does not say why"));
        default -> {
          if (System.nanoTime() > end) {
            throw new IOException("QEMU's move took more than two minutes");
          }
        }
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  private static double cpuSeconds(QemuProcess source, QemuProcess destination) {
    return source.cpu().plus(destination.cpu()).toNanos() / 1e9;
  }

  @Override
  public void close() {
    arena.close();
    try {
      ramDirectory.close();
      directory.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
