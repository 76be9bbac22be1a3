package dev.sealift.vmm.adopt;

import dev.sealift.abi.Pages;
import dev.sealift.vmm.CallArena;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VcpuState;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;

/** Carries a guest that stands still from one machine to another, without a network. */
final class Transfer {
  private static final int HEADER = 52;

  /** Certificates of AMD that the firmware does not look into unless the policy says SEV. */
  private static final byte[] AMD = new byte[2 * 832];

  private Transfer() {}

  /** SEND_START at the source, to the platform of the destination. */
  static SendSession offer(Guest guest, SevPlatform destination) throws VmmException {
    ExportedCertificates peer = destination.exportCertificates();
    return guest.sev().sendStart(peer.pdh(), peer.chain(), AMD);
  }

  /** RECEIVE_START at the destination. */
  static ReceiveSession accept(Guest guest, SendSession sending, SevPlatform source)
      throws VmmException {
    return guest
        .sev()
        .receiveStart(sending.policy(), source.exportCertificates().pdh(), sending.session());
  }

  /** Pages from one number up to another: private ones sealed, shared ones as they are. */
  static void pages(
      Guest source, SendSession sending, Guest guest, ReceiveSession receiving, long from, long to)
      throws VmmException {
    Host here = source.machine().host();
    Host there = guest.machine().host();
    try (CallArena sealed = CallArena.allocate(here, 2L * Pages.SIZE);
        CallArena arrived = CallArena.allocate(there, 2L * Pages.SIZE)) {
      MemorySegment header = sealed.take(HEADER);
      MemorySegment ciphertext = sealed.take(Pages.SIZE);
      MemorySegment headerThere = arrived.take(HEADER);
      MemorySegment ciphertextThere = arrived.take(Pages.SIZE);
      for (long page = from; page < to; page++) {
        if (source.pageStatus().isShared(page)) {
          guest.memory().page(page).copyFrom(source.memory().page(page));
        } else {
          sending.updateData(page * Pages.SIZE, header, ciphertext);
          headerThere.copyFrom(header);
          ciphertextThere.copyFrom(ciphertext);
          receiving.updateData(page * Pages.SIZE, headerThere, ciphertextThere);
        }
      }
    }
  }

  /** What the VMM has of it, and the registers; then it is the destination's. */
  static void rest(Guest source, SendSession sending, Guest guest, ReceiveSession receiving)
      throws VmmException {
    source.pause();
    guest.pageStatus().replaceShared(source.pageStatus().shared());
    guest.migrationControl().takeOver();
    if (source.configuration().mode() == SevMode.SEV_ES) {
      receiving.updateVmsa(0, sending.updateVmsa(0));
      guest.vcpu().restore(carried(source.vcpu().saveBesideRegisters()));
    } else {
      guest.vcpu().restore(carried(source.vcpu().save()));
    }
    sending.finish();
    receiving.finish();
  }

  private static VcpuState carried(VcpuState state) throws VmmException {
    return VcpuState.decode(state.encode());
  }
}
