package dev.sealift.vmm;

/** What was last asked of a vCPU. */
enum VcpuWish {
  /** Nothing yet. */
  NOT_STARTED,

  /** To run. */
  RUN,

  /** To stand still. */
  PAUSE,

  /** To end. */
  STOP
}
