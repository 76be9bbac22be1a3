package dev.sealift.cli.page;

import com.sun.net.httpserver.HttpExchange;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which requests are answered at all. A page from anywhere can have its name point at this machine
 * and then read what its "own" server answers (DNS rebinding); such a request names that server in
 * its Host header. So a request is answered only where it names an address or localhost, neither of
 * which can be made to point elsewhere. The port is not looked at: behind a tunnel it is another.
 */
final class RequestGuard {
  private static final Pattern HERE =
      Pattern.compile(
          "(?i)(?:localhost|[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]{2,45}])(?::[0-9]{1,5})?");

  private RequestGuard() {}

  /**
   * Why a request is not answered.
   *
   * @param status of HTTP
   * @param sentence what is wrong and what to do
   */
  record Refusal(int status, String sentence) {}

  /** What is wrong with a request; empty where nothing is. */
  static Optional<Refusal> check(HttpExchange exchange) {
    List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
    if (hosts.size() != 1) {
      return Optional.of(new Refusal(400, "A request has one Host header."));
    }
    URI target = exchange.getRequestURI();
    String authority = target.getRawAuthority();
    if (!HERE.matcher(hosts.getFirst()).matches()
        || (authority != null && !HERE.matcher(authority).matches())) {
      return Optional.of(
          new Refusal(
              421,
              "This host answers to its address and to localhost only, not to a name; open"
                  + " http://localhost with its port."));
    }
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Optional.of(
          new Refusal(405, "Only GET and HEAD are answered: nothing is changed here."));
    }
    return Optional.empty();
  }
}
