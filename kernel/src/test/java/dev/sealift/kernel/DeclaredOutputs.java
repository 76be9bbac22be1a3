package dev.sealift.kernel;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.KvmSevDbg;
import dev.sealift.abi.sev.KvmSevGuestStatus;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchSecret;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import dev.sealift.abi.sev.SevUserDataStatus;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Where in user memory each command may write, by the documentation: nowhere else. */
final class DeclaredOutputs {

  /** Bytes from an address on. */
  record Range(long address, long length) {}

  private final UserMemory user;
  private final long data;
  private final MemorySegment struct;
  private final List<Range> ranges = new ArrayList<>();

  private DeclaredOutputs(UserMemory user, long data) {
    this.user = user;
    this.data = data;
    this.struct = MemorySegment.ofArray(new byte[FuzzedParameters.SIZE]);
  }

  /** Of a command of KVM_MEMORY_ENCRYPT_OP whose parameters are at an address. */
  static List<Range> ofOperation(UserMemory user, int id, long data) {
    DeclaredOutputs outputs = new DeclaredOutputs(user, data);
    SevCommand command = SevCommand.of(id);
    if (command != null) {
      outputs.operation(command);
    } else if (id == SevExtension.SEND_UPDATE_DATA_BATCH.id()) {
      outputs.batch(true);
    } else if (id == SevExtension.RECEIVE_UPDATE_DATA_BATCH.id()) {
      outputs.batch(false);
    }
    return outputs.ranges;
  }

  /** Of a command of SEV_ISSUE_CMD. */
  static List<Range> ofDevice(UserMemory user, int id, long data) {
    DeclaredOutputs outputs = new DeclaredOutputs(user, data);
    SevDeviceCommand command = SevDeviceCommand.of(id);
    if (command != null) {
      outputs.device(command);
    }
    return outputs.ranges;
  }

  private boolean read(StructLayout layout) {
    return user.read(data, struct.asSlice(0, layout.size()));
  }

  private void writes(long address, long length) {
    ranges.add(new Range(address, length));
  }

  private void operation(SevCommand command) {
    switch (command) {
      case LAUNCH_START -> writes(data, KvmSevLaunchStart.LAYOUT.size());
      case RECEIVE_START -> writes(data, KvmSevReceiveStart.LAYOUT.size());
      case GUEST_STATUS -> writes(data, KvmSevGuestStatus.LAYOUT.size());
      case LAUNCH_UPDATE_DATA -> {
        if (read(KvmSevLaunchUpdateData.LAYOUT)) {
          KvmSevLaunchUpdateData in = KvmSevLaunchUpdateData.read(struct);
          writes(in.uaddr(), in.len());
        }
      }
      case LAUNCH_MEASURE -> {
        if (read(KvmSevLaunchMeasure.LAYOUT)) {
          KvmSevLaunchMeasure in = KvmSevLaunchMeasure.read(struct);
          writes(data, KvmSevLaunchMeasure.LAYOUT.size());
          writes(in.uaddr(), in.len());
        }
      }
      case LAUNCH_SECRET -> {
        if (read(KvmSevLaunchSecret.LAYOUT)) {
          KvmSevLaunchSecret in = KvmSevLaunchSecret.read(struct);
          writes(in.guestUaddr(), in.guestLen());
        }
      }
      case GET_ATTESTATION_REPORT -> {
        if (read(KvmSevAttestationReport.LAYOUT)) {
          KvmSevAttestationReport in = KvmSevAttestationReport.read(struct);
          writes(data, KvmSevAttestationReport.LAYOUT.size());
          writes(in.uaddr(), in.len());
        }
      }
      case SEND_START -> {
        if (read(KvmSevSendStart.LAYOUT)) {
          KvmSevSendStart in = KvmSevSendStart.read(struct);
          writes(data, KvmSevSendStart.LAYOUT.size());
          writes(in.sessionUaddr(), in.sessionLen());
        }
      }
      case SEND_UPDATE_DATA -> {
        if (read(KvmSevSendUpdateData.LAYOUT)) {
          KvmSevSendUpdateData in = KvmSevSendUpdateData.read(struct);
          lengthsOrPacket(in.hdrUaddr(), in.hdrLen(), in.transUaddr(), in.transLen());
        }
      }
      case SEND_UPDATE_VMSA -> {
        if (read(KvmSevUpdateVmsa.LAYOUT)) {
          KvmSevUpdateVmsa in = KvmSevUpdateVmsa.read(struct);
          lengthsOrPacket(in.hdrUaddr(), in.hdrLen(), in.transUaddr(), in.transLen());
        }
      }
      case RECEIVE_UPDATE_DATA -> {
        if (read(KvmSevReceiveUpdateData.LAYOUT)) {
          KvmSevReceiveUpdateData in = KvmSevReceiveUpdateData.read(struct);
          writes(in.guestUaddr(), in.guestLen());
        }
      }
      case DBG_DECRYPT -> {
        if (read(KvmSevDbg.LAYOUT)) {
          KvmSevDbg in = KvmSevDbg.read(struct);
          writes(in.dstUaddr(), in.len());
        }
      }
      case DBG_ENCRYPT -> {
        // Whole blocks are encrypted anew, with what was in them.
        if (read(KvmSevDbg.LAYOUT)) {
          KvmSevDbg in = KvmSevDbg.read(struct);
          writes(in.dstUaddr() & -16, in.len() + 31);
        }
      }
      default -> {}
    }
  }

