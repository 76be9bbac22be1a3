package dev.sealift.cli.bench;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.process.HostProcess;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.cli.process.WorkDirectory;
import dev.sealift.crypto.cert.ModelRoot;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/** Two host processes, between which guests are moved one after the other. */
final class HostPair implements Closeable {
  private final WorkDirectory directory;
  private final HostProcess<BenchOrder, BenchEvent> source;
  private final HostProcess<BenchOrder, BenchEvent> destination;
  private int port;

  private HostPair(
      WorkDirectory directory,
      HostProcess<BenchOrder, BenchEvent> source,
      HostProcess<BenchOrder, BenchEvent> destination) {
    this.directory = directory;
    this.source = source;
    this.destination = destination;
  }

  /**
   * Starts both. Their kernels take whole batches of pages.
   *
   * @param root the maker of their chips
   */
  static HostPair start(HostKind kind, ModelRoot root)
      throws Failure, IOException, GeneralSecurityException {
    WorkDirectory directory = WorkDirectory.create("sealift-bench-");
    SecureRandom random = new SecureRandom();
    String password = HexFormat.of().formatHex(random.generateSeed(16));
    HostTrust.save(root, directory.path(), "sealift bench", password, random);
    HostPair pair =
        new HostPair(
            directory,
            start(kind, HostRole.SOURCE, directory),
            start(kind, HostRole.DESTINATION, directory));
    try {
      pair.prepare(password);
      return pair;
    } catch (Failure e) {
      Failure told = directory.withLogs(e);
      pair.close();
      throw told;
    }
  }

  private static HostProcess<BenchOrder, BenchEvent> start(
      HostKind kind, HostRole role, WorkDirectory directory) throws IOException {
    List<String> arguments =
        List.of(
            "bench-host",
            role.word(),
            "--host",
            kind.word(),
            "--directory",
            directory.path().toString());
    return HostProcess.start(
        role.word(), List.of(), arguments, BenchEvent.class, directory.log(role.word()));
  }

  private void prepare(String password) throws Failure {
    source.order(new BenchOrder.Prepare(password));
    destination.order(new BenchOrder.Prepare(password));
    source.await(BenchEvent.Prepared.class);
    port = destination.await(BenchEvent.Prepared.class).port();
  }

  /**
   * A move, and what it took.
   *
   * @param source what it took of the source's process
   * @param destination of the destination's
   * @param engines the packet engines of both, the source's first
   */
  record Result(
      MoveFigures move, ProcessUsage source, ProcessUsage destination, List<String> engines) {}

  /** Launches a guest, moves it, and ends it. */
  Result move(BenchOrder.Launch launch, boolean onePageACall, int downtimeMillis) throws Failure {
    try {
      source.order(launch);
      source.await(BenchEvent.Launched.class);
      destination.order(new BenchOrder.Receive());
      source.order(new BenchOrder.Move(port, onePageACall, downtimeMillis));
      BenchEvent.Moved moved = source.await(BenchEvent.Moved.class);
      BenchEvent.Arrived arrived = destination.await(BenchEvent.Arrived.class);
      return new Result(
          moved.figures(),
          moved.usage(),
          arrived.usage(),
          List.of(moved.engine(), arrived.engine()));
    } catch (Failure e) {
      throw directory.withLogs(e);
    }
  }

  @Override
  public void close() throws IOException {
    source.close();
    destination.close();
    directory.close();
  }
}
