package dev.sealift.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * How many encrypted guests the kernel can have, by the misc controller of cgroups.
 *
 * <p>Source: the kernel's documentation of cgroup v2, Misc.
 */
record AsidExamination(HostFiles files) implements Examination {
  private static final String NAME = "ASIDs";

  @Override
  public Finding examine() {
    List<String> kinds = new ArrayList<>();
    for (String line : files.lines("sys/fs/cgroup/misc.capacity")) {
      String[] words = line.split(" +", -1);
      if (words.length == 2 && words[0].startsWith("sev") && words[1].matches("[0-9]{1,9}")) {
        kinds.add("%s %s".formatted(words[1], words[0].equals("sev") ? "for SEV" : "for SEV-ES"));
      }
    }
    if (kinds.isEmpty()) {
      return Finding.missing(
              NAME,
              "The kernel counts none: it runs no encrypted guests, or cgroup v2 is not mounted.",
              "Load kvm_amd with SEV, and see misc.capacity.")
          .mendedBy("modprobe kvm_amd sev=1 sev_es=1");
    }
    return Finding.ok(NAME, "The kernel has " + String.join(" and ", kinds) + ".");
  }
}
