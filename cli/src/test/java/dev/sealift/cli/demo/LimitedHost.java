package dev.sealift.cli.demo;

import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.SealiftCommandLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A host process of the demonstration that has less of something than it would like. */
final class LimitedHost implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 90;

  private final Process process;
  private final Path log;
  private final BlockingQueue<HostEvent> events = new LinkedBlockingQueue<>();
  private final JsonMapper json = JsonMapper.shared();

  private LimitedHost(Process process, Path log) {
    this.process = process;
    this.log = log;
    Thread.ofVirtual().name("limited-host").start(this::listen);
  }

  /**
   * Starts a host of the model kind.
   *
   * @param before what its command line begins with, such as {@code prlimit}
   * @param options of its Java virtual machine
   * @param directory where root, identities and journals are
   * @param log where its standard error goes
   */
  static LimitedHost start(
      HostRole role, List<String> before, List<String> options, Path directory, Path log)
      throws IOException {
    List<String> words = new ArrayList<>(before);
    words.addAll(
        SealiftCommandLine.of(
            options,
            List.of(
                "demo-host",
                role.word(),
                "--host",
                "model",
                "--kernel",
                "MAINLINE",
                "--directory",
                directory.toString())));
    return new LimitedHost(new ProcessBuilder(words).redirectError(log.toFile()).start(), log);
  }

  void order(HostOrder order) throws IOException {
    process.getOutputStream().write(json.writeValueAsBytes(order));
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** The next event that is one of these; null where the process ends without. */
  @SafeVarargs
  final @Nullable HostEvent await(Class<? extends HostEvent>... wanted)
      throws InterruptedException, IOException {
    while (true) {
      HostEvent event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("the host said nothing for long; its log: " + log());
      }
      if (event instanceof HostEvent.Failed(String sentence, String _) && sentence.isEmpty()) {
        return null;
      }
      if (Stream.of(wanted).anyMatch(kind -> kind.isInstance(event))) {
        return event;
      }
    }
  }

  /** From here on it may have so many descriptors more than it has. */
  void allowDescriptors(int more) throws IOException, InterruptedException {
    Set<Integer> held;
    try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
      held =
          descriptors
              .map(path -> Integer.valueOf(path.getFileName().toString()))
              .collect(Collectors.toSet());
    }
    // The limit is on a descriptor's number, and there are gaps below the highest one.
    int limit = 0;
    for (int free = 0; free < more || held.contains(limit); limit++) {
      free += held.contains(limit) ? 0 : 1;
    }
    limit("--nofile=%d:".formatted(limit));
  }

  /** From here on its address space may grow by so many bytes. */
  void allowAddressSpace(long more) throws IOException, InterruptedException {
    String pages = Files.readString(Path.of("/proc", Long.toString(pid()), "statm")).split(" ")[0];
    limit("--as=%d:".formatted(Long.parseLong(pages) * 4096 + more));
  }

  private void limit(String what) throws IOException, InterruptedException {
    Process prlimit =
        new ProcessBuilder("prlimit", "--pid", Long.toString(pid()), what).inheritIO().start();
    if (prlimit.waitFor() != 0) {
      throw new IOException("prlimit " + what + " failed");
    }
  }

  long pid() {
    return process.pid();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        events.add(json.readValue(line, HostEvent.class));
      }
    } catch (IOException ended) {
      // As the end of its words.
    }
    events.add(new HostEvent.Failed("", null));
  }

  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
    } catch (IOException gone) {
      // There is nobody left to tell.
    }
    process.destroyForcibly().onExit().join();
  }
}
