package dev.sealift.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.sealift.cli.Answer;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.TestRoot;
import dev.sealift.crypto.EngineKind;
import dev.sealift.kernel.KernelProfile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DoctorCommandTest {

  @Test
  @DisplayName("what this machine has is told in words and, on the last line, as JSON")
  void tells() throws Exception {
    Answer answer = Answer.to("doctor", "--json");

    assertThat(answer.code()).isZero();
    List<String> lines = answer.out().strip().lines().toList();
    JsonNode findings = JsonMapper.shared().readTree(lines.getLast()).get("findings");
    assertThat(findings)
        .extracting(finding -> finding.get("name").asString())
        .containsExactly(
            "processor",
            "/dev/sev",
            "ASIDs",
            "/dev/kvm",
            "kvm_amd",
            "locked memory",
            "cgroup",
            "/dev/fuse",
            "seccomp",
            "java",
            "packet engine",
            "cc and libcrypto",
            "qemu");
    for (JsonNode finding : findings) {
      String state = finding.get("state").asString();
      assertThat(state).isIn("ok", "limited", "missing");
      assertThat(finding.get("sentence").asString()).isNotBlank().endsWith(".");
      assertThat(finding.has("advice")).isEqualTo(!state.equals("ok"));
      assertThat(lines).anyMatch(line -> line.contains(finding.get("sentence").asString()));
      if (finding.has("command")) {
        assertThat(lines)
            .anyMatch(line -> line.endsWith("Mend it: " + finding.get("command").asString()));
      }
    }
    boolean kvm = HostKind.AUTO.resolve() == HostKind.KVM;
    assertThat(findings.get(3).get("state").asString().equals("ok")).isEqualTo(kvm);
    boolean vectors = EngineKind.VECTOR.obstacle().isEmpty();
    assertThat(findings.get(9).get("state").asString().equals("ok")).isEqualTo(vectors);
    assertThat(findings.get(10).get("sentence").asString()).contains("engine is taken");
  }

  @Test
  @DisplayName("a device that is not there is missing, and something is to be done about it")
  void missingDevice() {
    Finding finding =
        new DeviceExamination("/dev/no-such-device", "it works", "Nothing works.", "Get one.")
            .examine();

    assertThat(finding.state()).isEqualTo(Finding.State.MISSING);
    assertThat(finding.sentence()).contains("ENOENT", "Nothing works.");
    assertThat(finding.advice()).isEqualTo("Get one.");
  }

  @Test
  @DisplayName("a device that is there is fine")
  void presentDevice() {
    Finding finding =
        new DeviceExamination("/dev/null", "it swallows", "Nothing is swallowed.", "Get one.")
            .examine();

    assertThat(finding.state()).isEqualTo(Finding.State.OK);
    assertThat(finding.sentence()).isEqualTo("It is here: it swallows.");
  }

  @Test
  @DisplayName("a machine with SEV is told by what its CPU and its kernel say of it")
  void machineWithSev(@TempDir Path root) throws Exception {
    write(
        root,
        "proc/cpuinfo",
        "vendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 9354\nflags\t\t: fpu sme sev sev_es\n");
    write(root, "sys/fs/cgroup/misc.capacity", "sev 407\nsev_es 99\n");
    write(root, "sys/module/kvm_amd/parameters/sev", "Y\n");
    write(root, "sys/module/kvm_amd/parameters/sev_es", "N\n");
    write(
        root,
        "proc/self/limits",
        "Limit  Soft Limit\nMax locked memory         unlimited            unlimited            bytes     \n");
    write(root, "proc/self/cgroup", "0::/unit\n");
    write(root, "sys/fs/cgroup/unit/memory.max", "1073741824\n");
    write(root, "sys/fs/cgroup/unit/cpu.max", "150000 100000\n");
    HostFiles files = new HostFiles(root);

    assertThat(new ProcessorExamination(files).examine())
        .isEqualTo(
            Finding.limited(
                    "processor",
                    "AMD EPYC 9354 (AuthenticAMD) has SME, SEV, SEV-ES; the C-bit is not known.",
                    "The CPU can be asked through the cpuid module.")
                .mendedBy("modprobe cpuid"));
    cpuid(root, 0x8000_0000L, 0x8000_0028, 0, 0, 0);
    cpuid(root, 0x8000_001FL, 0b1_1011, 51, 506, 100);
    assertThat(new ProcessorExamination(files).examine().sentence())
        .isEqualTo(
            "AMD EPYC 9354 (AuthenticAMD) has SME, SEV, SEV-ES, SEV-SNP; C-bit 51, ASIDs 1 to 506,"
                + " of which SEV guests have those from 100 on.");
    assertThat(new AsidExamination(files).examine().sentence())
        .isEqualTo("The kernel has 407 for SEV and 99 for SEV-ES.");
    Finding module = new KvmModuleExamination(files).examine();
    assertThat(module.state()).isEqualTo(Finding.State.LIMITED);
    assertThat(module.command()).contains("sev_es=1");
    assertThat(new LockedMemoryExamination(files).examine().state()).isEqualTo(Finding.State.OK);
    assertThat(new CgroupExamination(files).examine().sentence())
        .contains("1 GiB of memory", "1.5 processors");
    assertThat(new SeccompExamination(files).examine().state()).isEqualTo(Finding.State.MISSING);
  }

  @Test
  @DisplayName("a Secure Processor that answers is told with its version, state and owner")
  void answeringProcessor() throws Exception {
    try (HostMachine machine =
        HostMachine.powerUp(HostKind.MODEL, KernelProfile.MAINLINE, TestRoot.root())) {
      assertThat(new SevDeviceExamination(machine.host()).examine().sentence())
          .startsWith("It answers: API 1.55 build")
          .contains("its own owner", "0 guests");
      assertThat(new KvmExamination(machine.host().calls()).examine().sentence())
          .contains("API 12");
    }
  }

  @Test
  @DisplayName("where no processor answers, --sev says so and names the line that says more")
  void noProcessor() {
    assumeFalse(Files.exists(Path.of("/dev/sev")), "there is a /dev/sev here");

    Answer answer = Answer.to("doctor", "--sev");

    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.err()).contains("/dev/sev", "More: sealift explain errno ENOENT");
  }

  private static void write(Path root, String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  /** A leaf of CPUID, as cpuid(4) has it: at its own number in the file. */
  private static void cpuid(Path root, long leaf, int... registers) throws IOException {
    Path path = root.resolve("dev/cpu/0/cpuid");
    Files.createDirectories(path.getParent());
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(registers);
    try (FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
      file.write(bytes, leaf);
    }
  }
}
