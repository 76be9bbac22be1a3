package dev.sealift.cli.doctor;

import dev.sealift.crypto.EngineKind;

/** Which Java this is, and whether it has the vectors. */
final class JavaExamination implements Examination {
  private static final String NAME = "java";

  @Override
  public Finding examine() {
    String version =
        "Java " + Runtime.version() + " by " + System.getProperty("java.vendor") + " runs this";
    return EngineKind.VECTOR
        .obstacle()
        .map(why ->
            Finding.limited(
                NAME,
                version + ", and its vectors cannot be used.",
                "Nothing must be done: only the faster packet engine needs them (" + why + ")."))
        .orElseGet(() -> Finding.ok(NAME, version + ", with vectors."));
  }
}
