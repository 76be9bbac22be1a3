package dev.sealift.cli.qemu;

import dev.sealift.cli.BoundedLines;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The monitor of a QEMU: commands and answers, one JSON object a line, over a Unix socket.
 *
 * <p>Source: QEMU Machine Protocol Specification. Belongs to one thread.
 */
public final class QemuMonitor implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Bytes of the longest answer: QEMU's own schema has a quarter of it. */
  private static final int LONGEST_LINE = 1 << 20;

  /** Answers and events that wait to be read; the monitor waits with what is more. */
  private static final int MOST_LINES = 256;

  private final SocketChannel channel;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(MOST_LINES);
  private final JsonMapper json = JsonMapper.shared();

  private QemuMonitor(SocketChannel channel) {
    this.channel = channel;
    Thread.ofPlatform().daemon().name("qemu-monitor").start(this::listen);
  }

  /**
   * Waits until the socket is there, and greets.
   *
   * @param lives whether the QEMU that is to open it still runs
   */
  public static QemuMonitor connect(Path socket, BooleanSupplier lives)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
      } catch (IOException notYet) {
        channel.close();
        if (System.nanoTime() > end || !lives.getAsBoolean()) {
          throw new IOException("QEMU opens no monitor", notYet);
        }
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        continue;
      }
      QemuMonitor monitor = new QemuMonitor(channel);
      try {
        monitor.next();
        monitor.command("qmp_capabilities", Map.of());
        return monitor;
      } catch (IOException e) {
        monitor.close();
        throw e;
      }
    }
  }

  /**
   * Gives a command, and waits for what it returns.
   *
   * @throws IOException if it fails, or QEMU does not answer
   */
  public JsonNode command(String name, Map<String, ?> arguments)
      throws IOException, InterruptedException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("execute", name);
    request.put("arguments", arguments);
    byte[] line = (json.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.wrap(line);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    while (true) {
      JsonNode answer = next();
      if (answer.has("return")) {
        return answer.get("return");
      }
      if (answer.has("error")) {
        throw new IOException(
            "QEMU refuses " + name + ": " + answer.get("error").path("desc").asString(""));
      }
    }
  }

  private JsonNode next() throws IOException, InterruptedException {
    String line = lines.poll(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    if (line == null || line.isEmpty()) {
      throw new IOException("QEMU's monitor says nothing");
    }
    try {
      return json.readTree(line);
    } catch (JacksonException e) {
      throw new IOException("QEMU's monitor says what is no JSON", e);
    }
  }

  /** Ends with an empty line, which QEMU never says. */
  private void listen() {
    try (BoundedLines said = new BoundedLines(Channels.newInputStream(channel), LONGEST_LINE)) {
      for (String line = said.next(); line != null; line = said.next()) {
        lines.put(line);
      }
    } catch (IOException e) {
      // The same as the end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Where there is no room, whoever waits next waits in vain, and says the same.
    boolean _ = lines.offer("");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
