package dev.sealift.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which CPU this is, and whether it has SEV: by CPUID leaf 8000001F where it can be asked, else by
 * what the kernel says of it.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual, volume 3, CPUID Fn8000_001F.
 */
record ProcessorExamination(HostFiles files) implements Examination {
  private static final String NAME = "processor";
  private static final long HIGHEST_LEAF = 0x8000_0000L;
  private static final long ENCRYPTED_MEMORY = 0x8000_001FL;
  private static final int POSITION = 0x3F;

  /** Bits of EAX. */
  private enum Feature {
    SME(0, "sme"),
    SEV(1, "sev"),
    SEV_ES(3, "sev_es"),
    SEV_SNP(4, "sev_snp");

    private final int bit;
    private final String flag;

    Feature(int bit, String flag) {
      this.bit = bit;
      this.flag = flag;
    }

    String words() {
      return name().replace('_', '-');
    }
  }

  @Override
  public Finding examine() {
    String cpu = field("model name") + " (" + field("vendor_id") + ")";
    Optional<int[]> leaf = leaf();
    List<String> features = new ArrayList<>();
    List<String> flags = List.of(field("flags").split(" ", -1));
    for (Feature feature : Feature.values()) {
      boolean has =
          leaf.isPresent()
              ? (leaf.get()[0] >>> feature.bit & 1) != 0
              : flags.contains(feature.flag);
      if (has) {
        features.add(feature.words());
      }
    }
    if (!features.contains(Feature.SEV.words())) {
      return Finding.missing(
          NAME,
          cpu + " shows no SEV: a Secure Processor in software takes its place.",
          "Only EPYC processors have it; where this is one, switch SMEE and SEV on in the BIOS, and"
              + " in a virtual machine nothing helps.");
    }
    String has = cpu + " has " + String.join(", ", features);
    if (leaf.isEmpty()) {
      return Finding.limited(
              NAME,
              has + "; the C-bit is not known.",
              "The CPU can be asked through the cpuid module.")
          .mendedBy("modprobe cpuid");
    }
    int[] registers = leaf.get();
    String numbers =
        String.format(
            Locale.ROOT,
            "; C-bit %d, ASIDs 1 to %d, of which SEV guests have those from %d on.",
            registers[1] & POSITION,
            Integer.toUnsignedLong(registers[2]),
            Integer.toUnsignedLong(registers[3]));
    return Finding.ok(NAME, has + numbers);
  }

  private Optional<int[]> leaf() {
    return files
        .cpuid(HIGHEST_LEAF)
        .filter(highest -> Integer.toUnsignedLong(highest[0]) >= ENCRYPTED_MEMORY)
        .flatMap(_ -> files.cpuid(ENCRYPTED_MEMORY));
  }

  /** A line of /proc/cpuinfo. */
  private String field(String name) {
    return files.lines("proc/cpuinfo").stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }
}
