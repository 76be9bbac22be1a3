package dev.sealift.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.kvm.KvmDirtyLog;
import dev.sealift.abi.kvm.KvmEnableCap;
import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.abi.kvm.KvmSegment;
import dev.sealift.abi.kvm.KvmUserspaceMemoryRegion;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.KvmSevDbg;
import dev.sealift.abi.sev.KvmSevGuestStatus;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchSecret;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataPekCertImport;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A C compiler reads the system's headers and says where every field lies; our layouts must agree
 * with it.
 */
class HeaderAgreementTest {

  /** Layouts whose C twin stands in the system's headers under the same name and field names. */
  private static final List<StructLayout> LAYOUTS =
      List.of(
          KvmSevCmd.LAYOUT,
          KvmSevLaunchStart.LAYOUT,
          KvmSevLaunchUpdateData.LAYOUT,
          KvmSevLaunchMeasure.LAYOUT,
          KvmSevLaunchSecret.LAYOUT,
          KvmSevGuestStatus.LAYOUT,
          KvmSevSendStart.LAYOUT,
          KvmSevSendUpdateData.LAYOUT,
          KvmSevReceiveStart.LAYOUT,
          KvmSevReceiveUpdateData.LAYOUT,
          KvmSevDbg.LAYOUT,
          KvmSevAttestationReport.LAYOUT,
          SevIssueCmd.LAYOUT,
          SevUserDataPdhCertExport.LAYOUT,
          SevUserDataPekCsr.LAYOUT,
          SevUserDataPekCertImport.LAYOUT,
          SevUserDataGetId2.LAYOUT,
          KvmEncRegion.LAYOUT,
          KvmUserspaceMemoryRegion.LAYOUT,
          KvmDirtyLog.LAYOUT,
          KvmEnableCap.LAYOUT,
          KvmRegs.LAYOUT,
          KvmSegment.LAYOUT);

  /** Commands that older headers do not know yet. */
  private static final List<String> NEWER_COMMANDS =
      List.of("INIT2", "SNP_LAUNCH_START", "SNP_LAUNCH_UPDATE", "SNP_LAUNCH_FINISH");

  @Test
  @DisplayName("every struct, ioctl and command number is what the system's headers say")
  void agreesWithTheSystemsHeaders(@TempDir Path folder) throws Exception {
    assumeTrue(runs("cc", "--version"), "no C compiler (cc) on this machine");
    assumeTrue(
        Files.exists(Path.of("/usr/include/linux/kvm.h"))
            && Files.exists(Path.of("/usr/include/linux/psp-sev.h")),
        "no kernel headers (linux/kvm.h, linux/psp-sev.h) on this machine");

    Map<String, Long> ours = new LinkedHashMap<>();
    StringBuilder program =
        new StringBuilder(
            """
            #include <stddef.h>
            #include <stdio.h>
            #include <linux/kvm.h>
            #include <linux/psp-sev.h>
            int main(void) {
            """);
    for (StructLayout layout : LAYOUTS) {
      ask(program, ours, "sizeof(struct " + layout.name() + ")", layout.size());
      for (Field field : layout.fields()) {
        String name = field.name();
        ask(
            program,
            ours,
            "offsetof(struct %s, %s)".formatted(layout.name(), name),
            field.offset());
        ask(
            program,
            ours,
            "sizeof(((struct %s *)0)->%s)".formatted(layout.name(), name),
            field.size());
      }
    }
    for (var constant : KvmIoctl.class.getFields()) {
      if (Modifier.isStatic(constant.getModifiers())) {
        ask(
            program,
            ours,
            "(unsigned)KVM_" + constant.getName(),
            Integer.toUnsignedLong(constant.getInt(null)));
      }
    }
    ask(program, ours, "(unsigned)SEV_ISSUE_CMD", Integer.toUnsignedLong(SevIoctl.ISSUE_CMD));
    for (SevCommand command : SevCommand.values()) {
      if (!NEWER_COMMANDS.contains(command.name())) {
        ask(program, ours, "(unsigned)KVM_SEV_" + command.name(), command.id());
      }
    }
    program.append("  return 0;\n}\n");

    assertThat(compileAndRun(folder, program.toString())).isEqualTo(ours);
  }

  private static void ask(
      StringBuilder program, Map<String, Long> ours, String expression, long value) {
    program
        .append("  printf(\"%s\\t%lu\\n\", \"")
        .append(expression)
        .append("\", (unsigned long)")
        .append(expression)
        .append(");\n");
    ours.put(expression, value);
  }

  private static Map<String, Long> compileAndRun(Path folder, String program)
      throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("layouts.c"), program);
    Path binary = folder.resolve("layouts");
    Process compiler =
        new ProcessBuilder("cc", "-o", binary.toString(), source.toString())
            .redirectErrorStream(true)
            .start();
    String words = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.waitFor()).as(words).isZero();
    Process layouts = new ProcessBuilder(binary.toString()).start();
    Map<String, Long> theirs = new LinkedHashMap<>();
    for (String line : new ArrayList<>(layouts.inputReader().readAllLines())) {
      String[] parts = line.split("\t");
      theirs.put(parts[0], Long.parseLong(parts[1]));
    }
    return theirs;
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
