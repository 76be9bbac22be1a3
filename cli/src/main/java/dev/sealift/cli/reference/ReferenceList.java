package dev.sealift.cli.reference;

import dev.sealift.firmware.FirmwareInterface;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Every command there is: the object that {@code --json} prints where none is asked for.
 *
 * @param firmware those of the Secure Processor
 * @param systemCalls those of the kernel, for the firmware's
 */
record ReferenceList(List<Command> firmware, List<Call> systemCalls) {

  /** A command of the Secure Processor. */
  record Command(String command, int id, String purpose) {}

  /**
   * A command of the kernel.
   *
   * @param asks the firmware's commands behind it
   */
  record Call(String name, int id, String ioctl, String on, String kernel, List<String> asks) {}

  static ReferenceList of(FirmwareInterface table) {
    return new ReferenceList(
        table.commands().stream()
            .map(row -> new Command(row.command().name(), row.command().id(), row.purpose()))
            .toList(),
        SystemCall.ALL.stream()
            .map(call ->
                new Call(
                    call.name(),
                    call.id(),
                    call.ioctl().name(),
                    call.ioctl().on(),
                    CommandReference.word(call.kernel()),
                    call.asks().stream().<String>map(Enum::name).toList()))
            .toList());
  }

  /** In words. */
  String page() {
    Page page = new Page();
    page.line("Commands of the Secure Processor's mailbox");
    for (Command command : firmware) {
      page.hanging("  0x%02X  %-21s".formatted(command.id(), command.command()), command.purpose());
    }
    systemCalls.stream()
        .collect(Collectors.groupingBy(Call::ioctl, TreeMap::new, Collectors.toList()))
        .values()
        .forEach(calls -> calls(page, calls));
    return page.toString();
  }

  private static void calls(Page page, List<Call> calls) {
    Call any = calls.getFirst();
    page.blank().line("Commands of the ioctl %s on %s".formatted(any.ioctl(), any.on()));
    for (Call call : calls) {
      page.hanging(
          "  %6s  %-35s".formatted(ReferencePage.number(call.id()), call.name()),
          "asks for "
              + String.join(", ", call.asks())
              + (call.kernel().equals("extended") ? " (extended kernel only)" : ""));
    }
  }
}
