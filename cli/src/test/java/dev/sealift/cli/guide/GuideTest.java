package dev.sealift.cli.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.TestRoot;
import dev.sealift.cli.guide.GuideSteps.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/guide.md, as somebody follows it who copies every command: two hosts in network namespaces,
 * each with a real address. Only the namespaces have other names, so that two runs do not meet.
 */
class GuideTest {
  private static final Path GUIDE = Path.of("../docs/guide.md");
  private static final String MAKE_ROOT = "sealift root create maker";
  private static final String STEP = "--- guide, line ";

  private final List<String> namespaces =
      List.of(
          "sealift-a-" + ProcessHandle.current().pid(),
          "sealift-b-" + ProcessHandle.current().pid());

  @TempDir private Path folder;

  @BeforeEach
  void tryNamespaces() throws Exception {
    String name = namespaces.getFirst();
    assumeTrue(
        runs("ip", "netns", "add", name) && runs("ip", "netns", "exec", name, "true"),
        "no network namespaces can be made: that needs root and iproute2");
    assertThat(runs("ip", "netns", "delete", name)).isTrue();
  }

  @AfterEach
  void takeNamespacesAway() throws Exception {
    for (String name : namespaces) {
      if (!Files.exists(Path.of("/run/netns", name))) {
        continue;
      }
      Process pids = new ProcessBuilder("ip", "netns", "pids", name).start();
      for (String pid : pids.inputReader().readAllLines()) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
      runs("ip", "netns", "delete", name);
    }
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  @Test
  @DisplayName("the guide's essential steps bring a whole guest from one namespace to the other")
  void essentialSteps() throws Exception {
    follow(false, 300);
  }

  @Test
  @Tag("long")
  @DisplayName("every command of the guide does what the guide says, also with the cable pulled")
  void everyStep() throws Exception {
    assumeTrue(runs("curl", "--version"), "no curl on this machine");
    follow(true, 900);
  }

  private void follow(boolean everything, int patienceSeconds) throws Exception {
    makeLauncher();
    List<Step> steps = GuideSteps.of(GUIDE);
    Path script = folder.resolve("script");
    Path printed = folder.resolve("printed");
    Files.writeString(script, script(steps, everything));
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", script.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(printed.toFile());
    builder.environment().put("TMPDIR", folder.toString());
    Process shell = builder.start();
    boolean ended = shell.waitFor(patienceSeconds, TimeUnit.SECONDS);
    if (!ended) {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
    String all = Files.readString(printed, StandardCharsets.UTF_8);
    assertThat(ended && shell.exitValue() == 0).as(all).isTrue();
    for (Step step : steps) {
      if (everything || !step.takesLong()) {
        checkPrinted(step, all);
      }
    }
  }

  private String script(List<Step> steps, boolean everything) throws IOException {
    var script = new StringBuilder("set -e\n");
    for (Step step : steps) {
      if (everything || !step.takesLong()) {
        script.append("echo '%s%d'\n%s\n".formatted(STEP, step.line(), step.script()));
      } else if (step.commands().contains(MAKE_ROOT)) {
        // Its keys take seconds: a short run has those of all tests.
        script.append("cp -R '%s' maker\n".formatted(TestRoot.savedIn(folder)));
      }
    }
    return script
        .toString()
        .replace("sealift-a", namespaces.getFirst())
        .replace("sealift-b", namespaces.getLast());
  }

  private static void checkPrinted(Step step, String all) {
    String own = all.split(STEP + step.line() + "\n", 2)[1].split(STEP, 2)[0];
    List<String> lines = own.lines().map(String::strip).toList();
    int from = 0;
    for (String promised : step.prints()) {
      var pattern = GuideSteps.pattern(promised);
      int at = from;
      while (at < lines.size() && !pattern.matcher(lines.get(at)).matches()) {
        at++;
      }
      assertThat(at)
          .as("the guide promises at line %d:%n%s%nbut:%n%s", step.line(), promised, own)
          .isLessThan(lines.size());
      from = at + 1;
    }
  }

  /** A ./sealift that is the one under test. */
  private void makeLauncher() throws IOException {
    String words =
        String.join(
            "' '",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.sealift.cli.Sealift");
    Path launcher = folder.resolve("sealift");
    Files.writeString(launcher, "#!/bin/sh\nexec '" + words + "' \"$@\"\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
