package dev.sealift.firmware;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.QueuedCommand;
import dev.sealift.abi.psp.QueuedStatus;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The page docs/firmware.md, made from the interface table and the quirks. */
final class FirmwarePage {
  private static final String HEAD =
      """
      # The Secure Processor's interface

      Every command that the software Secure Processor serves: its buffer, the states it is served in, its checks in their order, and what
      happens then. The processor runs from the same table, `firmware/src/main/resources/dev/sealift/firmware/interface.txt`, and most of
      its tests are generated from it, so that this page cannot be wrong alone.

      This page is generated. Do not edit it; change the table or the quirks, and run

          ./mvnw -pl firmware -am test -Dtest=FirmwarePageTest -Dsurefire.failIfNoSpecifiedTests=false -Dsealift.write-docs=true

      Numbers are little-endian, lengths in bytes. An id that is not here is INVALID_COMMAND.

      ## Which firmware

      A processor behaves as its `FirmwareProfile` says: an interface version and a set of quirks, which are the points where shipped firmware
      departs from the published specification or from what others say of it. `DEFAULT` is shipped firmware of API 1.55, but with packets of 16
      and 32 bytes served: that they fail was never seen on hardware. `SHIPPED` is shipped 1.55 to the letter,
      `SPECIFICATION` is AMD publication 55766 at API 1.55. `shipped(api)` and `specification(api)` make others: 0.17 is the first version whose
      measurements and launch secrets are bound to version, policy and measurement; before 0.24 the specification makes a new PDH at every INIT.
      Which version brought which command is not published, so every profile serves them all.

      """;

  private static final String ONE_SIDED =
      """
      Where only one behaviour is known there is no switch:

      - A guest whose policy has neither SEV nor DOMAIN may be sent to anyone with a well-formed PDH certificate, even a self-made one. With
        SEV, whoever owns one extracted CEK of the generation can pose as a target: DOMAIN or NOSEND is the defence.
      - The target never asks who sends.
      - The buffer of SEND_UPDATE_VMSA has its reserved word behind the handle, as the firmware has it and linux/psp-sev.h has not.
      - hdr_len: LAUNCH_SECRET wants exactly 52, SEND_UPDATE and RECEIVE_UPDATE at least 52.
      - RECEIVE_UPDATE refuses a compressed packet before its MAC, LAUNCH_SECRET after it.
      - ACTIVATE of a guest in SUPDATE makes it runnable; one in SENT is refused.
      - GUEST_STATUS of a handle that is no guest's succeeds with state 0.
      - Certificates are checked without their API versions and reserved bytes.
      - A CEK whose empty signature slot says usage 0010h, as a key server once gave out, is BAD_SIGNATURE.
      - PLATFORM_RESET does not touch an area that INIT_EX was given.

      """;

  private static final String QUEUES =
      """
      ## The queues of RING_BUFFER

      Once [RING_BUFFER](#0f-ring_buffer) has succeeded, the processor takes its commands from two queues in memory, and the mailbox's registers
      are their door-bell:

      | register | written by | bits |
      |---|---|---|
      | CmdBufAddr_Hi | the machine | 10:0 tail of the low-priority queue, 26:16 tail of the high-priority queue |
      | CmdBufAddr_Lo | the processor | the heads at the same places; 30: paused, a command has failed |
      | CmdResp | the machine | 31 is the machine's, 30 ring-buffer mode, 29 clears the interrupt's status |

      A write of CmdResp with bit 30, `SecureProcessor.ring(tails)` here, makes the processor run what waits: the high-priority queue until it is
      empty, then the other. Each command runs as if it had come by mailbox, and writes the same back; its status goes to the entry of the
      StatVal ring that has its index. A command that fails pauses both queues, and the head stays on it: rung for again, the processor
      tries it again, or what was put in its place (NOP, to leave it out).

      """;

  private static final String QUEUES_CHOICES =
      """
      Layouts and registers are published, the rest is not. Choices of this model:

      - A ring is one page, 4 KiB aligned, with 256 entries; of a head or tail only the lowest 8 bits count, and a queue is empty where they are
        equal, so that it holds 255 commands at most. No two rings may lie at one address, and no command may name one.
      - cmd_flags and sw_data are not looked at.
      - RING_BUFFER in a queue is INVALID_COMMAND.
      - A command by mailbox, known or not, closes the queues: it is not run, and is answered EXIT_RING_BUFFER. SHUTDOWN in a queue does not
        close them.
      - There are no interrupts: `ring` returns when the work is done, and the thresholds and INT_ON_EMPTY change nothing.

      """;

