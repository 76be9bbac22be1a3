package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * The checks of a command, in their order. Each fault is tried alone, and together with every fault
 * whose check comes later: its own status must be the answer both times. At last the flawless
 * command must succeed.
 */
final class OrderOfChecks<C> {
  private record Fault<C>(String what, FirmwareStatus status, UnaryOperator<C> spoil) {}

  private final List<Fault<C>> faults = new ArrayList<>();
  private final C flawless;
  private final Function<C, FirmwareStatus> command;

  OrderOfChecks(C flawless, Function<C, FirmwareStatus> command) {
    this.flawless = flawless;
    this.command = command;
  }

  OrderOfChecks<C> then(String what, FirmwareStatus status, UnaryOperator<C> spoil) {
    faults.add(new Fault<>(what, status, spoil));
    return this;
  }

  Stream<DynamicTest> tests() {
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < faults.size(); i++) {
      List<Fault<C>> rest = faults.subList(i, faults.size());
      Fault<C> first = rest.getFirst();
      tests.add(
          DynamicTest.dynamicTest(
              first.what + ": " + first.status,
              () ->
                  assertThat(command.apply(first.spoil.apply(flawless))).isEqualTo(first.status)));
      if (rest.size() > 1) {
        tests.add(
            DynamicTest.dynamicTest(
                first.what + ", before " + rest.get(1).what,
                () -> assertThat(command.apply(spoiled(rest))).isEqualTo(first.status)));
      }
    }
    tests.add(
        DynamicTest.dynamicTest(
            "nothing wrong: SUCCESS",
            () -> assertThat(command.apply(flawless)).isEqualTo(FirmwareStatus.SUCCESS)));
    return tests.stream();
  }

  /** With every fault; where two meet in one field, the earlier check's fault stays. */
  private C spoiled(List<Fault<C>> rest) {
    C spoiled = flawless;
    for (Fault<C> fault : rest.reversed()) {
      spoiled = fault.spoil.apply(spoiled);
    }
    return spoiled;
  }
}
