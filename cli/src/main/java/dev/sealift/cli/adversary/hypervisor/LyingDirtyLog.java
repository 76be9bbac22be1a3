package dev.sealift.cli.adversary.hypervisor;

import dev.sealift.abi.kvm.KvmDirtyLog;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.HostileCalls;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A hypervisor that does not say which pages the guest wrote to. */
public final class LyingDirtyLog implements Attack {
  private static final Card CARD =
      new Card(
          "lying-dirty-log",
          Attacker.HYPERVISOR,
          "leaves a page that the guest wrote to out of the dirty log",
          Verdict.NOT_PREVENTED,
          Verdict.NOT_PREVENTED,
          "what the guest wrote is known to its hypervisor only; SEV-SNP's guests are checked"
              + " against it page by page by their RMP, and a guest can count versions of its own");

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.passAll();
      guest.write(Witness.PAGE, 2);
      return move.finishAndLook();
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    HostileCalls calls = lab.source().calls();
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      calls.tamper(LyingDirtyLog::forget);
      return passage.judge(guest, passage.moveWhileWritten(guest));
    } finally {
      calls.tamper(HostileCalls.Tampering.NONE);
    }
  }

  private static void forget(int request, long argument, HostileCalls calls) {
    if (request == KvmIoctl.GET_DIRTY_LOG) {
      long bitmap = KvmDirtyLog.read(calls.memoryAt(argument)).dirtyBitmap();
      MemorySegment bits = calls.memoryAt(bitmap);
      long offset = Witness.PAGE / Byte.SIZE;
      int others = ~(1 << (Witness.PAGE % Byte.SIZE));
      bits.set(
          ValueLayout.JAVA_BYTE, offset, (byte) (bits.get(ValueLayout.JAVA_BYTE, offset) & others));
    }
  }
}
