package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.Pages;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.vmm.VmmException;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal on a real disk of 64 KiB, in a mount namespace that nobody else sees. */
class FullDiskTest {
  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path directory;

  @Test
  void noStepThatWasWrittenDownIsLostByADiskThatWasFullForAWhile() throws Exception {
    assumeTrue(mounts("true").isEmpty(), "this user may not mount a disk of its own");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes =
        String.join(
            File.pathSeparator,
            at(FileJournal.class),
            at(FullDisk.class),
            at(Pages.class),
            at(GuestPolicy.class),
            at(VmmException.class));
    String said =
        mounts(
            "%s -XX:TieredStopAtLevel=1 -cp %s %s %s"
                .formatted(java, classes, FullDisk.class.getName(), directory));
    assertThat(said).containsPattern("^\\d+ written, 3 refused, all there: true\n$");
  }

  /** What a command says that has the directory to itself, as a disk of 64 KiB. */
  private String mounts(String command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
    words.addAll(
        List.of(
            "sh",
            "-c",
            "mount -t tmpfs -o size=64k none '%s' && exec %s".formatted(directory, command)));
    Process process;
    try {
      process = new ProcessBuilder(words).redirectErrorStream(true).start();
    } catch (IOException noUnshare) {
      return String.valueOf(noUnshare.getMessage());
    }
    try {
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String at(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
