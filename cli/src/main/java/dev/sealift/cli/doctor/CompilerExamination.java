package dev.sealift.cli.doctor;

import dev.sealift.bench.CReference;
import java.io.IOException;

/** Whether the loop in C that the bench compares with can be compiled. */
final class CompilerExamination implements Examination {
  private static final String NAME = "cc and libcrypto";
  private static final double NO_TIME = 0.001;

  @Override
  public Finding examine() throws InterruptedException {
    try (CReference loop = CReference.compile(NO_TIME)) {
      return Finding.ok(
          NAME, "The loop that the bench compares with runs on " + loop.library() + ".");
    } catch (IOException e) {
      return Finding.missing(
          NAME,
          "Ratios are missing from the bench: " + e.getMessage() + ".",
          "Install gcc and libssl-dev.");
    }
  }
}
