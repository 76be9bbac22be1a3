package dev.sealift.cli;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a host is, as people write it: {@code host-b}, {@code host-b:7400}, {@code 10.0.0.7:7400},
 * {@code [fd00::7]:7400}, {@code *:7400}.
 *
 * @param host a name or an address without brackets; {@code *} for all of this machine's
 * @param port 0 to 65535
 */
public record HostAddress(String host, int port) {
  /** Where hosts listen for guests unless told otherwise: SEAL on a telephone's keys. */
  public static final int USUAL_PORT = 7325;

  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^\\s:\\[\\]]+)|)(?::(\\d{1,5}))?");

  private static final Pattern BARE_IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:.*");

  private static final int MOST_PORT = 0xFFFF;

  /** Reads it; without a port it is the {@link #USUAL_PORT}. */
  public static HostAddress parse(String text) {
    if (BARE_IPV6.matcher(text).matches()) {
      return new HostAddress(text, USUAL_PORT);
    }
    Matcher matcher = FORM.matcher(text);
    int port =
        matcher.matches() && matcher.group(3) != null
            ? Integer.parseInt(matcher.group(3))
            : USUAL_PORT;
    if (text.isEmpty() || !matcher.matches() || port > MOST_PORT) {
      throw new TypeConversionException(
          "'"
              + text
              + "' is no address of a host: write a name or an address, and perhaps a port, for"
              + " example host-b:7325 or [fd00::7]:7325");
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return new HostAddress(host == null ? "localhost" : host, port);
  }

  /** As a socket takes it; its name is looked up. */
  public InetSocketAddress socketAddress() {
    return host.equals("*") ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