  private FirmwarePage() {}

  static String markdown() {
    StringBuilder page = new StringBuilder(HEAD);
    quirks(page);
    page.append(ONE_SIDED);
    overview(page);
    queues(page);
    FirmwareInterface.load().commands().forEach(row -> command(page, row));
    return page.toString();
  }

  private static void quirks(StringBuilder page) {
    page.append("| quirk | with it | without it | DEFAULT | SHIPPED | SPECIFICATION |\n");
    page.append("|---|---|---|---|---|---|\n");
    for (FirmwareQuirk quirk : FirmwareQuirk.values()) {
      page.append(
          "| %s | %s | %s | %s | %s | %s |%n"
              .formatted(
                  quirk,
                  quirk.with(),
                  quirk.without(),
                  mark(FirmwareProfile.DEFAULT, quirk),
                  mark(FirmwareProfile.SHIPPED, quirk),
                  mark(FirmwareProfile.SPECIFICATION, quirk)));
    }
    page.append('\n');
  }

  private static String mark(FirmwareProfile profile, FirmwareQuirk quirk) {
    return profile.has(quirk) ? "with" : "without";
  }

  private static void overview(StringBuilder page) {
    page.append("## Commands\n\n| id | command | platform | guest | |\n|---|---|---|---|---|\n");
    for (CommandRow row : FirmwareInterface.load().commands()) {
      String name = row.command().name();
      page.append(
          "| %02X | [%s](#%02x-%s) | %s | %s | %s |%n"
              .formatted(
                  row.command().id(),
                  name,
                  row.command().id(),
                  name.toLowerCase(Locale.ROOT),
                  list(row.platformStates()),
                  list(row.guestStates()),
                  row.purpose()));
    }
    page.append('\n');
  }

  private static void queues(StringBuilder page) {
    page.append(QUEUES);
    layout(page, QueuedCommand.LAYOUT);
    layout(page, QueuedStatus.LAYOUT);
    page.append(QUEUES_CHOICES);
  }

  private static void command(StringBuilder page, CommandRow row) {
    page.append("## %02X %s%n%n%s%n%n".formatted(row.command().id(), row.command(), row.purpose()));
    page.append("Platform: %s. ".formatted(list(row.platformStates())));
    page.append("Guest: %s. ".formatted(list(row.guestStates())));
    page.append(row.bufferClass().sentence());
    page.append("\n\n");
    row.layout().ifPresent(layout -> layout(page, layout));
    checks(page, row);
    page.append("Then: ").append(row.effect());
    row.platformAfter().ifPresent(state -> page.append(" Platform: ").append(state).append('.'));
    row.guestAfter().ifPresent(state -> page.append(" Guest: ").append(state).append('.'));
    page.append("\n\n");
  }

  private static void layout(StringBuilder page, StructLayout layout) {
    page.append(
        "| offset | bytes | %s, %d bytes |%n|---|---|---|%n"
            .formatted(layout.name(), layout.size()));
    for (Field field : layout.fields()) {
      page.append("| %02X | %d | %s |%n".formatted(field.offset(), field.size(), field.name()));
    }
    page.append('\n');
  }

  private static void checks(StringBuilder page, CommandRow row) {
    if (row.checks().isEmpty()) {
      page.append("Nothing is checked.\n\n");
      return;
    }
    page.append("| | fault | answer | written back | only |\n|---|---|---|---|---|\n");
    int number = 1;
    for (CheckRow check : row.checks()) {
      page.append(
          "| %d | %s | %s | %s | %s |%n"
              .formatted(
                  number++, check.words(), check.status(), check.writtenBack(), check.only()));
    }
    page.append('\n');
  }

  private static String list(Collection<? extends Enum<?>> states) {
    List<String> names = states.stream().map(Enum::name).toList();
    return names.isEmpty() ? "-" : String.join(", ", names);
  }
}