  /** A query writes lengths, and everything else a packet. */
  private void lengthsOrPacket(long hdr, long hdrLen, long trans, long transLen) {
    if (hdrLen == 0 || transLen == 0) {
      writes(data, KvmSevSendUpdateData.LAYOUT.size());
    } else {
      writes(hdr, hdrLen);
      writes(trans, transLen);
    }
  }

  private void batch(boolean send) {
    if (!read(KvmSevUpdateDataBatch.LAYOUT)) {
      return;
    }
    KvmSevUpdateDataBatch in = KvmSevUpdateDataBatch.read(struct);
    writes(data, KvmSevUpdateDataBatch.LAYOUT.size());
    long count = Math.min(in.count(), KvmSevUpdateDataBatch.MAXIMUM_COUNT);
    if (send) {
      writes(in.hdrUaddr(), count * in.hdrLen());
      writes(in.transUaddr(), count * in.transLen());
      return;
    }
    MemorySegment address = MemorySegment.ofArray(new byte[8]);
    for (long i = 0; i < count && user.read(in.guestUaddrs() + 8 * i, address); i++) {
      writes(address.get(ValueLayout.JAVA_LONG_UNALIGNED, 0), in.guestLen());
    }
  }

  private void device(SevDeviceCommand command) {
    switch (command) {
      case PLATFORM_STATUS -> writes(data, SevUserDataStatus.LAYOUT.size());
      case GET_ID -> writes(data, 2 * SevLimits.CHIP_ID);
      case PEK_CSR -> {
        if (read(SevUserDataPekCsr.LAYOUT)) {
          SevUserDataPekCsr in = SevUserDataPekCsr.read(struct);
          writes(data, SevUserDataPekCsr.LAYOUT.size());
          writes(in.address(), in.length());
        }
      }
      case PDH_CERT_EXPORT -> {
        if (read(SevUserDataPdhCertExport.LAYOUT)) {
          SevUserDataPdhCertExport in = SevUserDataPdhCertExport.read(struct);
          writes(data, SevUserDataPdhCertExport.LAYOUT.size());
          writes(in.pdhCertAddress(), in.pdhCertLen());
          writes(in.certChainAddress(), in.certChainLen());
        }
      }
      case GET_ID2 -> {
        if (read(SevUserDataGetId2.LAYOUT)) {
          SevUserDataGetId2 in = SevUserDataGetId2.read(struct);
          writes(data, SevUserDataGetId2.LAYOUT.size());
          writes(in.address(), in.length());
        }
      }
      default -> {}
    }
  }
}
