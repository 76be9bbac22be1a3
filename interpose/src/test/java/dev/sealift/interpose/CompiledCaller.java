package dev.sealift.interpose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A program in C, compiled against the system's headers, which knows nothing of Sealift. It takes
 * its orders from a socket; see caller.c.
 */
final class CompiledCaller implements SevCaller {
  private static final long MEMORY = 0x2000_0000_0000L;
  private static final long READ_ONLY = MEMORY + (1 << 20);

  private final SocketChannel orders;
  private final BufferedReader answers;

  private CompiledCaller(SocketChannel orders) {
    this.orders = orders;
    this.answers =
        new BufferedReader(Channels.newReader(orders, StandardCharsets.US_ASCII), 1 << 18);
  }

  /** Starts a program. */
  interface Start {
    void start(List<String> command) throws InterposeException;
  }

  /** Compiles the program into a directory, or skips the test where there is no compiler. */
  static Path compile(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve("caller.c");
    Path program = directory.resolve("caller");
    try (InputStream text = CompiledCaller.class.getResourceAsStream("caller.c")) {
      Files.copy(Objects.requireNonNull(text), source);
    }
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(
                  "cc",
                  "-O1",
                  "-Wall",
                  "-Werror",
                  "-o",
                  program.toString(),
                  source.toString(),
                  "-lpthread")
              .redirectErrorStream(true)
              .start();
    } catch (IOException none) {
      assumeTrue(false, "there is no C compiler");
      throw none;
    }
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(compiler.exitValue()).as(said).isZero();
    return program;
  }

  /** Starts the compiled program, which opens a device by this path. */
  static CompiledCaller start(Path program, Path device, Start start) throws Exception {
    Path place = program.resolveSibling("orders");
    Files.deleteIfExists(place);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(place));
      start.start(List.of(program.toString(), place.toString(), device.toString()));
      return new CompiledCaller(server.accept());
    }
  }

  private String ask(String order, Object... values) throws IOException {
    byte[] line = (order.formatted(values) + "\n").getBytes(StandardCharsets.US_ASCII);
    Channels.newOutputStream(orders).write(line);
    String answer = answers.readLine();
    if (answer == null || answer.equals("?")) {
      throw new IOException("the program did not understand: " + order);
    }
    return answer;
  }

  private Outcome outcome(String order, Object... values) throws IOException {
    String[] words = ask(order, values).split(" ");
    return new Outcome(Integer.parseInt(words[0]), Integer.parseUnsignedInt(words[1]));
  }

  @Override
  public long memory() {
    return MEMORY;
  }

  @Override
  public long readOnly() {
    return READ_ONLY;
  }

  @Override
  public void write(int offset, byte[] bytes) throws IOException {
    ask("write %d %s", offset, HexFormat.of().formatHex(bytes));
  }

  @Override
  public byte[] read() throws IOException {
    return HexFormat.of().parseHex(ask("read"));
  }

  @Override
  public int open(boolean writable) throws IOException {
    return outcome("open %d", writable ? 1 : 0).result();
  }

  @Override
  public int createVm() throws IOException {
    return outcome("create-vm").result();
  }

  @Override
  public int closeFile(int fd) throws IOException {
    return outcome("close %d", fd).result();
  }

  @Override
  public Outcome device(int fd, String name, int command, long data) throws IOException {
    return outcome(
        "device %d %s %s %s",
        fd, name, Integer.toUnsignedString(command), Long.toUnsignedString(data));
  }

  @Override
  public Outcome vm(int fd, String name, int command, long data, int sevFd) throws IOException {
    return outcome(
        "vm %d %s %s %s %d",
        fd, name, Integer.toUnsignedString(command), Long.toUnsignedString(data), sevFd);
  }

  @Override
  public int region(int fd, boolean register, long address, long size) throws IOException {
    return outcome(
            "%s %d %s %s",
            register ? "register" : "unregister",
            fd,
            Long.toUnsignedString(address),
            Long.toUnsignedString(size))
        .result();
  }

  @Override
  public int ioctl(int fd, int request, long argument) throws IOException {
    return outcome(
            "ioctl %d %s %s",
            fd, Integer.toUnsignedString(request), Long.toUnsignedString(argument))
        .result();
  }

  /** The program ends with its orders. */
  @Override
  public void close() throws IOException {
    orders.close();
  }
}
