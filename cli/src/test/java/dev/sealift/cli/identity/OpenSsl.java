package dev.sealift.cli.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The openssl command, which knows nothing of Sealift. */
record OpenSsl(Path directory) {

  OpenSsl {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "there is no openssl here");
  }

  /** What it prints, with exit code 0. */
  String says(String arguments) throws IOException, InterruptedException {
    Said said = run(arguments);
    assertThat(said.code).as(said.text).isZero();
    return said.text;
  }

  /** What it prints, whatever its exit code. */
  String triesTo(String arguments) throws IOException, InterruptedException {
    return run(arguments).text;
  }

  private record Said(int code, String text) {}

  private Said run(String arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/usr/bin/openssl"));
    command.addAll(List.of(arguments.split(" ")));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return new Said(process.exitValue(), text);
  }
}
