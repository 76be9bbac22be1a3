package dev.sealift.cli.doctor;

import dev.sealift.cli.MemorySize;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory may be locked: a SEV guest's is pinned, all of it. */
record LockedMemoryExamination(HostFiles files) implements Examination {
  private static final String NAME = "locked memory";
  private static final Pattern LIMIT =
      Pattern.compile("Max locked memory +([0-9]{1,18}|unlimited) .*");

  @Override
  public Finding examine() {
    Optional<String> limit =
        files.lines("proc/self/limits").stream()
            .map(LIMIT::matcher)
            .filter(Matcher::matches)
            .map(line -> line.group(1))
            .findFirst();
    if (limit.isEmpty()) {
      return Finding.limited(NAME, "Linux does not say how much may be locked.", "See ulimit -l.");
    }
    if (limit.get().equals("unlimited")) {
      return Finding.ok(NAME, "There is no limit: a SEV guest may have any size.");
    }
    return Finding.limited(
            NAME,
            "At most "
                + new MemorySize(Long.parseLong(limit.get()))
                + " may be locked: no real SEV guest may have more, unless root runs it.",
            "Raise the limit above the guests' memory; in a systemd unit with LimitMEMLOCK=infinity.")
        .mendedBy("ulimit -l unlimited");
  }
}
