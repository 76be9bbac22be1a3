package dev.sealift.fleet.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Three real ZooKeeper servers, each a process, on this machine. */
public final class ZooKeeperEnsemble implements AutoCloseable {
  public static final int SERVERS = 3;

  private static final Duration SOON = Duration.ofSeconds(30);

  private final Path directory;
  private final InetAddress address;
  private final List<Server> servers = new ArrayList<>();

  private static final class Server {
    private final int number;
    private final int clientPort;
    private final int quorumPort;
    private final int electionPort;
    private Process process;

    Server(int number, int clientPort, int quorumPort, int electionPort) {
      this.number = number;
      this.clientPort = clientPort;
      this.quorumPort = quorumPort;
      this.electionPort = electionPort;
    }
  }

  private ZooKeeperEnsemble(Path directory, InetAddress address) throws IOException {
    this.directory = directory;
    this.address = address;
    int[] ports = freePorts(address, 3 * SERVERS);
    for (int i = 0; i < SERVERS; i++) {
      servers.add(new Server(i + 1, ports[3 * i], ports[3 * i + 1], ports[3 * i + 2]));
    }
  }

  /** Starts them for this machine alone, and waits until all answer. */
  public static ZooKeeperEnsemble start() throws IOException {
    return start(InetAddress.ofLiteral("127.0.0.1"));
  }

  /** Starts them at an address of this machine, and waits until all answer. */
  public static ZooKeeperEnsemble start(InetAddress address) throws IOException {
    var ensemble = new ZooKeeperEnsemble(Files.createTempDirectory("sealift-zookeeper"), address);
    try {
      for (int server = 0; server < SERVERS; server++) {
        ensemble.configure(ensemble.servers.get(server));
        ensemble.launch(server);
      }
      for (int server = 0; server < SERVERS; server++) {
        ensemble.awaitServing(server);
      }
      return ensemble;
    } catch (IOException | RuntimeException e) {
      ensemble.close();
      throw e;
    }
  }

  /** All at once, so that no two are the same. */
  private static int[] freePorts(InetAddress address, int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, address));
      }
      return sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  private void configure(Server server) throws IOException {
    Path home = Files.createDirectories(directory.resolve("server-" + server.number));
    Files.writeString(home.resolve("myid"), Integer.toString(server.number));
    String peers =
        servers.stream()
            .map(peer ->
                "server.%d=%s:%d:%d"
                    .formatted(
                        peer.number, address.getHostAddress(), peer.quorumPort, peer.electionPort))
            .collect(Collectors.joining("\n"));
    Files.writeString(
        home.resolve("zoo.cfg"),
        """
        tickTime=250
        initLimit=40
        syncLimit=20
        maxSessionTimeout=60000
        dataDir=%s
        clientPort=%d
        clientPortAddress=%s
        admin.enableServer=false
        4lw.commands.whitelist=srvr
        forceSync=no
        %s
        """
            .formatted(home, server.clientPort, address.getHostAddress(), peers));
  }

  /** Starts a server that is not running. */
  public void launch(int server) throws IOException {
    Server its = servers.get(server);
    Path home = directory.resolve("server-" + its.number);
    its.process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Dzookeeper.jmx.log4j.disable=true",
                "-cp",
                System.getProperty("java.class.path"),
                "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                home.resolve("zoo.cfg").toString())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile())
            .start();
  }

  /** kill -9 of one server's process. */
  public void kill(int server) throws InterruptedException {
    Process process = servers.get(server).process;
    process.destroyForcibly();
    process.waitFor();
  }

  /** Waits until a server that was launched has the ensemble behind it. */
  public void awaitServing(int server) throws IOException {
    long end = System.nanoTime() + SOON.toNanos();
    while (!mode(server).matches("leader|follower")) {
      if (System.nanoTime() > end || !servers.get(server).process.isAlive()) {
        Path log = directory.resolve("server-" + servers.get(server).number).resolve("log");
        throw new IOException("ZooKeeper does not serve: " + Files.readString(log));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
  }

  /** The server that leads at the moment. */
  public int leader() throws IOException {
    for (int server = 0; server < SERVERS; server++) {
      if (mode(server).equals("leader")) {
        return server;
      }
    }
    throw new IOException("nobody leads");
  }

  private String mode(int server) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, servers.get(server).clientPort), 1_000);
      socket.setSoTimeout(1_000);
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      try (InputStream in = socket.getInputStream()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("Mode: "))
            .map(line -> line.substring("Mode: ".length()))
            .findFirst()
            .orElse("");
      }
    } catch (IOException notYet) {
      return "";
    }
  }

  /** Where it is: {@code zk://...} with a root. */
  public String address(String root) {
    return serving(IntStream.range(0, SERVERS), root);
  }

  /** Where those servers are that do not lead at the moment. */
  public String followers(String root) {
    return serving(
        IntStream.range(0, SERVERS).filter(server -> mode(server).equals("follower")), root);
  }

  private String serving(IntStream which, String root) {
    return which
        .mapToObj(server -> address.getHostAddress() + ":" + servers.get(server).clientPort)
        .collect(Collectors.joining(",", "zk://", "/" + root));
  }

  /** One server's address alone. */
  public String address(int server, String root) {
    return "zk://%s:%d/%s"
        .formatted(address.getHostAddress(), servers.get(server).clientPort, root);
  }

  @Override
  public void close() throws IOException {
    for (Server server : servers) {
      if (server.process != null) {
        server.process.destroyForcibly();
      }
    }
    for (Server server : servers) {
      if (server.process != null) {
        server.process.onExit().join();
      }
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
