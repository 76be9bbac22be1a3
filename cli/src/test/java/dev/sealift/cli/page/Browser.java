package dev.sealift.cli.page;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A headless Chromium with one tab, spoken to in its own protocol over a pipe (messages of JSON
 * with a zero byte behind each). It remembers all that the page asked for and all that the console
 * was told.
 */
final class Browser implements AutoCloseable {
  private static final long SECONDS = 30;

  private final Path profile;
  private final Process process;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final String session;
  private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

  /** Where Chromium is, if it is. */
  static Optional<Path> program() {
    return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts it, with a folder of its own for what it keeps. */
  Browser(Path program) throws Exception {
    profile = Files.createTempDirectory("sealift-browser");
    ProcessBuilder builder =
        new ProcessBuilder(
            "bash",
            "-c",
            // It reads from 3 and writes to 4.
            "exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null",
            "browser",
            program.toString(),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-extensions",
            "--no-first-run",
            "--hide-scrollbars",
            "--user-data-dir=" + profile,
            "--remote-debugging-pipe");
    builder.environment().put("HOME", profile.toString());
    process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    Thread.ofVirtual().start(this::read);
    String target =
        ask(null, "Target.createTarget", Map.of("url", "about:blank")).get("targetId").asString();
    session =
        ask(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .get("sessionId")
            .asString();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      tell(domain + ".enable", Map.of());
    }
  }

  /** Opens a page and waits until it is loaded. */
  void open(String url, int width, int height, boolean dark) throws Exception {
    tell(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    tell(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    loaded = new CompletableFuture<>();
    tell("Page.navigate", Map.of("url", url));
    loaded.get(SECONDS, TimeUnit.SECONDS);
  }

  /** Whether pages may run programs from now on. */
  void scripts(boolean allowed) throws Exception {
    tell("Emulation.setScriptExecutionDisabled", Map.of("value", !allowed));
  }

  /** What an expression in the page is worth. */
  JsonNode evaluate(String expression) throws Exception {
    JsonNode answer =
        tell(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(answer.get("exceptionDetails").toString());
    }
    JsonNode result = answer.get("result");
    return result.has("value") ? result.get("value") : result;
  }

  /** Waits until an expression in the page is true. */
  void await(String expression) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!evaluate("!!(" + expression + ")").asBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never true: " + expression + "\n" + complaints);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Presses a key and lets it go. */
  void press(String key, int code) throws Exception {
    hold(key, code);
    release(key, code);
  }

  void hold(String key, int code) throws Exception {
    key("rawKeyDown", key, code);
  }

  void release(String key, int code) throws Exception {
    key("keyUp", key, code);
  }

  private void key(String type, String key, int code) throws Exception {
    tell(
        "Input.dispatchKeyEvent",
        Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
  }

  /** A picture of all of the page, as PNG. */
  byte[] picture() throws Exception {
    JsonNode answer =
        tell("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    return Base64.getDecoder().decode(answer.get("data").asString());
  }

  /** All addresses that were asked for. */
  List<String> requests() {
    return requests;
  }

  /** Errors and warnings, those about the Content-Security-Policy among them. */
  List<String> complaints() {
    return complaints;
  }

  private JsonNode tell(String method, Map<String, Object> parameters) throws Exception {
    return ask(session, method, parameters);
  }

  private JsonNode ask(String to, String method, Map<String, Object> parameters) throws Exception {
    int id = ids.incrementAndGet();
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", parameters);
    if (to != null) {
      message.put("sessionId", to);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    byte[] bytes =
        (JsonMapper.shared().writeValueAsString(message) + "\0").getBytes(StandardCharsets.UTF_8);
    synchronized (this) {
      process.getOutputStream().write(bytes);
      process.getOutputStream().flush();
    }
    JsonNode whole = answer.get(SECONDS, TimeUnit.SECONDS);
    if (whole.has("error")) {
      throw new AssertionError(method + ": " + whole.get("error"));
    }
    return whole.get("result");
  }

  private void read() {
    try (InputStream in = new BufferedInputStream(process.getInputStream(), 1 << 16)) {
      ByteArrayOutputStream message = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b != 0) {
          message.write(b);
          continue;
        }
        hear(JsonMapper.shared().readTree(message.toByteArray()));
        message.reset();
      }
    } catch (IOException e) {
      // It has ended, and so has whoever waits for an answer.
    }
    IOException ended = new IOException("the browser has ended");
    new ArrayList<>(answers.values()).forEach(answer -> answer.completeExceptionally(ended));
  }

  private void hear(JsonNode message) {
    if (message.has("id")) {
      answers.remove(message.get("id").asInt()).complete(message);
      return;
    }
    JsonNode parameters = message.get("params");
    switch (message.get("method").asString()) {
      case "Page.loadEventFired" -> loaded.complete(null);
      case "Network.requestWillBeSent" ->
          requests.add(parameters.get("request").get("url").asString());
      case "Runtime.exceptionThrown" -> complaints.add(parameters.toString());
      case "Runtime.consoleAPICalled" -> complaints.add(parameters.get("args").toString());
      case "Log.entryAdded" -> complaints.add(parameters.get("entry").toString());
      default -> {}
    }
  }

  @Override
  public void close() throws Exception {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    try {
      ask(null, "Browser.close", Map.of());
    } finally {
      for (ProcessHandle each : all) {
        try {
          each.onExit().get(5, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          each.destroyForcibly();
          each.onExit().get(5, TimeUnit.SECONDS);
        }
      }
      forget();
    }
  }

  private void forget() throws IOException {
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
