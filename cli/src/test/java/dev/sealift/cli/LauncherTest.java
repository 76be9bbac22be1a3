package dev.sealift.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, ./sealift, on machines with and without a JDK that fits. */
class LauncherTest {
  @TempDir private Path folder;
  private Path launcher;

  @BeforeEach
  void copyLauncher() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash on this machine");
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("sealift"))) {
      root = root.getParent();
    }
    launcher = Files.copy(root.resolve("sealift"), folder.resolve("sealift"));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  @DisplayName("without a JDK it says in one sentence what to install")
  void noJdk() throws Exception {
    Answer answer = run(Map.of("SEALIFT_JVMS", folder.resolve("nothing").toString()));

    assertThat(answer.code()).isEqualTo(3);
    assertThat(answer.words().strip().lines())
        .singleElement()
        .asString()
        .contains("needs a JDK 25 or later", "JAVA_HOME");
  }

  @Test
  @DisplayName("a JDK that is too old is passed over")
  void oldJdk() throws Exception {
    Path old = fakeJdk("old", "17");

    Answer answer =
        run(
            Map.of(
                "JAVA_HOME", old.toString(), "SEALIFT_JVMS", folder.resolve("nothing").toString()));

    assertThat(answer.code()).isEqualTo(3);
  }

  @Test
  @DisplayName("a JDK that fits is found among the machine's JVMs, behind an older JAVA_HOME")
  void findsJdk() throws Exception {
    Path old = fakeJdk("old", "17");
    fakeJdk("jvms/twenty-six", "26");
    // A checkout that counts as built, so that only the choice of the JDK is left to do.
    Files.createDirectories(folder.resolve("cli/target/image"));
    Files.createFile(folder.resolve("cli/target/sealift-cli-1.jar"));

    Answer answer =
        run(Map.of("JAVA_HOME", old.toString(), "SEALIFT_JVMS", folder.resolve("jvms").toString()));

    assertThat(answer.words()).contains("started on 26 with", "-Xmx128m", "--version");
    assertThat(answer.words()).doesNotContain("jdk.incubator.vector");
    assertThat(answer.code()).isZero();
  }

  @Test
  @DisplayName("a JDK that has vectors is started with them")
  void vectors() throws Exception {
    Path jdk = fakeJdk("jvms/twenty-five", "25");
    Files.writeString(jdk.resolve("release"), "MODULES=\"java.base jdk.incubator.vector\"\n");
    Files.createDirectories(folder.resolve("cli/target/image"));
    Files.createFile(folder.resolve("cli/target/sealift-cli-1.jar"));

    Answer answer = run(Map.of("SEALIFT_JVMS", folder.resolve("jvms").toString()));

    assertThat(answer.words()).contains("--add-modules=jdk.incubator.vector", "--version");
  }

  @Test
  @DisplayName("the jars of sources and documentation that a release leaves are not taken for it")
  void besideRelease() throws Exception {
    fakeJdk("jvms/twenty-five", "25");
    Files.createDirectories(folder.resolve("cli/target/image"));
    for (String jar : new String[] {"-javadoc", "-sources", ""}) {
      Files.createFile(folder.resolve("cli/target/sealift-cli-1-SNAPSHOT%s.jar".formatted(jar)));
    }

    Answer answer = run(Map.of("SEALIFT_JVMS", folder.resolve("jvms").toString()));

    assertThat(answer.words()).contains("sealift-cli-1-SNAPSHOT.jar");
  }

  /**
   * A folder that looks like a JDK of a version: its java says so, and says with what it was
   * started.
   */
  private Path fakeJdk(String name, String version) throws IOException {
    Path bin = Files.createDirectories(folder.resolve(name).resolve("bin"));
    String script =
        """
        #!/bin/bash
        case "$1" in
          -XshowSettings*) echo "    java.specification.version = %s" >&2 ;;
          *) echo "started on %s with $*" ;;
        esac
        """
            .formatted(version, version);
    for (String tool : new String[] {"java", "javac"}) {
      Path file = Files.writeString(bin.resolve(tool), script);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return bin.getParent();
  }

  private record Answer(int code, String words) {}

  /** Runs the launcher where the only programs on the PATH are the system's basic ones. */
  private Answer run(Map<String, String> environment) throws Exception {
    Path path = Files.createDirectories(folder.resolve("path"));
    for (String tool :
        new String[] {"dirname", "readlink", "sed", "find", "ls", "head", "bash", "env"}) {
      Path link = path.resolve(tool);
      for (String place : new String[] {"/usr/bin", "/bin"}) {
        if (!Files.exists(link) && Files.isExecutable(Path.of(place, tool))) {
          Files.createSymbolicLink(link, Path.of(place, tool));
        }
      }
    }
    ProcessBuilder builder =
        new ProcessBuilder("/bin/bash", launcher.toString(), "--version").redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(new HashMap<>(environment));
    builder.environment().put("PATH", path.toString());
    Process process = builder.start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), words);
  }
}
