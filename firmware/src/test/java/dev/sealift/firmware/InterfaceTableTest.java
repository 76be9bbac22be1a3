package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every line of the interface table, tried: made from the same table that the processor runs from.
 */
@DisplayName("The interface table")
class InterfaceTableTest {
  private static final List<CommandRow> ROWS = FirmwareInterface.load().commands();
  private static final List<InterfaceCases> CASES = ROWS.stream().map(InterfaceCases::new).toList();
  private static int tried;

  @AfterAll
  static void count() {
    System.out.printf(
        "interface table: %d commands, %d lines of checks, %d generated cases,"
            + " %d pairs that exclude each other%n",
        ROWS.size(),
        ROWS.stream().mapToInt(row -> row.checks().size()).sum(),
        tried,
        CASES.stream().mapToInt(InterfaceCases::exclusions).sum());
  }

  @Test
  @DisplayName("has no line whose fault the tests cannot bring about")
  void noUncoveredRow() {
    Set<String> uncovered = new TreeSet<>();
    for (CommandRow row : ROWS) {
      for (CheckRow check : row.checks()) {
        if (InterfaceCases.RECIPES.of(check).isEmpty()
            || InterfaceCases.PROFILES.stream().noneMatch(check::appliesTo)) {
          uncovered.add(row.command() + ": " + check.words());
        }
      }
    }
    assertThat(uncovered).as("uncovered rows").isEmpty();
  }

  @TestFactory
  @DisplayName("says what each command answers in each state of platform and guest")
  Stream<DynamicTest> everyState() {
    return tests(InterfaceCases::states);
  }

  @TestFactory
  @DisplayName("says what each command answers to each fault alone")
  Stream<DynamicTest> everyFault() {
    return tests(InterfaceCases::faults);
  }

  @TestFactory
  @DisplayName("says which of two faults is answered: that of the earlier line")
  Stream<DynamicTest> everyPair() {
    return tests(InterfaceCases::pairs);
  }

  @TestFactory
  @DisplayName("says what each command answers when it comes from a queue: the same")
  Stream<DynamicTest> everyFaultInAQueue() {
    return tests(InterfaceCases::queued);
  }

  private static Stream<DynamicTest> tests(
      Function<InterfaceCases, List<InterfaceCases.Case>> cases) {
    List<InterfaceCases.Case> all =
        CASES.stream().flatMap(command -> cases.apply(command).stream()).toList();
    tried += all.size();
    return all.stream().map(one -> DynamicTest.dynamicTest(one.name(), one.attempt()::run));
  }
}
