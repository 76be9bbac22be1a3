package dev.sealift.cli.doctor;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
    footer = {"", "Example:  sealift doctor"})
public final class DoctorCommand implements Callable<Integer> {
  private static final List<Examination> EXAMINATIONS =
      List.of(
          new DeviceExamination(
              "/dev/kvm",
              "guests run on real vCPUs",
              "Guests are programs in Java (--host model).",
              "Load the kvm module: modprobe kvm_amd, or kvm_intel."),
          new DeviceExamination(
              "/dev/sev",
              "this machine has a Secure Processor, which sealift platform speaks to",
              "A Secure Processor in software takes its place.",
              "Only EPYC processors have one, with SEV switched on in the BIOS."),
          new DeviceExamination(
              "/dev/fuse",
              "programs could be shown a /dev/sev in software",
              "No other program can be shown a /dev/sev in software.",
              "Load the fuse module: modprobe fuse."),
          new JavaExamination(),
          new EngineExamination(),
          new CompilerExamination());

  @Option(
      names = "--json",
      description = "Print one JSON object on the last line of standard output.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  /**
   * What the doctor found.
   *
   * @param findings in the order of the examinations
   */
  record Report(List<Finding> findings) {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    List<Finding> findings = new ArrayList<>();
    for (Examination examination : EXAMINATIONS) {
      Finding finding = examination.examine();
      findings.add(finding);
      tell(finding, out);
    }
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(new Report(findings)));
    }
    out.flush();
    return 0;
  }

  private static void tell(Finding finding, PrintWriter out) {
    String state = finding.state().name().toLowerCase(Locale.ROOT);
    out.printf(Locale.ROOT, "%-17s %-8s %s%n", finding.name(), state, finding.sentence());
    if (finding.advice() != null) {
      out.printf(Locale.ROOT, "%-26s %s%n", "", finding.advice());
    }
    out.flush();
  }
}
