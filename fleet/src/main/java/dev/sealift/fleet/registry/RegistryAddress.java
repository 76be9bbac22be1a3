package dev.sealift.fleet.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a registry is: {@code zk://host[:port][,host[:port]...][/path]}. All servers of the
 * ensemble are named, so that the loss of one is survived by whoever is just starting.
 *
 * @param servers 1 to {@link #MOST_SERVERS}, each {@code host:port}
 * @param root the node under which everything is, with a slash in front and none behind
 */
public record RegistryAddress(List<String> servers, String root) {
  /** More servers than any ensemble has. */
  public static final int MOST_SERVERS = 16;

  /** ZooKeeper's own. */
  public static final int DEFAULT_PORT = 2181;

  /** Where everything is if nothing else is said. */
  public static final String DEFAULT_ROOT = "/sealift";

  private static final int MOST_LETTERS = 1024;
  private static final String SCHEME = "zk://";
  private static final Pattern SERVER =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::(\\d{1,5}))?");
  private static final Pattern ROOT = Pattern.compile("(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+");

  public RegistryAddress {
    servers = List.copyOf(servers);
  }

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong with it
   */
  public static RegistryAddress parse(String text) {
    if (text.length() > MOST_LETTERS) {
      throw bad(text.substring(0, 32) + "...", "is longer than %d letters".formatted(MOST_LETTERS));
    }
    if (!text.startsWith(SCHEME)) {
      throw bad(text, "does not begin with " + SCHEME);
    }
    String rest = text.substring(SCHEME.length());
    int slash = rest.indexOf('/');
    String root = slash < 0 || slash == rest.length() - 1 ? DEFAULT_ROOT : rest.substring(slash);
    if (!ROOT.matcher(root).matches()) {
      throw bad(text, "has a path that is not made of names with slashes between them");
    }
    String[] names = (slash < 0 ? rest : rest.substring(0, slash)).split(",", -1);
    if (names.length > MOST_SERVERS) {
      throw bad(text, "has more than %d servers".formatted(MOST_SERVERS));
    }
    List<String> servers = new ArrayList<>();
    for (String name : names) {
      servers.add(server(text, name));
    }
    return new RegistryAddress(servers, root);
  }

  private static String server(String text, String name) {
    Matcher parts = SERVER.matcher(name);
    if (!parts.matches()) {
      throw bad(text, "has a server that is not host or host:port: '%s'".formatted(name));
    }
    int port = parts.group(2) == null ? DEFAULT_PORT : Integer.parseInt(parts.group(2));
    if (port < 1 || port > 65535) {
      throw bad(text, "has the port %d, which there is none of".formatted(port));
    }
    return parts.group(1) + ":" + port;
  }

  private static IllegalArgumentException bad(String text, String why) {
    return new IllegalArgumentException(
        "The registry '%s' %s: give zk://host:port,host:port/path.".formatted(text, why));
  }

  /** As ZooKeeper's client has it, without the root. */
  String connectString() {
    return String.join(",", servers);
  }

  @Override
  public String toString() {
    return SCHEME + connectString() + root;
  }
}
