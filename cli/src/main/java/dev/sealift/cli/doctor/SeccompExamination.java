package dev.sealift.cli.doctor;

/** Whether programs can be served through seccomp user notification. */
record SeccompExamination(HostFiles files) implements Examination {
  private static final String NAME = "seccomp";

  @Override
  public Finding examine() {
    return files
        .text("proc/sys/kernel/seccomp/actions_avail")
        .filter(actions -> (" " + actions + " ").contains(" user_notif "))
        .map(_ ->
            Finding.ok(
                NAME, "User notification is here: sealift run and sealift trace serve programs."))
        .orElseGet(() ->
            Finding.missing(
                NAME,
                "User notification is not here: sealift run and sealift trace cannot serve programs.",
                "Use a kernel of 5.5 or later with CONFIG_SECCOMP_FILTER, and a container that allows it."));
  }
}
