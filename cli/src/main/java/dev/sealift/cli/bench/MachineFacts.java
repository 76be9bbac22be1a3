package dev.sealift.cli.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was measured on.
 *
 * @param cpu its model
 * @param cores those that this process may use
 * @param vectorBits of the widest vectors that the processor says it has
 * @param memoryMegabytes units of 2^20 bytes
 * @param libcrypto the one under the loop in C; null where that did not run
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record MachineFacts(
    String cpu,
    int cores,
    int vectorBits,
    long memoryMegabytes,
    String java,
    String kernel,
    @Nullable String libcrypto,
    String date) {
  private static final Path CPU = Path.of("/proc/cpuinfo");
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final String UNKNOWN = "unknown";

  static MachineFacts read(@Nullable String libcrypto) {
    List<String> flags = List.of(value(CPU, "flags", "").split(" "));
    return new MachineFacts(
        value(CPU, "model name", UNKNOWN),
        Runtime.getRuntime().availableProcessors(),
        flags.contains("avx512f") ? 512 : flags.contains("avx2") ? 256 : 128,
        kilobytes("MemTotal") >> 10,
        System.getProperty("java.vm.vendor") + " " + Runtime.version(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        libcrypto,
        LocalDate.now(ZoneOffset.UTC).toString());
  }

  /** Bytes that can be taken without harm to others; 0 where the system does not say. */
  static long availableBytes() {
    return kilobytes("MemAvailable") << 10;
  }

  private static long kilobytes(String name) {
    String words = value(MEMORY, name, "0 kB");
    return Long.parseLong(words.split(" ", 2)[0]);
  }

  private static String value(Path file, String name, String otherwise) {
    try {
      for (String line : Files.readAllLines(file)) {
        int colon = line.indexOf(':');
        if (colon > 0 && line.substring(0, colon).strip().equals(name)) {
          return line.substring(colon + 1).strip();
        }
      }
    } catch (IOException e) {
      // The same as a file that does not say it.
    }
    return otherwise;
  }
}
