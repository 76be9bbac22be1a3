package dev.sealift.cli.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.cli.view.HostView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is answered over HTTP, to whom, and what is not. */
@Timeout(60)
class StatusServerTest {
  private final AtomicReference<HostView> host = new AtomicReference<>(Examples.busy());
  private final AtomicInteger asked = new AtomicInteger();
  private final HttpClient client = HttpClient.newHttpClient();
  private StatusServer server;

  @BeforeEach
  void start() throws IOException {
    server = StatusServer.start(loopback(), this::view);
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    server.close();
  }

  @Test
  void everyFormOfTheHostHasItsPath() throws Exception {
    assertThat(get("/").body()).contains("<h1>host-a</h1>", "emulated: true");
    assertThat(type(get("/"))).isEqualTo("text/html; charset=utf-8");

    HttpResponse<String> json = get("/status.json");
    assertThat(type(json)).isEqualTo("application/json");
    assertThat(JsonMapper.shared().readValue(json.body(), HostView.class)).isEqualTo(host.get());
    assertThat(json.body().strip()).doesNotContain("\n");

    HttpResponse<String> metrics = get("/metrics");
    assertThat(type(metrics)).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(metrics.body()).isEqualTo(Metrics.of(host.get()));

    assertThat(get("/report/" + Examples.MOVE + ".html").body())
        .isEqualTo(MoveReport.document(host.get().moves().getFirst(), host.get()));
  }

  @Test
  void everyLinkOfThePageLeadsSomewhere() throws Exception {
    List<String> links = new ArrayList<>();
    Pattern.compile("href=\"([^#\":]+)\"")
        .matcher(get("/").body())
        .results()
        .forEach(link -> links.add(link.group(1)));

    assertThat(links).hasSize(host.get().moves().size() + 2);
    for (String link : links) {
      assertThat(get("/" + link).statusCode()).as(link).isEqualTo(200);
    }
  }

  @Test
  void whatIsNotThereIsSaidInASentence() throws Exception {
    for (String path :
        List.of(
            "/favicon.ico", "/status", "/report/none.html", "/report/", "/events/x", "/../etc")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(404);
      assertThat(answer.body()).endsWith(".\n").doesNotContain("<");
    }
  }

