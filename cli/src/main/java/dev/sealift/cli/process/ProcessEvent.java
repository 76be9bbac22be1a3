package dev.sealift.cli.process;

import org.jspecify.annotations.Nullable;

/** What a host process tells whoever started it. */
public interface ProcessEvent {

  /** Why the process cannot go on, in a sentence; null where it can. */
  default @Nullable String failure() {
    return null;
  }

  /** The command line that says more of the failure; null where there is none. */
  default @Nullable String more() {
    return null;
  }
}
