package dev.sealift.migration;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.SharedRange;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.VcpuState;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.VmsaPacket;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The way of a guest from READY until it is whole, as the destination sees it. */
final class DestinationTransfer {
  private final Guest guest;
  private final ReceiveSession session;
  private final PageLedger ledger;
  private final Manifest manifest;
  private final Duration timeout;
  private final PageSet shared;
  private final SevMode mode;
  private long sharedUpTo = -1;
  private boolean statusBegan;
  private boolean stateBegan;
  private boolean awaitsRegisters;
  private @Nullable VcpuState vcpu;

  DestinationTransfer(
      Guest guest, ReceiveSession session, PageLedger ledger, Manifest manifest, Duration timeout) {
    this.guest = guest;
    this.session = session;
    this.ledger = ledger;
    this.manifest = manifest;
    this.timeout = timeout;
    shared = new PageSet(guest.memory().pages());
    mode = guest.configuration().mode();
    awaitsRegisters = mode == SevMode.SEV_ES;
  }

  /**
   * Takes in what comes on a connection; returns when the guest is whole and verified. After a
   * connection broke it goes on with the next one.
   */
  void run(ControlConnection control)
      throws VmmException, MigrationException, InterruptedException {
    boolean whole = false;
    while (!whole) {
      switch (control.receive()) {
        case Message.SharedPages pages when !statusBegan -> place(pages);
        case Message.RoundEnd end when !statusBegan -> {
          ledger.endRound(end, timeout);
          control.send(new Message.RoundDone(end.round()));
        }
        case Message.PageStatus status when ledger.rounds() > 0 && !stateBegan -> add(status);
        case Message.VcpuVmsa vmsa when statusBegan && awaitsRegisters -> open(vmsa);
        case Message.VcpuState state when statusBegan && !awaitsRegisters && vcpu == null ->
            vcpu = read(state);
        case Message.Prepare totals when vcpu != null -> {
          prepare(totals, vcpu);
          whole = true;
        }
        case Message early ->
            throw ControlConnection.outOfTurn(early, "the next part of the guest");
      }
    }
  }

  /** The pages that the guest shares, once it is whole. */
  PageSet shared() {
    return shared;
  }

  /** Encrypted registers come sealed, and the firmware opens them at once. */
  private void open(Message.VcpuVmsa vmsa) throws VmmException, MigrationException {
    checkIndex("VCPU_VMSA", vmsa.index());
    try {
      session.updateVmsa(vmsa.index(), new VmsaPacket(vmsa.header(), vmsa.ciphertext()));
    } catch (VmmException refused) {
      if (refused.status() == FirmwareStatus.BAD_MEASUREMENT) {
        throw new MigrationException(
            FailureCode.PACKET_REFUSED,
            "the MAC of the packet with the registers of vCPU %d does not hold: it was changed on its way"
                .formatted(vmsa.index()),
            refused.status(),
            refused);
      }
      throw refused;
    }
    awaitsRegisters = false;
    stateBegan = true;
  }

  private VcpuState read(Message.VcpuState message) throws VmmException, MigrationException {
    checkIndex("VCPU_STATE", message.index());
    VcpuState state = VcpuState.decode(message.state());
    if (state.hasRegisters() != (mode == SevMode.SEV)) {
      throw malformed(
          mode == SevMode.SEV
              ? "VCPU_STATE: the registers are missing"
              : "VCPU_STATE: the registers of a guest with SEV-ES travel sealed, and here they are in the clear");
    }
    stateBegan = true;
    return state;
  }

  private static void checkIndex(String message, int index) throws MigrationException {
    if (index != 0) {
      throw malformed(message + ": the guest has one vCPU");
    }
  }

  private void place(Message.SharedPages pages) throws MigrationException {
    long[] gfns = pages.gfns();
    ledger.claimShared(pages.round(), gfns);
    for (int i = 0; i < gfns.length; i++) {
      MemorySegment page = guest.memory().page(gfns[i]);
      MemorySegment.copy(
          pages.contents(),
          Math.toIntExact(i * page.byteSize()),
          page,
          ValueLayout.JAVA_BYTE,
          0,
          Math.toIntExact(page.byteSize()));
    }
  }

  private void add(Message.PageStatus status) throws MigrationException {
    statusBegan = true;
    for (SharedRange range : status.shared()) {
      if (range.firstGfn() <= sharedUpTo || range.end() > shared.pages()) {
        throw malformed(
            "PAGE_STATUS: ranges go upwards, do not touch, and end with the guest's memory");
      }
      shared.addRange(range.firstGfn(), range.count());
      sharedUpTo = range.end();
    }
  }

  private void prepare(Message.Prepare totals, VcpuState state)
      throws VmmException, MigrationException {
    ledger.checkTotals(totals);
    ledger.checkWhole(shared);
    if (!Arrays.equals(totals.manifest(), manifest.root())) {
      throw new MigrationException(
          FailureCode.MANIFEST_DIFFERS,
          "the source's manifest of the move is not this host's: it has not sent the same pages");
    }
    guest.pageStatus().replaceShared(shared);
    guest.vcpu().restore(state);
    guest.migrationControl().takeOver();
  }

  private static MigrationException malformed(String sentence) {
    return new MigrationException(FailureCode.MALFORMED, sentence);
  }
}
