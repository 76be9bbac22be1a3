package dev.sealift.cli.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.ModelRootDirectory;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.vmm.Host;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code sealift doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Says what this machine has of what Sealift can use, and what is done without the rest.",
      "",
      "Nothing of it must be there: where something is missing, software takes its place, or a"
          + " measurement is left out."
    },
    footer = {"", "Examples:  sealift doctor", "           sealift doctor --sev --json"})
public final class DoctorCommand implements Callable<Integer> {
  private static final HostFiles FILES = HostFiles.OF_THIS_MACHINE;
  private static final List<Examination> EXAMINATIONS =
      List.of(
          new ProcessorExamination(FILES),
          new SevDeviceExamination(null),
          new AsidExamination(FILES),
          new KvmExamination(null),
          new KvmModuleExamination(FILES),
          new LockedMemoryExamination(FILES),
          new CgroupExamination(FILES),
          new DeviceExamination(
              "/dev/fuse",
              "programs could be shown a /dev/sev in software",
              "No other program can be shown a /dev/sev in software.",
              "Load the fuse module: modprobe fuse."),
          new SeccompExamination(FILES),
          new JavaExamination(),
          new EngineExamination(),
          new CompilerExamination(),
          new QemuExamination());

  @Option(
      names = "--json",
      description = "Print one JSON object on the last line of standard output.")
  private boolean json;

  @Option(
      names = "--sev",
      description =
          "On real SEV hardware: also send a small guest to itself and receive it, and compare every"
              + " answer with the platform in software.")
  private boolean sev;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "With --sev: the software's model root; without it one is made.")
  private @Nullable Path root;

  @Spec private @Nullable CommandSpec spec;

  /**
   * What the doctor found.
   *
   * @param findings in the order of the examinations
   * @param sev how this machine's Secure Processor does beside one in software; null where that was
   *     not asked
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Report(List<Finding> findings, @Nullable TrialReport sev) {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    List<Finding> findings = new ArrayList<>();
    for (Examination examination : EXAMINATIONS) {
      Finding finding = examination.examine();
      findings.add(finding);
      tell(finding, out);
    }
    TrialReport trial = sev ? trial(SevDeviceExamination.ofThisMachine()) : null;
    if (trial != null) {
      out.println();
      out.print(trial.page());
    }
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(new Report(findings, trial)));
    }
    out.flush();
    return trial == null || trial.same() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  /** Tries a machine's processor, and the same on one in software. */
  private TrialReport trial(Host real) throws Exception {
    List<TrialStep> here = ProcessorTrial.on(real);
    ModelRoot maker =
        root == null ? ModelRoot.create(new SecureRandom()) : ModelRootDirectory.load(root);
    try (HostMachine software =
        HostMachine.powerUp(HostKind.MODEL, KernelProfile.MAINLINE, maker)) {
      return TrialReport.of(here, ProcessorTrial.on(software.host()));
    }
  }

  private static void tell(Finding finding, PrintWriter out) {
    String state = finding.state().name().toLowerCase(Locale.ROOT);
    out.printf(Locale.ROOT, "%-17s %-8s %s%n", finding.name(), state, finding.sentence());
    if (finding.advice() != null) {
      out.printf(Locale.ROOT, "%-26s %s%n", "", finding.advice());
    }
    if (finding.command() != null) {
      out.printf(Locale.ROOT, "%-26s Mend it: %s%n", "", finding.command());
    }
    out.flush();
  }
}
