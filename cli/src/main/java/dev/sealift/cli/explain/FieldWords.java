package dev.sealift.cli.explain;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the fields of structs are, and their values in words. */
final class FieldWords {
  private static final long INT = 0xFFFF_FFFFL;

  private final Map<String, String> meanings = new HashMap<>();

  private FieldWords() {}

  static FieldWords load() {
    FieldWords words = new FieldWords();
    for (String line : Resources.lines("fields.txt")) {
      String[] parts = line.split(" +", 2);
      words.meanings.put(parts[0], parts[1]);
    }
    return words;
  }

  /** What a field is; empty where that is not known. */
  String meaning(StructLayout struct, Field field) {
    String own = meanings.get(struct.name() + "." + field.name());
    return own != null ? own : meanings.getOrDefault(field.name(), "");
  }

  /** A field's value, in words where there are any. */
  String value(StructLayout struct, Field field, long value) {
    String name = field.name();
    if (name.equals("policy")) {
      return new GuestPolicy((int) value).toString();
    }
    if (name.equals("error") || name.equals("status")) {
      return FirmwareStatus.describe((int) value);
    }
    if (name.endsWith("usage")) {
      return Usage.describe((int) value) + hex(value);
    }
    if (name.endsWith("algo")) {
      return Algorithm.describe((int) value) + hex(value);
    }
    if (name.equals("state")) {
      Enum<?> state =
          struct.name().contains("guest")
              ? GuestState.of((int) value)
              : PlatformState.of((int) value);
      return value + " (" + (state == null ? "no such state" : state.name()) + ")";
    }
    if (isAddress(name)) {
      return "0x" + Long.toHexString(value);
    }
    return name.equals("flags") ? "0x" + Long.toHexString(value) : Long.toUnsignedString(value);
  }

  private static String hex(long value) {
    return " (0x%x)".formatted(value & INT);
  }

  private static boolean isAddress(String name) {
    return name.contains("addr")
        || name.endsWith("_ptr")
        || name.endsWith("_val")
        || name.equals("data")
        || name.equals("vmsa_features");
  }

  /** For tests: what stands in the table under this name. */
  @Nullable String of(String name) {
    return meanings.get(name);
  }
}
