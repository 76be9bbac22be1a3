package dev.sealift.migration.wire;

import dev.sealift.crypto.launch.AttestationReport;

/** The limits of everything that comes in from outside; docs/protocol.md lists them. */
public final class Bounds {

  /** Data connections of one move. */
  public static final int DATA_CONNECTIONS = 16;

  /** Pages in a batch. */
  public static final int BATCH_PAGES = 1024;

  /** Pages in a SHARED_PAGES message. */
  public static final int SHARED_PAGES = 64;

  /** Ranges in a PAGE_STATUS message; a guest with more sends more messages. */
  public static final int STATUS_RANGES = 4096;

  /** Bytes of a guest's configuration. */
  public static final int CONFIGURATION = 2048;

  /** Bytes of a vCPU's state. */
  public static final int VCPU_STATE = 65536;

  /** Bytes of an ABORT's sentence, in UTF-8. */
  public static final int SENTENCE = 512;

  /** Bytes of a receipt's statement. */
  public static final int STATEMENT = 65536;

  /** Bytes of an attestation report. */
  public static final int REPORT = AttestationReport.SIZE;

  /** Rounds of one move, the last one included. */
  public static final int ROUNDS = 65535;

  /**
   * Batches of one data connection, and messages with a part of the guest, that can be on their way
   * at a time: the last ones that a source can send again after a link was lost. With batches of 64
   * pages these are 4 GiB; no link holds so much.
   */
  public static final int ON_THE_WAY = 16384;

  private Bounds() {}

  static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
