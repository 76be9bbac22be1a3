package dev.sealift.cli.reference;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the reference knows of a command, in words. */
final class ReferencePage {
  private static final int FAULT_COLUMN = 58;

  private final Page page = new Page();

  private ReferencePage() {}

  static String of(CommandReference command) {
    ReferencePage words = new ReferencePage();
    words.head(command);
    words.buffer(command.buffer());
    words.checks(command);
    words.outcome(command);
    words.systemCalls(command);
    return words.page.toString();
  }

  private void head(CommandReference command) {
    page.line("0x%02X %s".formatted(command.id(), command.command()));
    page.line(command.purpose()).blank();
    page.hanging("Firmware    ", command.firmware().words());
    page.hanging("Platform    ", "must be in " + anyOf(command.platformStates()));
    page.hanging(
        "Guest       ",
        command.guestStates().isEmpty()
            ? "none is asked for"
            : "must be in " + anyOf(command.guestStates()));
  }

  private static String anyOf(List<String> states) {
    int last = states.size() - 1;
    return last == 0
        ? states.getFirst()
        : String.join(", ", states.subList(0, last)) + " or " + states.get(last);
  }

  private void buffer(CommandReference.@Nullable Buffer buffer) {
    if (buffer == null) {
      page.hanging("Buffer      ", "There is none.").blank();
      return;
    }
    page.hanging(
        "Buffer      ", "%s, %d bytes. %s".formatted(buffer.struct(), buffer.size(), buffer.use()));
    struct(buffer.parts());
  }

  private void struct(List<StructPart> parts) {
    page.blank().row("  offset  size  field");
    for (StructPart part : parts) {
      page.row(
          "  0x%02X   %5d  %-20s%s"
              .formatted(
                  part.offset(),
                  part.size(),
                  part.field() == null ? "-" : part.field(),
                  part.field() == null ? "reserved" : orNothing(part.direction())));
    }
    page.blank();
  }

  private static String orNothing(@Nullable String words) {
    return words == null ? "" : words;
  }

  private void checks(CommandReference command) {
    if (command.checks().isEmpty()) {
      page.hanging("Checks      ", "none");
    } else {
      page.hanging("Checks      ", "in this order; the first fault that is found is the answer");
    }
    for (CommandReference.Check check : command.checks()) {
      String only = check.only().isEmpty() ? "" : " [" + check.only() + "]";
      page.hanging(
          "  %2d  ".formatted(check.number()),
          check.fault() + only,
          FAULT_COLUMN,
          "  %s (0x%02X)".formatted(check.status(), check.code()));
      if (!check.writtenBack().isEmpty()) {
        page.hanging("      ", "then " + check.writtenBack());
      }
    }
    if (command.checksOfOthers() > 0) {
      page.row("      (%d more that other firmware makes)".formatted(command.checksOfOthers()));
    }
    page.blank();
  }

  private void outcome(CommandReference command) {
    page.hanging("Effect      ", command.effect());
    List<String> states = new ArrayList<>();
    if (command.platformAfter() != null) {
      states.add("the platform is in " + command.platformAfter());
    }
    if (command.guestAfter() != null) {
      states.add("the guest is in " + command.guestAfter());
    }
    page.hanging(
        "Afterwards  ",
        states.isEmpty()
            ? "no other state, but for what the effect says"
            : String.join("; ", states));
    page.blank();
  }

  private void systemCalls(CommandReference command) {
    if (command.systemCalls().isEmpty()) {
      page.hanging(
          "User space  ", "no system call asks for it; the kernel does by itself, or nobody does");
    }
    for (CommandReference.Call call : command.systemCalls()) {
      page.hanging(
          "User space  ",
          "%s, command %s of the ioctl %s on %s%s"
              .formatted(
                  call.name(),
                  number(call.id()),
                  call.ioctl(),
                  call.on(),
                  call.kernel().equals("extended")
                      ? "; served under the extended kernel profile, mainline answers EINVAL"
                      : ""));
      CommandReference.Struct struct = call.struct();
      if (struct != null) {
        page.hanging("            ", "struct %s, %d bytes".formatted(struct.name(), struct.size()));
        struct(struct.parts());
      }
    }
  }

  /** As the header has it: decimal, but for the extensions. */
  static String number(int id) {
    return id < 0x1000 ? Integer.toString(id) : "0x%X".formatted(id);
  }
}