  @Test
  void nothingCanBeChanged() throws Exception {
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "PATCH")) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(uri("/"))
                  .method(method, HttpRequest.BodyPublishers.noBody())
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(405);
      assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
    }
    HttpResponse<String> head =
        client.send(
            HttpRequest.newBuilder(uri("/metrics")).HEAD().build(), BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("Content-Length"))
        .hasValue(Metrics.of(host.get()).length());
  }

  @Test
  void aPageOfAnotherNameCannotReadIt() throws Exception {
    for (String good :
        List.of("localhost", "127.0.0.1:9100", "LOCALHOST:80", "[::1]:8080", "192.0.2.10:80")) {
      assertThat(raw("GET / HTTP/1.1\r\nHost: " + good + "\r\n"))
          .as(good)
          .startsWith("HTTP/1.1 200");
    }
    for (String bad :
        List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "a b")) {
      assertThat(raw("GET / HTTP/1.1\r\nHost: " + bad + "\r\n"))
          .as(bad)
          .startsWith("HTTP/1.1 4")
          .doesNotContain("host-a");
    }
    assertThat(raw("GET / HTTP/1.1\r\n")).startsWith("HTTP/1.1 400");
    assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(raw("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n"))
        .startsWith("HTTP/1.1 421");
  }

  @Test
  void aBrowserIsToldToBelieveAndKeepNothing() throws Exception {
    for (String path :
        List.of("/", "/report/" + Examples.MOVE + ".html", "/status.json", "/none")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy"))
          .contains("same-origin");
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
      String policy = answer.headers().firstValue("Content-Security-Policy").orElseThrow();
      assertThat(policy)
          .startsWith("default-src 'none'")
          .endsWith("frame-ancestors 'none'")
          .doesNotContain("unsafe", "http", "*");
    }
  }

  @Test
  void eventsComeWhenSomethingChangesAndNotOtherwise() throws Exception {
    try (Events events = new Events("/events")) {
      HostView first = JsonMapper.shared().readValue(events.next(), HostView.class);
      assertThat(first.moves()).isEqualTo(host.get().moves());

      // Time alone is no change: the host is asked several times before something happens.
      int before = asked.get();
      host.set(at(Examples.busy(), Examples.BEGAN.plusSeconds(100)));
      while (asked.get() < before + 3) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      host.set(Examples.afterwards());
      HostView second = JsonMapper.shared().readValue(events.next(), HostView.class);
      assertThat(second.moves().getFirst().status()).isEqualTo("completed");
    }
  }

  @Test
  void anOpenPageIsSentThePiecesThatHaveChanged() throws Exception {
    try (Events events = new Events("/events/page")) {
      JsonNode all = JsonMapper.shared().readTree(events.next());
      assertThat(all.get("pieces").size()).isEqualTo(StatusPage.pieces(host.get()).size());

      host.set(Examples.afterwards());
      JsonNode change = JsonMapper.shared().readTree(events.next());
      assertThat(change.get("pieces").propertyNames())
          .containsExactly(StatusPage.MOVE + Examples.MOVE);
      assertThat(change.get("moves").get(0).asString()).isEqualTo("move-" + Examples.MOVE);

      host.set(Examples.idle());
      JsonNode gone = JsonMapper.shared().readTree(events.next());
      assertThat(gone.get("moves").size()).isZero();
    }
  }

  @Test
  void listenersAreLimitedAndNobodyIsAskedForNone() throws Exception {
    List<Events> listeners = new ArrayList<>();
    try {
      for (int i = 0; i < StatusServer.LISTENERS; i++) {
        listeners.add(new Events("/events"));
        listeners.getLast().next();
      }
      HttpResponse<String> refused = get("/events");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).contains("5");
      assertThat(refused.body()).contains("16 listen already");
      // Who does not listen is still answered.
      assertThat(get("/status.json").statusCode()).isEqualTo(200);
    } finally {
      for (Events listener : listeners) {
        listener.close();
      }
    }
    // Nobody has noticed yet that they are gone, and still there is room.
    try (Events events = new Events("/events")) {
      assertThat(events.next()).isNotEmpty();
    }
    awaitNoListener();
    int before = asked.get();
    TimeUnit.NANOSECONDS.sleep(2 * Updates.PERIOD.toNanos());
    assertThat(asked.get()).isEqualTo(before);
  }

  @Test
  void aHostThatCannotSayHowItIsIsNoStackTrace() throws Exception {
    try (StatusServer broken =
        StatusServer.start(
            loopback(),
            () -> {
              throw new IllegalStateException("secret detail");
            })) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://localhost:" + broken.address().getPort()))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.body()).isEqualTo("The host could not say how it is; its log has more.\n");
    }
  }

  @Test
  void itListensOnLoopbackUnlessItIsToldOtherwise() throws Exception {
    InetSocketAddress everywhere = new InetSocketAddress("0.0.0.0", 0);

    assertThatThrownBy(() -> StatusServer.start(everywhere, this::view))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("listens on loopback only, not on 0.0.0.0");
    try (StatusServer open =
        StatusServer.start(everywhere, this::view, StatusServer.Reach.NETWORK)) {
      assertThat(open.address().getPort()).isPositive();
    }
  }

  @Test
  @Tag("long")
  void whoNeverEndsHisRequestIsHungUpOn() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: local".getBytes(StandardCharsets.UTF_8));
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
  }

  @Test
  void closingHangsUpOnListeners() throws Exception {
    try (Events events = new Events("/events")) {
      events.next();
      server.close();
      assertThat(events.ends()).isTrue();
    }
  }

  private HostView view() {
    asked.incrementAndGet();
    return host.get();
  }

  /** Changes the host until the server has tried to tell each listener who is gone. */
  private void awaitNoListener() throws Exception {
    while (server.listeners() > 0) {
      host.set(host.get().guests().isEmpty() ? Examples.busy() : Examples.idle());
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static HostView at(HostView view, Instant now) {
    return new HostView(
        view.name(),
        view.version(),
        view.kind(),
        view.kernel(),
        view.emulated(),
        now,
        view.started(),
        view.address(),
        view.platform(),
        view.guests(),
        view.moves(),
        view.fleet());
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private URI uri(String path) {
    return URI.create("http://localhost:" + server.address().getPort() + path);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private static String type(HttpResponse<String> answer) {
    return answer.headers().firstValue("Content-Type").orElseThrow();
  }

  /** The answer to a request as it is, which an HTTP client would not send. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket
          .getOutputStream()
          .write((request + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A listener. */
  private final class Events implements AutoCloseable {
    private final InputStream in;
    private final BufferedReader lines;

    Events(String path) throws Exception {
      HttpResponse<InputStream> answer =
          client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofInputStream());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
      in = answer.body();
      lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** The next event's data. */
    String next() throws IOException {
      while (true) {
        String line = lines.readLine();
        if (line == null) {
          throw new IOException("the events have ended");
        }
        if (line.startsWith("data: ")) {
          return line.substring("data: ".length());
        }
      }
    }

    boolean ends() {
      try {
        while (lines.readLine() != null) {
          continue;
        }
        return true;
      } catch (IOException e) {
        return true;
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
