package dev.sealift.cli.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Sealift;
import dev.sealift.cli.view.ChainLink;
import dev.sealift.cli.view.DowntimeView;
import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.RoundView;
import dev.sealift.cli.view.RuleView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParseResult;

/** What the page and a report say, and what nobody can make them say. */
class StatusPageTest {
  private static final Pattern TAG = Pattern.compile("<[^>]*>");

  @Test
  void whatAPeerSaysIsTextWhereverItStands() {
    String evil = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>\"' x='";
    MoveView move = said(evil);
    GuestView guest =
        new GuestView(
            evil, evil, evil, 1 << 20, 200, 56, evil, evil, 1L, Examples.BEGAN, evil, move.id());
    HostView host = Examples.host(List.of(guest), List.of(move));

    for (String document :
        List.of(new StatusPage().document(host), MoveReport.document(move, host))) {
      assertThat(document).contains("&lt;script&gt;alert(1)").doesNotContain("<img");
      assertThat(document.split("<script", -1)).hasSizeLessThanOrEqualTo(2);
      // No attribute ends where a quote was said, and no element has an attribute that was said.
      assertThat(elements(document))
          .noneMatch(tag -> unquoted(tag).matches(".*\\s(on\\w+|style)=.*"));
    }
  }

  @Test
  void aNameCannotTurnTheTextAfterItAround() {
    GuestView guest =
        new GuestView(
            "a\u202Egnp.\u0000b\uD800c",
            "running",
            null,
            4096,
            1,
            0,
            "sev",
            "idle",
            null,
            Examples.BEGAN,
            null,
            null);

    assertThat(new StatusPage().document(Examples.host(List.of(guest), List.of())))
        .contains("a\uFFFDgnp.\uFFFDb\uFFFDc");
  }

  @Test
  void thePageHasTheNumbersOfTheRecords() {
    MoveView move = Examples.finished();
    String report = words(MoveReport.document(move, null));

    for (RoundView round : move.rounds()) {
      assertThat(report)
          .contains(
              String.join(
                      " ",
                      Integer.toString(round.round()),
                      Figures.count(round.pages()),
                      Figures.count(round.privatePackets() + round.sharedPages()),
                      Figures.count(round.privatePackets()),
                      Figures.count(round.sharedPages()),
                      Figures.bytes((double) round.bytes()),
                      Figures.millis(round.millis()),
                      Figures.count(round.dirtyAfter()),
                      round.throttle() + " %")
                  .replace('\u00a0', ' '));
    }
    assertThat(report)
        .contains("Downtime 321.9 ms last round 59.2 ms, target 50.0 ms")
        .contains("Sent 352.8 MB of a guest of 256 MiB")
        .contains("pause 16.5 ms 5 % until the vCPU stood still")
        .contains("commit 78.8 ms 24 % until the destination said RUNNING")
        .contains("in all 321.9 ms");
  }

  @Test
  void theBarOfTheDowntimeIsFilledByItsParts() {
    Html html = new Html();
    DowntimeBar.write(html, new DowntimeView(100, 10, 20, 30, 15, 5, 20));

    Matcher bars =
        Pattern.compile("x=\"([\\d.]+)%\"[^>]*? width=\"([\\d.]+)%\"").matcher(html.toString());
    List<Double> edges = new ArrayList<>();
    while (bars.find()) {
      edges.add(Double.parseDouble(bars.group(1)));
      edges.add(Double.parseDouble(bars.group(1)) + Double.parseDouble(bars.group(2)));
    }
    assertThat(edges)
        .containsExactly(0.0, 10.0, 10.0, 30.0, 30.0, 60.0, 60.0, 75.0, 75.0, 80.0, 80.0, 100.0);
  }

