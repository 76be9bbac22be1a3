package dev.sealift.cli.trace;

/** What a line of a trace file tells, between the first and the last. */
sealed interface TraceEvent {

  /** A call, whose addresses are {@link Place}s. */
  record Call(TracedCall call) implements TraceEvent {}

  /** A VM has ended. */
  record VmEnd(int vm) implements TraceEvent {}
}
