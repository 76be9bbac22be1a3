package dev.sealift.fuzz;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * A test class that says which readers are given any bytes. Its corpus is beside it; {@code
 * -Dsealift.fuzz.corpus=write} writes the sound inputs anew.
 */
public interface FuzzSuite {

  /** The readers, with their promises. */
  List<FuzzTarget> targets();

  /** The corpus, then inputs made of it by chance. */
  @TestFactory
  @DisplayName("are read, or refused in a sentence")
  default Stream<DynamicTest> areReadOrRefused() {
    boolean writing = "write".equals(System.getProperty("sealift.fuzz.corpus"));
    return targets().stream()
        .map(target ->
            DynamicTest.dynamicTest(
                target.name(),
                () -> {
                  if (writing) {
                    Corpus.write(getClass(), target);
                  } else {
                    new FuzzRun(target, Corpus.of(getClass(), target)).run();
                  }
                }));
  }

  /** Inputs that Jazzer makes by looking which code they reach: {@code -Pfuzz}. */
  @Tag("guided")
  @TestFactory
  @DisplayName("are read, or refused in a sentence, also where coverage leads")
  default Stream<DynamicTest> areReadOrRefusedWhereCoverageLeads() {
    return targets().stream()
        .map(target ->
            DynamicTest.dynamicTest(target.name(), () -> new GuidedRun(getClass(), target).run()));
  }
}