  @Test
  void higherIsMoreInThePlotAndTheTargetIsWhatFitsIt() {
    List<Band> bands = Band.of(Examples.finished());
    LogScale scale = LogScale.over(List.of(65536.0, 698.0, 518.0), 200);

    assertThat(scale.bottom()).isEqualTo(100);
    assertThat(scale.y(65536)).isPositive().isLessThan(scale.y(4128));
    assertThat(scale.y(0)).isEqualTo(200);
    // 65,536 pages took 6.32 s, so 50 ms take 518; what was left in the end was paused for.
    assertThat(bands.getFirst().fits()).isBetween(518.0, 519.0);
    assertThat(bands.getLast().paused()).isTrue();
    assertThat(bands.get(5).dirtied()).isLessThan(bands.get(5).fits());
    assertThat(bands.get(4).dirtied()).isGreaterThan(bands.get(4).fits());
  }

  @Test
  void aRoundUnderWayIsInThePlotAsFarAsItIs() {
    MoveView move = Examples.underWay(4, 0.25);
    Band now = Band.of(move).getLast();
    String piece =
        StatusPage.pieces(Examples.host(List.of(), List.of(move))).get(StatusPage.MOVE + move.id());

    assertThat(now.live()).isTrue();
    assertThat(now.sent()).isEqualTo(Math.round(4010 * 0.25));
    assertThat(words(piece)).contains("Round 4: 3,007 of 4,010 pages left");
  }

  @Test
  void aMoveOfEveryRoundThereCanBeIsDrawnInBounds() {
    List<RoundView> rounds =
        Stream.iterate(0, i -> i < 65_535, i -> i + 1)
            .map(i -> new RoundView(i, 100, 99, 1, 400_000, 1, 99, 100))
            .toList();
    String piece = piece(with(Examples.finished(), rounds));

    assertThat(piece.split("class=\"back\"", -1)).hasSize(ConvergencePlot.ROUNDS + 1);
    assertThat(words(piece)).contains("65534 100 100 99 1").doesNotContain(" 0 100 100 99 1");
  }

  @Test
  void theTreeGoesFromThePdhToBothItsRoots() {
    String tree = tree(Examples.peerChain());

    assertThat(tree)
        .isEqualTo(
            """
            PDH
              PEK ✓ signs PDH
                OCA ✓ signs PEK ✓ signs itself
                CEK ✓ signs PEK
                  ASK ✓ signs CEK
                    ARK ✓ signs ASK ✓ signs itself
            """);
  }

  @Test
  void aBrokenSignatureIsMarkedWithItsRule() {
    String section = piece(Examples.refused());

    assertThat(words(section))
        .contains("✗ signs itself: broken signs itself, but is none of this policy's roots")
        .contains("1 signature does not hold.")
        .contains("✗ 2 of 3 broken by the other platform.")
        .contains("Why it failed: the destination's platform breaks 2 rules")
        .contains("Warning: the destination hung up");
  }

  @Test
  void certificatesThatSignEachOtherEnd() {
    List<ChainLink> ring =
        List.of(
            new ChainLink("A", "1", "B", true, null), new ChainLink("B", "2", "A", false, null));

    assertThat(tree(ring)).isEqualTo("A\n  B ✓ signs A\n    A ✗ signs B: broken\n");
  }

