package dev.sealift.cli.page;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.MemorySize;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.Sealift;
import dev.sealift.cli.view.FleetAttempt;
import dev.sealift.cli.view.FleetHost;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetJobStory;
import dev.sealift.cli.view.FleetTask;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is left for people of a fleet's job, whole or as far as it was followed. */
public final class FleetReport {
  private final Html html;
  private final FleetJobStory story;
  private final FleetJob job;

  private FleetReport(Html html, FleetJobStory story) {
    this.html = html;
    this.story = story;
    this.job = story.job();
  }

  /**
   * Writes the report, whole or not at all.
   *
   * @throws BadInput if something of this name exists, or if it cannot be written
   */
  public static void write(Path file, FleetJobStory story) throws BadInput {
    OutputFile.write(file, document(story).getBytes(StandardCharsets.UTF_8));
  }

  /** The report as a document. */
  static String document(FleetJobStory story) {
    FleetJob job = story.job();
    return new Report(
            "a fleet's job",
            title(job),
            html -> badge(html, job),
            html -> new FleetReport(html, story).content(),
            html -> foot(html, story))
        .document();
  }

  private static String title(FleetJob job) {
    if (!job.subject().isEmpty()) {
      return job.kind() + " " + job.subject();
    }
    return job.kind().equals("move") && job.tasks().size() == 1
        ? "move %s to %s".formatted(job.tasks().getFirst().guest(), job.tasks().getFirst().to())
        : job.kind();
  }

  private static void badge(Html html, FleetJob job) {
    long stayed = job.tasks().size() - job.count("moved");
    if (!job.ended()) {
      html.leaf("span", "not over when last seen", "class", "badge busy");
    } else if (stayed == 0) {
      html.leaf("span", "every guest has moved", "class", "badge good");
    } else {
      html.leaf("span", stayed + (stayed == 1 ? " stays" : " stay"), "class", "badge bad");
    }
  }

  private static void foot(Html html, FleetJobStory story) {
    html.text("Job ").leaf("code", story.job().id()).text(" of the fleet at ");
    html.leaf("code", story.registry()).text(", began ");
    html.leaf("time", Figures.time(story.began()), "datetime", story.began().toString());
    html.text(", last seen ");
    html.leaf("time", Figures.time(story.seen()), "datetime", story.seen().toString());
    html.text(", as the command saw it that followed the job: twice a second. Sealift ");
    html.text(Sealift.VERSION + ".");
  }

  private void content() {
    html.leaf(
        "p",
        "Whether silicon or software vouches for the hosts' platforms is not known to this report;"
            + " the pages of these hosts say it.",
        "class",
        "silicon");
    html.open("article", "class", "move");
    html.leaf("p", lead(), "class", "lead");
    figures();
    JobBar.write(html, counts());
    if (!story.attempts().isEmpty()) {
      JobTimeline.write(html, story);
    }
    html.close();
    section("Guests", this::guests);
    if (story.attempts().stream().anyMatch(attempt -> attempt.outcome().equals("failed"))) {
      section("Attempts that failed", this::failures);
    }
    section("Hosts before and after", this::hosts);
    section("What was asked for", this::asked);
  }

  private void section(String title, Runnable content) {
    html.open("section", "class", "platform").leaf("h2", title);
    content.run();
    html.close();
  }

