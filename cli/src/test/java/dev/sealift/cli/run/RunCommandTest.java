package dev.sealift.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Answer;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("sealift run")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunCommandTest {
  /** Waits for a file, asks what only the supervisor can answer, and writes what that was. */
  private static final String LATE_CALL =
      """
      import fcntl, os, time
      device = os.open("/dev/sev", os.O_RDWR)
      print(os.getpid(), flush=True)
      while not os.path.exists("go on"):
          time.sleep(0.02)
      try:
          fcntl.ioctl(device, 0xC0105300, bytearray(16))
      except OSError as refused:
          open("answer", "w").write(str(refused.errno))
      """;

  private final Path directory;

  RunCommandTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static void assumeSupervision(SealiftProgram sealift, String firstLine) throws Exception {
    String reason = sealift.errors().isEmpty() ? "" : sealift.errors().getLast();
    assumeTrue(firstLine != null || !reason.startsWith("Linux does not"), reason);
  }

  @Test
  @DisplayName(
      "is like the program: input, output, signals, exit code; but first it says what it is")
  void isLikeTheProgram() throws Exception {
    Path export = directory.resolve("certificates");
    String script =
        "trap 'echo ended; exit 9' TERM; read line; echo got $line; while :; do sleep 0.02; done";
    try (SealiftProgram sealift =
        SealiftProgram.start(
            directory,
            "run",
            "--policy",
            "0x5",
            "--export",
            export.toString(),
            "--",
            "sh",
            "-c",
            script)) {
      sealift.say("a line");
      String heard = sealift.hear();
      assumeSupervision(sealift, heard);
      assertThat(heard).isEqualTo("got a line");
      assertThat(sealift.errors().getFirst()).contains("does NOT encrypt").contains("model root");
      assertThat(sealift.errors().getLast())
          .contains("confidential-guest-support=sev0")
          .contains(
              "sev-guest,id=sev0,policy=0x5,cbitpos=%d,reduced-phys-bits=1"
                  .formatted(EncryptionBit.ofThisMachine()));
      sealift.terminate();
      assertThat(sealift.hear()).isEqualTo("ended");
      assertThat(sealift.await()).isEqualTo(9);
    }
    PlatformChain chain =
        PlatformChain.parse(
            Files.readAllBytes(export.resolve(PlatformExport.PDH)),
            Files.readAllBytes(export.resolve(PlatformExport.PLATFORM_CHAIN)),
            Files.readAllBytes(export.resolve(PlatformExport.AMD_CHAIN)));
    assertThat(chain.verify(RootOfTrust.of(chain.ark())).holds()).isTrue();
  }

  @Tag("long")
  @Test
  @DisplayName("leaves a program that outlives it without SEV, not without an answer")
  void leavesNobodyWaiting() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "there is no python3 to run");
    assumeTrue(Files.notExists(Path.of("/dev/sev")), "this machine has a /dev/sev of its own");
    try (SealiftProgram sealift =
        SealiftProgram.start(directory, "run", "--", "/usr/bin/python3", "-c", LATE_CALL)) {
      String pid = sealift.hear();
      assumeTrue(pid != null, "this user cannot have a /dev/sev");
      ProcessHandle program = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      try {
        sealift.kill();
        Files.createFile(directory.resolve("go on"));
        program.onExit().get(20, TimeUnit.SECONDS);
      } finally {
        program.destroyForcibly();
      }
      assertThat(directory.resolve("answer")).as("ENOSYS").hasContent("38");
      assertThat(OurMounts.in(directory)).isEmpty();
    }
  }

  @Test
  @DisplayName("says in a sentence which program cannot be run")
  void noProgram() throws Exception {
    Answer answer = Answer.to("run", "--", directory + "/nothing");
    assumeTrue(!answer.err().contains("no other program can be given SEV"), answer.err());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err().strip().lines().toList().getLast())
        .startsWith(directory + "/nothing cannot be run: ")
        .contains("ENOENT");
  }

  @Test
  @DisplayName("refuses a policy that is none, and files that are there, before anything starts")
  void badInput() throws Exception {
    assertThat(Answer.to("run", "--policy", "none", "--", "true"))
        .extracting(Answer::code, answer -> answer.err().lines().count())
        .isEqualTo(List.of(2, 1L));
    assertThat(Answer.to("run").code()).isEqualTo(2);
    Files.writeString(directory.resolve(PlatformExport.PDH), "mine");
    Answer taken = Answer.to("run", "--export", directory.toString(), "--", "true");
    assertThat(taken.code()).isEqualTo(2);
    assertThat(taken.err()).contains("exists already");
    assertThat(directory.resolve(PlatformExport.PLATFORM_CHAIN)).doesNotExist();
  }
}
