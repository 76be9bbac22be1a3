package dev.sealift.cli.explain;

import org.jspecify.annotations.Nullable;

/**
 * In what something was met.
 *
 * @param command which command answered so; null where that was not said
 */
record Context(@Nullable KnownCommand command) {
  static final Context NONE = new Context(null);
}
