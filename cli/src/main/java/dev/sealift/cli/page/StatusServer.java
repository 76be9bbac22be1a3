package dev.sealift.cli.page;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * Shows a host to browsers and metrics collectors over HTTP. Nothing can be changed through it, and
 * it asks nobody who they are: every user of the machine can read it, so it listens on loopback
 * unless it is told otherwise.
 *
 * <pre>
 *   GET /                     the page
 *   GET /status.json          the host's view as JSON
 *   GET /events               the same as server-sent events, when something changes
 *   GET /metrics              numbers for Prometheus, text format 0.0.4
 *   GET /report/MOVE-ID.html  the report of a move
 * </pre>
 */
public final class StatusServer implements AutoCloseable {
  /** How many may listen to events at a time; a page that is open is one of them. */
  public static final int LISTENERS = 16;

  /** Requests at a time, listeners among them. */
  private static final int REQUESTS = 48;

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String HTML = "text/html; charset=utf-8";

  /** Who may reach the server. */
  public enum Reach {
    /** This machine: any other address is refused. */
    LOOPBACK,
    /** Whoever reaches the address. */
    NETWORK
  }

  private final Supplier<HostView> host;
  private final StatusPage page = new StatusPage();
  private final Updates updates;
  private final Semaphore requests = new Semaphore(REQUESTS);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  private StatusServer(InetSocketAddress address, Supplier<HostView> host) throws IOException {
    this.host = host;
    limitWaiting();
    server = HttpServer.create(address, 16);
    updates = new Updates(host, LISTENERS);
    server.createContext("/", this::answer);
    server.setExecutor(this::execute);
    server.start();
  }

  /**
   * Begins to serve on a loopback address.
   *
   * @param address where; port 0 takes any free one
   * @param view the host as it is now: quick, from any thread
   * @throws IOException if the address is none of this machine's loopback, or cannot be had
   */
  public static StatusServer start(InetSocketAddress address, Supplier<HostView> view)
      throws IOException {
    return start(address, view, Reach.LOOPBACK);
  }

  /**
   * Begins to serve.
   *
   * @param reach {@link Reach#NETWORK} to be reached from other machines: without a password and
   *     without TLS
   * @throws IOException if the address is not within reach, or cannot be had
   */
  public static StatusServer start(InetSocketAddress address, Supplier<HostView> view, Reach reach)
      throws IOException {
    if (address.isUnresolved()) {
      throw new IOException("the address " + address.getHostString() + " is not known here");
    }
    if (reach == Reach.LOOPBACK && !address.getAddress().isLoopbackAddress()) {
      throw new IOException(
          "the status page has no password and listens on loopback only, not on "
              + address.getAddress().getHostAddress()
              + "; to see it from elsewhere use ssh -L");
    }
    return new StatusServer(address, view);
  }

  /** Where it listens, with the port that it got. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** How many listen to events now. */
  int listeners() {
    return updates.listeners();
  }

  /**
   * Has the JDK's server hang up on who does not finish a request, and bounds its connections; it
   * takes both as properties only. Whoever has set them knows better.
   */
  private static void limitWaiting() {
    System.getProperties().putIfAbsent("sun.net.httpserver.maxReqTime", "10");
    System.getProperties().putIfAbsent("jdk.httpserver.maxConnections", "128");
  }

  private void execute(Runnable request) {
    if (!requests.tryAcquire()) {
      throw new RejectedExecutionException("too many requests at a time");
    }
    try {
      threads.execute(() -> {
        try {
          request.run();
        } finally {
          requests.release();
        }
      });
    } catch (RejectedExecutionException e) {
      requests.release();
      throw e;
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Headers headers = exchange.getResponseHeaders();
      headers.set("Cache-Control", "no-store");
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("Referrer-Policy", "no-referrer");
      headers.set("Cross-Origin-Resource-Policy", "same-origin");
      headers.set("Cross-Origin-Opener-Policy", "same-origin");
      headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
      Optional<RequestGuard.Refusal> refusal = RequestGuard.check(exchange);
      if (refusal.isPresent()) {
        if (refusal.get().status() == 405) {
          headers.set("Allow", "GET, HEAD");
        }
        send(exchange, refusal.get().status(), TEXT, refusal.get().sentence() + "\n");
        return;
      }
      try {
        route(exchange, exchange.getRequestURI().getPath());
      } catch (RuntimeException e) {
        if (exchange.getResponseCode() == -1) {
          send(exchange, 500, TEXT, "The host could not say how it is; its log has more.\n");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void route(HttpExchange exchange, String path) throws IOException, InterruptedException {
    switch (path) {
      case "/" -> {
        protect(exchange, page.contentSecurityPolicy());
        send(exchange, 200, HTML, page.document(host.get()));
      }
      case "/status.json" ->
          send(
              exchange,
              200,
              "application/json",
              JsonMapper.shared().writeValueAsString(host.get()) + "\n");
      case "/metrics" ->
          send(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", Metrics.of(host.get()));
      case "/events" -> listen(exchange, Updates.Kind.VIEW);
      case "/events/page" -> listen(exchange, Updates.Kind.PIECES);
      default -> report(exchange, path);
    }
  }

  private void report(HttpExchange exchange, String path) throws IOException {
    if (path.startsWith("/report/") && path.endsWith(".html")) {
      String id = path.substring("/report/".length(), path.length() - ".html".length());
      HostView view = host.get();
      for (MoveView move : view.moves()) {
        if (move.id().equals(id)) {
          protect(exchange, Report.contentSecurityPolicy());
          send(exchange, 200, HTML, MoveReport.document(move, view));
          return;
        }
      }
      send(
          exchange,
          404,
          TEXT,
          "This host knows no move of that id any more; / lists those it knows.\n");
      return;
    }
    send(exchange, 404, TEXT, "Nothing is here; the page is at / and says what else there is.\n");
  }

  private static void protect(HttpExchange exchange, String policy) {
    exchange
        .getResponseHeaders()
        .set("Content-Security-Policy", policy + "; frame-ancestors 'none'");
  }

  private void listen(HttpExchange exchange, Updates.Kind kind)
      throws IOException, InterruptedException {
    Headers headers = exchange.getResponseHeaders();
    if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    if (!updates.join()) {
      headers.set("Retry-After", "5");
      send(
          exchange,
          503,
          TEXT,
          "%d listen already; close a page, or ask for /status.json.\n".formatted(LISTENERS));
      return;
    }
    try {
      headers.set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = exchange.getResponseBody()) {
        updates.listen(kind, out);
      }
    } finally {
      updates.leave();
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String content)
      throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Hangs up on everybody and stops. */
  @Override
  public void close() {
    updates.close();
    // Listeners hear that it is over; whoever is busy with something else has a second.
    server.stop(1);
    threads.shutdownNow();
  }
}
