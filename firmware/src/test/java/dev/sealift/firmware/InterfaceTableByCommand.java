package dev.sealift.firmware;

import dev.sealift.abi.psp.PspCommand;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The cases of {@link InterfaceTableTest} but for queues and most pairs, one test a command, for
 * mutation testing: it starts every test anew for every change, and thousands of starts take longer
 * than the tests. Its name keeps it out of the ordinary suite, which has the cases one by one.
 */
class InterfaceTableByCommand {

  @ParameterizedTest
  @EnumSource
  void allCases(PspCommand command) {
    InterfaceCases cases =
        new InterfaceCases(FirmwareInterface.load().command(command).orElseThrow());
    Stream.of(cases.faults(), cases.precedences(), cases.states())
        .flatMap(List::stream)
        .forEach(one -> one.attempt().run());
  }
}
