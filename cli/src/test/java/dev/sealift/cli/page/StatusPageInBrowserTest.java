package dev.sealift.cli.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.fleet.FleetGlances;
import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.HostView;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The page and a report as a browser has them: light and dark, narrow and wide. */
@Timeout(120)
class StatusPageInBrowserTest {
  private static final String TABLE =
      "document.getElementById('rounds-%s')".formatted(Examples.MOVE);
  private static final int NARROW = 360;
  private static final int WIDE = 1600;

  /** Finds what is hard to read or does not fit, in words; empty where all is well. */
  private static final String INSPECTION =
      """
      (() => {
        const bad = [];
        const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b]
          .map((c) => c / 255).map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
        const contrast = (a, b) => {
          const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
          return (x + .05) / (y + .05);
        };
        const behind = (element) => {
          for (let each = element; each; each = each.parentElement) {
            const back = numbers(getComputedStyle(each).backgroundColor);
            if (back.length === 3 || back[3] === 1) return back;
          }
          return [255, 255, 255];
        };
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        let seen = 0;
        while (texts.nextNode()) {
          const element = texts.currentNode.parentElement;
          if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
          if (["TITLE", "title", "SCRIPT", "PROGRESS"].includes(element.tagName)) continue;
          const style = getComputedStyle(element);
          const color = numbers(element instanceof SVGElement ? style.fill : style.color);
          const ratio = contrast(color, behind(element));
          seen++;
          if (ratio < 4.5) bad.push(`contrast ${ratio.toFixed(2)}: ${texts.currentNode.data}`);
        }
        for (const shape of document.querySelectorAll("svg rect, svg line, svg circle")) {
          if (shape.matches(".back, .grid, .predicted") || !shape.checkVisibility()) continue;
          const style = getComputedStyle(shape);
          const color = numbers(shape.tagName === "line" ? style.stroke : style.fill);
          const ratio = contrast(color, behind(shape.closest("svg").parentElement));
          if (ratio < 3) bad.push(`contrast ${ratio.toFixed(2)}: ${shape.getAttribute("class")}`);
        }
        if (seen < 40) bad.push(`only ${seen} texts`);
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth > width) bad.push("scrolls sideways");
        for (const each of document.querySelectorAll("body *")) {
          if (each.closest(".scroll, .unseen, svg") || !each.checkVisibility()) continue;
          const box = each.getBoundingClientRect();
          if (box.right > width + 1 || box.left < -1) bad.push(`does not fit: ${each.outerHTML.slice(0, 80)}`);
        }
        for (const svg of document.querySelectorAll("svg:not([aria-hidden])")) {
          if (svg.getAttribute("role") !== "img" || !svg.getAttribute("aria-label")) bad.push("drawing without a name");
        }
        for (const table of document.querySelectorAll("table")) {
          if (!table.caption) bad.push("table without a caption");
        }
        const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
        if (new Set(ids).size !== ids.length) bad.push("an id twice");
        return bad;
      })()\
      """;

  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> program = Browser.program();
    assumeTrue(program.isPresent(), "Chromium is not installed");
    browser = new Browser(program.get());
  }

  @AfterAll
  static void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void blank() throws Exception {
    browser.open("about:blank", WIDE, 600, false);
    browser.complaints().clear();
    browser.requests().clear();
  }

  @Test
  void thePageIsReadableInLightAndDarkNarrowAndWide() throws Exception {
    try (StatusServer server = serve(new AtomicReference<>(inAFleet()))) {
      String url = url(server);
      for (boolean dark : new boolean[] {false, true}) {
        for (int width : new int[] {NARROW, WIDE}) {
          open(url, width, dark);
          browser.await("document.getElementById('connection').dataset.state === 'live'");
          unfold();
          inspect(width + (dark ? " dark" : " light"));
        }
      }
      quiet(url);
      assertThat(browser.requests())
          .allMatch(request -> request.startsWith(url) || request.startsWith("data:"));
    }
  }

  @Test
  void thePageFollowsTheHostAndLeavesTheReaderWhereHeIs() throws Exception {
    AtomicReference<HostView> host = new AtomicReference<>(Examples.busy());
    StatusServer server = serve(host);
    try {
      open(url(server), WIDE, false);
      browser.await("document.getElementById('connection').dataset.state === 'live'");
      // By keyboard: the skip link is first, and a table is unfolded.
      browser.press("Tab", 9);
      assertThat(browser.evaluate("document.activeElement.className").asString()).isEqualTo("skip");
      browser.evaluate(TABLE + ".querySelector('summary').focus()");
      browser.press(" ", 32);
      browser.await(TABLE + ".open");

      host.set(Examples.afterwards());
      browser.await("document.querySelector('#moves .badge').textContent === 'completed'");
      assertThat(browser.evaluate(TABLE + ".open").asBoolean()).isTrue();
      assertThat(browser.evaluate("document.getElementById('spoken').textContent").asString())
          .isEqualTo("ledger to 192.0.2.12:7007: completed");
      assertThat(browser.evaluate("document.querySelectorAll('figure.downtime').length").asInt())
          .isEqualTo(1);

      host.set(Examples.host(List.of(), List.of(Examples.stubborn(), Examples.finished())));
      browser.await("document.querySelectorAll('#moves > div').length === 2");
      assertThat(browser.evaluate("document.querySelector('#moves h3').textContent").asString())
          .isEqualTo("mail to host-c");
      quiet(url(server));
    } finally {
      server.close();
    }
    browser.await("document.getElementById('connection').textContent.startsWith('Not connected')");
  }

  @Test
  void aKeyThatIsDownWhileThePageChangesCountsWhenItIsLetGo() throws Exception {
    AtomicReference<HostView> host = new AtomicReference<>(hostInRound(1));
    try (StatusServer server = serve(host)) {
      open(url(server), WIDE, false);
      browser.await("document.getElementById('connection').dataset.state === 'live'");
      browser.evaluate(TABLE + ".querySelector('summary').focus()");

      browser.hold(" ", 32);
      seeRoundAfter(1, host);
      browser.release(" ", 32);

      browser.await(TABLE + ".open");
      seeRoundAfter(2, host);
      assertThat(browser.evaluate(TABLE + ".open").asBoolean()).as("stays unfolded").isTrue();
      assertThat(browser.evaluate("document.activeElement.tagName").asString())
          .isEqualTo("SUMMARY");
    }
  }

  private static void seeRoundAfter(int rounds, AtomicReference<HostView> host) throws Exception {
    String rows = TABLE + ".querySelectorAll('tbody tr').length";
    int before = browser.evaluate(rows).asInt();
    host.set(hostInRound(rounds + 1));
    browser.await(rows + " > " + before);
  }

  private static HostView hostInRound(int rounds) {
    return Examples.host(Examples.guests(), List.of(Examples.underWay(rounds, 0.45)));
  }

  @Test
  @Tag("long")
  void everyStateOfAHostIsReadable() throws Exception {
    AtomicReference<HostView> host = new AtomicReference<>(Examples.idle());
    try (StatusServer server = serve(host)) {
      List<HostView> hosts =
          List.of(
              Examples.busy(),
              inAFleet(),
              Examples.idle().within(FleetExamples.glance().seen("lost", Examples.BEGAN)),
              Examples.idle().within(FleetGlances.of(FleetExamples.huge())),
              Examples.idle().within(FleetGlance.unread("zk://zk1", "connecting")),
              Examples.afterwards(),
              Examples.host(Examples.guests(), List.of(Examples.refused())),
              Examples.host(Examples.guests(), List.of(Examples.stubborn())),
              Examples.host(List.of(), List.of(Examples.underWay(1, 0.02))));
      for (HostView view : hosts) {
        host.set(view);
        for (boolean dark : new boolean[] {false, true}) {
          for (int width : new int[] {NARROW, 700, 1000, WIDE}) {
            open(url(server), width, dark);
            browser.await("document.getElementById('connection').dataset.state === 'live'");
            unfold();
            inspect(width + (dark ? " dark" : " light"));
          }
        }
      }
      quiet(url(server));
    }
  }

  @Test
  @Tag("long")
  void aReportIsReadableWithoutAnyProgramAndAsksForNothing(@TempDir Path folder) throws Exception {
    Path good = folder.resolve("good.html");
    Path bad = folder.resolve("bad.html");
    MoveReport.write(good, Examples.finished(), Examples.afterwards());
    MoveReport.write(bad, Examples.refused(), null);
    Path job = folder.resolve("job.html");
    FleetReport.write(job, FleetExamples.story());
    for (Path report : List.of(good, bad, job)) {
      for (boolean dark : new boolean[] {false, true}) {
        for (int width : new int[] {NARROW, WIDE}) {
          browser.requests().clear();
          open(report.toUri().toString(), width, dark);
          inspect(report.getFileName() + " " + width + (dark ? " dark" : " light"));
          assertThat(browser.requests())
              .allMatch(request -> request.startsWith("file:") || request.startsWith("data:"));
        }
      }
    }
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  @Tag("long")
  void thePageSaysAllWithoutItsProgram() throws Exception {
    browser.scripts(false);
    try (StatusServer server = serve(new AtomicReference<>(Examples.busy()))) {
      open(url(server), WIDE, false);
      browser.scripts(true);
      String text = browser.evaluate("document.body.innerText").asString();
      assertThat(text)
          .contains("As of 2026-03-14 09:27:00 UTC", "2,205 of 4,010 pages left", "signs PEK");
    } finally {
      browser.scripts(true);
    }
  }

  /** Pictures for people to look at, and for the documentation: target/pictures. */
  @Test
  @Tag("long")
  void picturesAreTaken() throws Exception {
    Path folder = Files.createDirectories(Path.of("target", "pictures"));
    AtomicReference<HostView> host = new AtomicReference<>(Examples.busy());
    try (StatusServer server = serve(host)) {
      for (boolean dark : new boolean[] {false, true}) {
        String tone = dark ? "-dark.png" : "-light.png";
        for (int width : new int[] {NARROW, WIDE}) {
          String size = width == NARROW ? "-narrow" : "-wide";
          host.set(Examples.busy());
          open(url(server), width, dark);
          browser.await("document.getElementById('connection').dataset.state === 'live'");
          Files.write(folder.resolve("page" + size + tone), browser.picture());
          host.set(Examples.afterwards());
          browser.await("document.querySelector('figure.downtime')");
          Files.write(folder.resolve("after" + size + tone), browser.picture());
          host.set(Examples.idle().within(FleetExamples.glance()));
          open(url(server), width, dark);
          Files.write(folder.resolve("fleet" + size + tone), browser.picture());
          Path job = folder.resolve("job" + size + tone + ".html");
          Files.deleteIfExists(job);
          FleetReport.write(job, FleetExamples.story());
          open(job.toAbsolutePath().toUri().toString(), width, dark);
          Files.write(folder.resolve("job" + size + tone), browser.picture());
          host.set(Examples.afterwards());
          open(url(server) + "report/" + Examples.MOVE + ".html", width, dark);
          Files.write(folder.resolve("report" + size + tone), browser.picture());
        }
      }
    }
    try (var pictures = Files.list(folder)) {
      assertThat(pictures.filter(each -> each.toString().endsWith(".png"))).hasSize(20);
    }
  }

  private static HostView inAFleet() {
    return Examples.busy().within(FleetExamples.glance());
  }

  private static void open(String url, int width, boolean dark) throws Exception {
    browser.open(url, width, 900, dark);
  }

  private static void unfold() throws Exception {
    browser.evaluate(
        "document.querySelectorAll('details').forEach((each) => { each.open = true; })");
  }

  private static void inspect(String where) throws Exception {
    JsonNode findings = browser.evaluate(INSPECTION);
    assertThat(findings).as(where).isEmpty();
  }

  private static void quiet(String url) {
    assertThat(browser.complaints()).as(url).isEmpty();
  }

  private static StatusServer serve(AtomicReference<HostView> host) throws Exception {
    return StatusServer.start(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), host::get);
  }

  private static String url(StatusServer server) {
    return "http://localhost:" + server.address().getPort() + "/";
  }
}
