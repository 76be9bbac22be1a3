package dev.sealift.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the module kvm_amd was loaded with SEV. */
record KvmModuleExamination(HostFiles files) implements Examination {
  private static final String NAME = "kvm_amd";
  private static final String PARAMETERS = "sys/module/kvm_amd/parameters/";
  private static final String MEND = "modprobe -r kvm_amd; modprobe kvm_amd sev=1 sev_es=1";

  @Override
  public Finding examine() {
    if (!files.exists("sys/module/kvm_amd")) {
      return Finding.missing(
              NAME,
              "The module is not loaded: KVM serves no SEV command here.",
              "It needs an AMD processor; on another, nothing is to be done.")
          .mendedBy("modprobe kvm_amd sev=1 sev_es=1");
    }
    List<String> said = new ArrayList<>();
    for (String parameter : List.of("sev", "sev_es", "sev_snp")) {
      Optional<String> value = files.text(PARAMETERS + parameter);
      value.ifPresent(word -> said.add(parameter + "=" + word));
    }
    String sentence =
        "Loaded with " + (said.isEmpty() ? "no SEV at all" : String.join(", ", said)) + ".";
    if (on("sev") && on("sev_es")) {
      return Finding.ok(NAME, sentence);
    }
    return Finding.limited(
            NAME,
            sentence,
            on("sev")
                ? "Guests with SEV-ES cannot run; no guest may run while the module is loaded anew."
                : "SEV is off; no guest may run while the module is loaded anew.")
        .mendedBy(MEND);
  }

  private boolean on(String parameter) {
    return files.text(PARAMETERS + parameter).filter(word -> word.matches("[Yy1]")).isPresent();
  }
}
