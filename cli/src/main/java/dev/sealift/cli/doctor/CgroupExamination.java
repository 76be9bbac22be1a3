package dev.sealift.cli.doctor;

import dev.sealift.cli.MemorySize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How much memory and processor time the cgroup of this process may take.
 *
 * <p>Source: the kernel's documentation of cgroup v2, memory.max and cpu.max; of v1,
 * memory.limit_in_bytes and cpu.cfs_quota_us.
 */
record CgroupExamination(HostFiles files) implements Examination {
  private static final String NAME = "cgroup";
  private static final String ROOT = "sys/fs/cgroup";

  /** What v1 says where there is no limit begins here. */
  private static final long NO_LIMIT = 1L << 60;

  @Override
  public Finding examine() {
    List<String> limits = new ArrayList<>();
    memory().ifPresent(bytes -> limits.add(new MemorySize(bytes) + " of memory"));
    processors()
        .ifPresent(count -> limits.add(String.format(Locale.ROOT, "%.1f processors", count)));
    if (limits.isEmpty()) {
      return Finding.ok(NAME, "Nothing limits this process below what the machine has.");
    }
    return Finding.limited(
        NAME,
        "This process may take at most " + String.join(" and ", limits) + ".",
        "Guests must fit into that; raise it where the container or the unit is defined.");
  }

  private Optional<Long> memory() {
    return first("memory.max", "memory", "memory.limit_in_bytes")
        .filter(word -> word.matches("[0-9]{1,18}"))
        .map(Long::parseLong)
        .filter(bytes -> bytes < NO_LIMIT);
  }

  private Optional<Double> processors() {
    Optional<String> two = own("", "cpu.max");
    if (two.isPresent()) {
      return two.map(words -> words.split(" ", -1))
          .filter(words -> words.length == 2 && words[0].matches("[0-9]{1,15}"))
          .map(words -> Double.parseDouble(words[0]) / Double.parseDouble(words[1]));
    }
    Optional<String> quota = own("cpu", "cpu.cfs_quota_us").filter(q -> q.matches("[1-9][0-9]*"));
    Optional<String> period = own("cpu", "cpu.cfs_period_us").filter(p -> p.matches("[1-9][0-9]*"));
    return quota.flatMap(q -> period.map(p -> Double.parseDouble(q) / Double.parseDouble(p)));
  }

  private Optional<String> first(String two, String controller, String one) {
    Optional<String> unified = own("", two);
    return unified.isPresent() ? unified : own(controller, one);
  }

  /** A file of this process's own cgroup, or, as containers show it, of the root. */
  private Optional<String> own(String controller, String file) {
    for (String line : files.lines("proc/self/cgroup")) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains(controller)) {
        String base = controller.isEmpty() ? ROOT : ROOT + "/" + controller;
        Optional<String> own = files.text(base + parts[2] + "/" + file);
        return own.isPresent() ? own : files.text(base + "/" + file);
      }
    }
    return Optional.empty();
  }
}
