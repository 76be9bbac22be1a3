package dev.sealift.cli.explain;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.wire.Bounds;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Progress;
import dev.sealift.migration.wire.SharedRange;
import java.util.List;

/** One message of each type, and more where its length varies. */
final class Messages {
  private static final MoveId MOVE = new MoveId(1, 2);
  private static final byte[] ROOT = new byte[Manifest.ROOT_SIZE];
  private static final byte[] REPORT = new byte[Bounds.REPORT];
  private static final byte[] PLATFORM = new byte[PlatformCredentials.LEAST_SIZE];

  static final List<Message> ALL =
      List.of(
          new Message.Hello(4, 4, true),
          new Message.Welcome(4, true, 16, PLATFORM),
          new Message.Guest(MOVE, new byte[7], 0x21, PLATFORM, new byte[SevLimits.SESSION], 2),
          new Message.Ready(),
          new Message.SharedPages(1, new long[] {5, 9}, new byte[2 * Pages.SIZE]),
          new Message.RoundEnd(3, new int[] {7, 8, 9}, 100, 4),
          new Message.RoundDone(3),
          new Message.PageStatus(List.of()),
          new Message.PageStatus(List.of(new SharedRange(1, 2), new SharedRange(8, 1))),
          new Message.VcpuVmsa(0, new byte[SevLimits.PACKET_HEADER], new byte[Pages.SIZE]),
          new Message.VcpuState(0, new byte[300]),
          new Message.Prepare(3, 100, 4, ROOT),
          new Message.Prepared(ROOT),
          new Message.Commit(1, 2, 3),
          new Message.Running(),
          new Message.Statement(new byte[40], REPORT),
          new Message.Endorsement(REPORT),
          new Message.Resume(MOVE),
          Message.Standing.receiving(new Progress(2, 10, List.of(4L, 5L))),
          Message.Standing.prepared(ROOT),
          new Message.Abort(FailureCode.TIMED_OUT, 0, "nobody answered"));

  private Messages() {}
}
