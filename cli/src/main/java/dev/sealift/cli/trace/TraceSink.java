package dev.sealift.cli.trace;

/** Is told what happens. */
interface TraceSink {

  /** A call has been answered. */
  void call(TracedCall call);

  /**
   * A VM has ended.
   *
   * @param micros when, since the start
   */
  void vmEnded(int vm, long micros);
}
