package dev.sealift.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Answer;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.run.SealiftProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("sealift trace")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TraceCommandTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");

  /** What both programs begin with. */
  private static final String CLIENT =
      """
      import ctypes, os, struct, sys, threading
      libc = ctypes.CDLL(None, use_errno=True)
      def ioctl(fd, request, data):
          result = libc.ioctl(fd, ctypes.c_ulong(request), data)
          return -ctypes.get_errno() if result < 0 else result
      def memory(form, *values):
          return ctypes.create_string_buffer(struct.pack(form, *values))
      kvm = os.open("/dev/kvm", os.O_RDWR)
      OP, REGISTER, ISSUE = 0xC008AEBA, 0x8010AEBB, 0xC0105300
      def new_vm():
          return libc.ioctl(kvm, ctypes.c_ulong(0xAE01), 0)
      vm = new_vm()
      def op(id, data=None, sev=0, vm=vm):
          return ioctl(vm, OP, memory("<IxxxxQII", id, ctypes.addressof(data) if data else 0, 0, sev))
      """;

  /** Asks for what is refused, by the kernel and by the firmware. */
  private static final String MISTAKES =
      CLIENT
          + """
          sev = os.open("/dev/sev", os.O_RDWR)
          readonly = os.open("/dev/sev", os.O_RDONLY)
          def issue(command, data=None, fd=sev):
              return ioctl(fd, ISSUE, memory("<IQI", command, ctypes.addressof(data) if data else 0, 7))
          answers = [
              op(2, memory("<IIQIxxxxQIxxxx", 0, 1, 0, 0, 0, 0), sev),
              op(0, None, kvm),
              op(0, None, sev),
              op(0, None, sev),
              op(2, None, sev),
              op(77, None, sev),
              op(6, memory("<QIxxxx", 0, 0), sev),
              op(2, memory("<IIQIxxxxQIxxxx", 0, 1, 0, 0, 0, 0), sev),
              op(16, memory("<III", 0, 0, 0), sev),
              op(7, None, sev),
              ioctl(vm, OP, None),
              ioctl(vm, OP, ctypes.c_void_p(4096)),
              ioctl(vm, REGISTER, memory("<QQ", 4096, 4096)),
              issue(1),
              issue(99),
              issue(0, None, readonly),
              issue(7, memory("<128x")),
          ]
          child = os.fork()
          if child == 0:
              os._exit(-op(7, None, sev))
          answers.append(-os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
          print(*answers, flush=True)
          """;

  /** The same numbers from three threads and a child, where no SEV is. */
  private static final String PROBES =
      CLIENT
          + """
          answers = [op(0), ioctl(vm, REGISTER, memory("<QQ", 4096, 4096))]
          threads = [threading.Thread(target=lambda: answers.append(op(1))) for _ in range(3)]
          for thread in threads: thread.start()
          for thread in threads: thread.join()
          child = os.fork()
          if child == 0:
              own = new_vm()
              os._exit(-op(2, None, 0, own))
          answers.append(-os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
          print(*answers, flush=True)
          sys.exit(6)
          """;

  @TempDir private Path directory;

  private String record() {
    return directory.resolve("record").toString();
  }

  private String root() throws Exception {
    return TestRoot.savedIn(directory).toString();
  }

  private List<String> trace(String script, int code, String... options) throws Exception {
    assumeTrue(Files.isExecutable(PYTHON), "there is no python3 to run");
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "there is no usable /dev/kvm");
    Path record = directory.resolve("record");
    List<String> words = new ArrayList<>(List.of("trace"));
    words.addAll(List.of(options));
    if (!words.contains("--hardware")) {
      words.addAll(List.of("--state", directory.resolve("host").toString()));
      words.addAll(List.of("--root", TestRoot.savedIn(directory).toString()));
    }
    words.addAll(List.of("--record", record.toString(), "--", PYTHON.toString(), "-c", script));
    try (SealiftProgram sealift = SealiftProgram.start(directory, words.toArray(String[]::new))) {
      String answers = sealift.hear();
      int exit = sealift.await();
      String said = String.join(System.lineSeparator(), sealift.errors());
      assumeTrue(!said.contains("can be traced here"), said);
      assumeTrue(!said.contains("there is no /dev/sev"), said);
      assertThat(exit).as(said).isEqualTo(code);
      List<String> lines = new ArrayList<>(List.of(String.valueOf(answers)));
      lines.addAll(sealift.errors());
      return lines;
    }
  }

  private static long numbered(List<String> lines, String part) {
    return lines.stream().filter(line -> line.contains(part)).count();
  }

  @Tag("long")
  @Test
  @DisplayName("tells what is refused, and a replay refuses the same")
  void tellsRefusals() throws Exception {
    List<String> lines = trace(MISTAKES, 0, "--software");
    assertThat(lines.getFirst())
        .isEqualTo("-25 0 -22 -22 -14 -22 -9 0 0 -5 0 -14 -12 -14 -22 -1 0 -5");
    assertThat(lines)
        .anyMatch(line -> line.contains("does NOT encrypt"))
        .anyMatch(line -> line.contains("KVM_SEV_INIT = -1 EINVAL (Invalid argument), "))
        .anyMatch(line ->
            line.contains("KVM_SEV_LAUNCH_START (its parameters cannot be read) = -1 EFAULT"))
        .anyMatch(line -> line.contains("KVM_SEV_0x4d = -1 EINVAL"))
        .anyMatch(line -> line.contains("-1 EIO (Input/output error), INVALID_GUEST_STATE (0x2)"))
        .anyMatch(line -> line.contains("state=1 (LUPDATE) = 0, SUCCESS (0x0)"))
        .anyMatch(
            line -> line.contains("KVM_MEMORY_ENCRYPT_OP (no command: whether there is SEV) = 0"))
        .anyMatch(line ->
            line.contains("KVM_MEMORY_ENCRYPT_OP (its parameters cannot be read) = -1 EFAULT"))
        .anyMatch(line ->
            line.contains("SEV_PLATFORM_STATUS (its parameters cannot be read) = -1 EFAULT"))
        .anyMatch(line -> line.contains("SEV_FACTORY_RESET = -1 EPERM"))
        .anyMatch(line -> line.contains("SEV_GET_ID [ids, 128 bytes: sha256 "));
    Answer replay = Answer.to("replay", record(), "--root", root());
    assertThat(replay.out() + replay.err()).endsWith("No difference." + System.lineSeparator());
    assertThat(replay.code()).isZero();
  }

  @Tag("long")
  @Test
  @DisplayName("watches the real kernel: errno by errno, of all threads and of what they start")
  void watchesTheRealKernel() throws Exception {
    assumeTrue(Files.notExists(Path.of("/dev/sev")), "this machine has SEV of its own");
    List<String> lines = trace(PROBES, 6, "--hardware");
    assertThat(lines.getFirst()).isEqualTo("-25 -25 -25 -25 -25 -25");
    String refused = " = -1 ENOTTY (Inappropriate ioctl for device), ";
    assertThat(numbered(lines, " KVM_SEV_INIT" + refused)).isOne();
    assertThat(numbered(lines, " addr=0x1000 size=4096" + refused)).isOne();
    assertThat(numbered(lines, " KVM_SEV_ES_INIT" + refused)).isEqualTo(3);
    assertThat(
            numbered(lines, " vm2 KVM_SEV_LAUNCH_START (its parameters cannot be read)" + refused))
        .isOne();
    Answer replay = Answer.to("replay", record(), "--root", root(), "--json");
    assertThat(replay.code()).isEqualTo(1);
    assertThat(replay.json().get("recordedOn").asString()).isEqualTo("hardware");
  }

  @Tag("long")
  @Test
  @DisplayName(
      "leaves no program behind whose calls nobody answers, if it is killed while it watches")
  void killed() throws Exception {
    assumeTrue(Files.isExecutable(PYTHON), "there is no python3 to run");
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "there is no usable /dev/kvm");
    String script =
        CLIENT
            + """
            print(os.getpid(), flush=True)
            while op(0) == -25:
                pass
            """;
    try (SealiftProgram sealift =
        SealiftProgram.start(
            directory, "trace", "--hardware", "--", PYTHON.toString(), "-c", script)) {
      String pid = sealift.hear();
      assumeTrue(pid != null, String.join(" ", sealift.errors()));
      ProcessHandle program = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      try {
        while (numbered(sealift.errors(), "KVM_SEV_INIT") < 20) {
          Thread.onSpinWait();
        }
        sealift.kill();
        // ENOSYS, and it ends by itself.
        program.onExit().get(20, TimeUnit.SECONDS);
      } finally {
        program.destroyForcibly();
      }
    }
  }

  @Tag("long")
  @Test
  @DisplayName("ends with the program, whichever of its threads and children is killed in a call")
  void killedInACall() throws Exception {
    String script =
        CLIENT
            + """
            def call():
                while op(0) == -25: pass
            def child():
                pid = os.fork()
                if pid == 0:
                    own = new_vm()
                    for _ in range(2):
                        threading.Thread(target=lambda: [op(1, None, 0, own) for _ in range(10**6)]).start()
                    while op(0, None, 0, own) == -25: pass
                return pid
            children = [child() for _ in range(8)]
            for pid in children:
                op(0)
                os.kill(pid, 9)
                os.waitpid(pid, 0)
            threading.Thread(target=call, daemon=True).start()
            print("over", flush=True)
            op(0)
            os.kill(os.getpid(), 9)
            """;
    assumeTrue(Files.notExists(Path.of("/dev/sev")), "this machine has SEV of its own");
    assertThat(trace(script, 128 + 9, "--hardware").getFirst()).isEqualTo("over");
  }

  @Test
  @DisplayName("refuses files that are there, and options that do not go together")
  void badInput() throws Exception {
    Path taken = Files.createFile(directory.resolve("taken"));
    for (String option : new String[] {"--record", "--output"}) {
      Answer answer = Answer.to("trace", option, taken.toString(), "--", "true");
      assertThat(answer.code()).isEqualTo(2);
      assertThat(answer.err()).contains("exists already");
    }
    assertThat(Answer.to("trace").code()).isEqualTo(2);
    assertThat(Answer.to("trace", "--hardware", "--software", "--", "true").code()).isEqualTo(2);
    assertThat(Answer.to("trace", "--hardware", "--export", "x", "--", "true").code()).isEqualTo(2);
    assertThat(taken).isEmptyFile();
  }

  @Test
  @DisplayName("says in its help what is kept secret")
  void help() {
    assertThat(Answer.to("trace", "--help").out().replaceAll("\\s+", " "))
        .contains("--with-secrets")
        .contains("of guest memory in the clear")
        .contains("TEK and TIK, pass through no command and are never in a trace");
  }
}
