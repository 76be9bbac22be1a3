package dev.sealift.cli.fleet;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of hosts, each with an address in a network namespace of its own, joined by a switch.
 * The test's own namespace has an address in it, too. Any two can be split: then each sends into
 * the void what is for the other, and nobody tells them.
 */
final class Network implements AutoCloseable {
  /** No network card has it. */
  private static final String NOBODY = "02:00:00:00:00:01";

  private static final int OUTSIDE = 254;

  private final long number = ProcessHandle.current().pid();
  private final String prefix = "sealift-%d-".formatted(number);
  private final String hub = prefix + "switch";
  private final String device = "sl" + number;
  private final List<String> namespaces = new ArrayList<>();

  private Network() {}

  /** Makes one without hosts; skips the test where that cannot be done. */
  static Network make() throws IOException, InterruptedException {
    var network = new Network();
    boolean done = false;
    try {
      assumeTrue(
          network.tries("netns", "add", network.hub),
          "no network namespaces can be made: that needs root and iproute2");
      network.namespaces.add(network.hub);
      assumeTrue(
          network.tries("-n", network.hub, "link", "add", "bridge", "type", "bridge"),
          "the kernel has no bridges");
      network.ip("-n", network.hub, "link", "set", "bridge", "up");
      network.ip(
          "link", "add", network.device, "type", "veth", "peer", "outside", "netns", network.hub);
      network.ip("-n", network.hub, "link", "set", "outside", "master", "bridge", "up");
      network.ip("address", "add", network.at(OUTSIDE) + "/24", "dev", network.device);
      network.ip("link", "set", network.device, "up");
      done = true;
      return network;
    } finally {
      if (!done) {
        network.close();
      }
    }
  }

  /** Networks that tests have at the same time do not meet (RFC 2544 has these for tests). */
  private String at(int host) {
    return "198.%d.%d.%d".formatted(18 + number / 256 % 2, number % 256, host);
  }

  /** The test's own address. */
  InetAddress outside() {
    return InetAddress.ofLiteral(at(OUTSIDE));
  }

  /** Joins a host, 1 to 253. */
  void join(int host) throws IOException, InterruptedException {
    String name = prefix + host;
    ip("netns", "add", name);
    namespaces.add(name);
    String port = "host" + host;
    ip("-n", hub, "link", "add", port, "type", "veth", "peer", "eth0", "netns", name);
    ip("-n", hub, "link", "set", port, "master", "bridge", "up");
    ip("-n", name, "address", "add", at(host) + "/24", "dev", "eth0");
    ip("-n", name, "link", "set", "eth0", "up");
    ip("-n", name, "link", "set", "lo", "up");
  }

  /** The address of a host. */
  String address(int host) {
    return at(host);
  }

  /** What runs a command at a host. */
  List<String> commandAt(int host) {
    return List.of("ip", "netns", "exec", prefix + host);
  }

  /** Two hosts do not hear each other any more. */
  void split(int one, int other) throws IOException, InterruptedException {
    ip("-n", prefix + one, "neigh", "replace", at(other), "lladdr", NOBODY, "dev", "eth0");
    ip("-n", prefix + other, "neigh", "replace", at(one), "lladdr", NOBODY, "dev", "eth0");
  }

  /** They do again. */
  void heal(int one, int other) throws IOException, InterruptedException {
    ip("-n", prefix + one, "neigh", "delete", at(other), "dev", "eth0");
    ip("-n", prefix + other, "neigh", "delete", at(one), "dev", "eth0");
  }

  /** A host and what is at the test's own address do not hear each other any more. */
  void splitFromOutside(int host) throws IOException, InterruptedException {
    ip("-n", prefix + host, "neigh", "replace", at(OUTSIDE), "lladdr", NOBODY, "dev", "eth0");
    ip("neigh", "replace", at(host), "lladdr", NOBODY, "dev", device);
  }

  /** They do again. */
  void healFromOutside(int host) throws IOException, InterruptedException {
    ip("-n", prefix + host, "neigh", "delete", at(OUTSIDE), "dev", "eth0");
    ip("neigh", "delete", at(host), "dev", device);
  }

  /** A host's cable is pulled: it knows. */
  void unplug(int host) throws IOException, InterruptedException {
    ip("-n", hub, "link", "set", "host" + host, "down");
  }

  /** It is there again. */
  void plug(int host) throws IOException, InterruptedException {
    ip("-n", hub, "link", "set", "host" + host, "up");
  }

  private void ip(String... words) throws IOException, InterruptedException {
    Process process = started(words);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("ip %s: %s".formatted(String.join(" ", words), said));
    }
  }

  private boolean tries(String... words) throws InterruptedException {
    try {
      Process process = started(words);
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  private static Process started(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Takes it away; what still runs in it has no network then. */
  @Override
  public void close() throws IOException, InterruptedException {
    // A link between two namespaces ends with either of them.
    for (String namespace : namespaces.reversed()) {
      ip("netns", "delete", namespace);
    }
    namespaces.clear();
  }
}