  private Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    job.tasks().forEach(task -> counts.merge(task.state(), 1, Integer::sum));
    return counts;
  }

  private String lead() {
    String words = JobBar.words(counts());
    if (!job.ended()) {
      return words + ". The job went on when this was written.";
    }
    return job.tasks().isEmpty() ? "There was nothing to move." : words + ".";
  }

  private void figures() {
    long failed = story.attempts().stream().filter(each -> each.outcome().equals("failed")).count();
    long bytes =
        job.tasks().stream()
            .filter(task -> task.state().equals("moved"))
            .mapToLong(task -> story.memory().getOrDefault(task.guest(), 0L))
            .sum();
    html.open("dl", "class", "figures");
    figure("Moved", Figures.count(job.count("moved")), "of " + job.tasks().size() + " guests");
    figure(
        job.ended() ? "Took" : "So far",
        JobTimeline.time(story.began(), story.seen()),
        "as it was seen");
    figure("Memory", new MemorySize(bytes).toString(), "of the guests that moved");
    figure("Attempts", Figures.count(story.attempts().size()), Figures.count(failed) + " failed");
    story.attempts().stream()
        .filter(attempt -> attempt.outcome().equals("moved"))
        .max(Comparator.comparing(FleetReport::time))
        .ifPresent(longest -> figure("Longest move", words(longest), "of " + longest.guest()));
    html.close();
  }

  private static Duration time(FleetAttempt attempt) {
    Instant ended = attempt.ended();
    return ended == null ? Duration.ZERO : Duration.between(attempt.ordered(), ended);
  }

  private static String words(FleetAttempt attempt) {
    return Figures.seconds(time(attempt).toMillis() / 1e3);
  }

  private void figure(String name, String value, String more) {
    html.open("div").leaf("dt", name).open("dd").leaf("strong", value);
    html.leaf("span", more, "class", "quiet").close().close();
  }

  private void guests() {
    Map<String, FleetAttempt> moved = new HashMap<>();
    story.attempts().stream()
        .filter(attempt -> attempt.outcome().equals("moved"))
        .forEach(attempt -> moved.put(attempt.guest(), attempt));
    var table =
        new CardTable(
            html,
            "moving",
            "Guests of the job",
            "Guest",
            "From",
            "To",
            "State",
            "Memory",
            "Attempts",
            "Moved in");
    for (FleetTask task : job.tasks()) {
      @Nullable FleetAttempt attempt = moved.get(task.guest());
      @Nullable Long memory = story.memory().get(task.guest());
      table.row(task.guest()).close();
      table.cell("From").text(task.from()).close();
      table.cell("To").text(task.to().isEmpty() ? "no host" : task.to()).close();
      table.cell("State").leaf("span", task.state());
      if (!task.reason().isEmpty()) {
        html.leaf("span", task.reason(), "class", "quiet");
      }
      html.close();
      table.cell("Memory").text(memory == null ? "" : new MemorySize(memory).toString()).close();
      table.cell("Attempts").text(Integer.toString(task.attempts())).close();
      table.cell("Moved in").text(attempt == null ? "" : words(attempt)).close();
      table.endRow();
    }
    table.end();
  }

  private void failures() {
    var table =
        new CardTable(
            html, "moving", "Attempts that failed", "Guest", "Attempt", "To", "After", "Why");
    for (FleetAttempt attempt : story.attempts()) {
      if (attempt.outcome().equals("failed")) {
        table.row(attempt.guest()).close();
        table.cell("Attempt").text(Integer.toString(attempt.attempt())).close();
        table.cell("To").text(attempt.to().isEmpty() ? "no host" : attempt.to()).close();
        table.cell("After").text(words(attempt)).close();
        table.cell("Why").text(attempt.reason().isEmpty() ? "not seen" : attempt.reason()).close();
        table.endRow();
      }
    }
    table.end();
  }

  /** Those that the job has to do with. */
  private void hosts() {
    Map<String, FleetHost> before = byName(story.before());
    Map<String, FleetHost> after = byName(story.after());
    Set<String> involved = new LinkedHashSet<>();
    job.tasks().forEach(task -> involved.add(task.from()));
    story.attempts().forEach(attempt -> involved.add(attempt.to()));
    job.tasks().forEach(task -> involved.add(task.to()));
    involved.remove("");
    var table =
        new CardTable(html, "change", "Hosts before and after the job", "Host", "Before", "After");
    for (String name : involved) {
      table.row(name).close();
      table.cell("Before");
      host(before.get(name));
      html.close();
      table.cell("After");
      host(after.get(name));
      html.close();
      table.endRow();
    }
    table.end();
    long others = before.keySet().stream().filter(name -> !involved.contains(name)).count();
    if (others > 0) {
      html.leaf(
          "p",
          "The fleet has %s more %s, with which the job had nothing to do."
              .formatted(Figures.count(others), others == 1 ? "host" : "hosts"),
          "class",
          "more");
    }
  }

  private static Map<String, FleetHost> byName(List<FleetHost> hosts) {
    return hosts.stream().collect(Collectors.toMap(FleetHost::name, Function.identity()));
  }

  private void host(@Nullable FleetHost host) {
    if (host == null) {
      html.text("not known");
      return;
    }
    html.text(Figures.count(host.guests()) + (host.guests() == 1 ? " guest" : " guests"));
    if (host.present()) {
      MemoryBar.write(html, host.memoryBytes(), host.capacityBytes());
    } else {
      html.leaf("span", "the host was gone", "class", "quiet");
    }
  }

  private void asked() {
    html.open("dl", "class", "facts");
    fact("job", title(job));
    story.policy().forEach(this::fact);
    html.close();
    html.leaf("p", "The words are those of a policy's file (docs/fleet.md).", "class", "quiet");
  }

  private void fact(String name, String value) {
    html.open("div").leaf("dt", name).leaf("dd", value).close();
  }
}