  @Test
  void aReportNeedsNothingElse(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("move.html");
    MoveReport.write(file, Examples.finished(), Examples.afterwards());
    String report = Files.readString(file);

    assertThat(report)
        .contains("emulated: true")
        .contains("default-src &#39;none&#39;; style-src &#39;sha256-")
        .doesNotContain("<script", "src=", "url(", "@import", "<iframe");
    assertThat(elements(report)).noneMatch(tag -> tag.matches("(?s).*href=\"(?!data:).*"));
    assertThatThrownBy(() -> MoveReport.write(file, Examples.finished(), null))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("exists already");
    assertThat(Files.readString(file)).isEqualTo(report);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void onlyWhatHasChangedIsAnotherPiece() {
    Map<String, String> before = StatusPage.pieces(Examples.busy());
    Map<String, String> after = StatusPage.pieces(Examples.afterwards());

    assertThat(before.keySet()).isEqualTo(after.keySet());
    assertThat(before.keySet().stream().filter(name -> !before.get(name).equals(after.get(name))))
        .containsExactly(StatusPage.MOVE + Examples.MOVE);
  }

  /** The tree as indented lines: the certificate, then what stands between it and those above. */
  private static String tree(List<ChainLink> links) {
    Html html = new Html();
    ChainTree.write(html, links, Form.PAGE, "test");
    String tree = html.toString();
    tree = tree.substring(tree.indexOf("<ul"), tree.indexOf("<details"));
    StringBuilder lines = new StringBuilder();
    int depth = -1;
    List<String> marks = new ArrayList<>();
    String name = "";
    Matcher parts =
        Pattern.compile(
                "<ul|</ul>|<li>|</li>|<strong>(.*?)</strong>|aria-hidden=\"true\">(.)</span>(.*?)</span>")
            .matcher(tree);
    while (parts.find()) {
      String part = parts.group();
      if (part.equals("<ul")) {
        depth = line(lines, depth, name, marks) + 1;
        name = "";
      } else if (part.equals("</ul>")) {
        depth--;
      } else if (part.equals("</li>")) {
        line(lines, depth, name, marks);
        name = "";
      } else if (parts.group(1) != null) {
        name = parts.group(1);
      } else if (parts.group(2) != null) {
        marks.add(parts.group(2) + parts.group(3));
      }
    }
    return lines.toString();
  }

  private static int line(StringBuilder lines, int depth, String name, List<String> marks) {
    if (!name.isEmpty()) {
      lines.append("  ".repeat(depth)).append(name);
      marks.forEach(mark -> lines.append(' ').append(mark));
      lines.append('\n');
      marks.clear();
    }
    return depth;
  }

  private static String piece(MoveView move) {
    return String.valueOf(
        StatusPage.pieces(Examples.host(List.of(), List.of(move)))
            .get(StatusPage.MOVE + Anchors.of(move.id())));
  }

  /** What is read, without markup, drawings' own texts included. */
  private static String words(String html) {
    return TAG.matcher(html.replaceAll("(?s)<style>.*?</style>", ""))
        .replaceAll(" ")
        .replace("&#39;", "'")
        .replace('\u00a0', ' ')
        .replaceAll("\\s+", " ");
  }

  private static List<String> elements(String html) {
    return TAG.matcher(html.replaceAll("(?s)<(style|script)>.*?</\\1>", ""))
        .results()
        .map(result -> result.group())
        .toList();
  }

  private static String unquoted(String tag) {
    return tag.replaceAll("(?s)\"[^\"]*\"", "");
  }

  private static MoveView said(String words) {
    MoveView move = Examples.refused();
    return new MoveView(
        words,
        words,
        move.memoryBytes(),
        move.direction(),
        words,
        words,
        words,
        move.started(),
        move.seconds(),
        move.limits(),
        move.rounds(),
        null,
        null,
        words,
        List.of(new RuleView(words, false, words)),
        List.of(new ChainLink(words, words, words, false, words)),
        words,
        List.of(words),
        null);
  }

  private static MoveView with(MoveView move, List<RoundView> rounds) {
    return new MoveView(
        move.id(),
        move.guest(),
        move.memoryBytes(),
        move.direction(),
        move.peer(),
        move.status(),
        move.step(),
        move.started(),
        move.seconds(),
        move.limits(),
        rounds,
        null,
        move.downtime(),
        move.stopped(),
        move.rules(),
        move.peerChain(),
        null,
        List.of(),
        null);
  }

  @Test
  void whereThereIsNothingToSeeItSaysWhichCommandsChangeThat() {
    Pattern command = Pattern.compile("<code>sealift (.*?)</code>");
    List<String> hints =
        command
            .matcher(new StatusPage().document(Examples.idle()))
            .results()
            .map(result -> result.group(1))
            .toList();
    assertThat(hints).hasSize(2);
    for (String hint : hints) {
      ParseResult parsed = Sealift.commandLine().parseArgs(hint.split(" "));
      assertThat(parsed.subcommand().commandSpec().name()).isEqualTo(hint.split(" ")[0]);
    }
  }
}
