package dev.sealift.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process is to its terminal.
 *
 * <p>Source: proc(5), /proc/pid/stat.
 *
 * @param group the process group
 * @param terminal the controlling terminal's number; 0 if there is none
 * @param foreground the process group that the terminal sends its keyboard's signals to
 */
record TerminalJob(int group, int terminal, int foreground) {
  private static final TerminalJob NONE = new TerminalJob(0, 0, 0);

  /** Where the three stand behind the process's name: which may hold blanks. */
  private static final int GROUP = 2;

  private static final int TERMINAL = 4;
  private static final int FOREGROUND = 5;

  /** That of this process now. */
  static TerminalJob ofThisProcess() {
    try {
      return parse(Files.readString(Path.of("/proc/self/stat")));
    } catch (IOException noProc) {
      return NONE;
    }
  }

  static TerminalJob parse(String stat) {
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" "));
    return fields.size() <= FOREGROUND
        ? NONE
        : new TerminalJob(
            Integer.parseInt(fields.get(GROUP)),
            Integer.parseInt(fields.get(TERMINAL)),
            Integer.parseInt(fields.get(FOREGROUND)));
  }

  /** Whether the keyboard's signals come to it. */
  boolean isForeground() {
    return terminal != 0 && group == foreground;
  }
}
