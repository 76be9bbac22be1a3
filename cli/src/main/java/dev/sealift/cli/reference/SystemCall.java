package dev.sealift.cli.reference;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.KvmSevDbg;
import dev.sealift.abi.sev.KvmSevGuestStatus;
import dev.sealift.abi.sev.KvmSevInit;
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
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataPekCertImport;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import dev.sealift.abi.sev.SevUserDataStatus;
import dev.sealift.kernel.KernelProfile;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A SEV command of the kernel, and what it asks the Secure Processor for.
 *
 * <p>Source: asm/kvm.h, uapi linux/psp-sev.h.
 *
 * @param ioctl which ioctl it is a command of
 * @param name its name in the kernel's headers
 * @param id its number there
 * @param kernel the kernel that serves it: mainline, or only the extended one
 * @param asks the firmware's commands behind it, the chief one first
 * @param struct its parameters; empty where it has none, or none that this software lays out
 */
public record SystemCall(
    Ioctl ioctl,
    String name,
    int id,
    KernelProfile kernel,
    List<PspCommand> asks,
    Optional<StructLayout> struct) {

  /** The two ways into the kernel. */
  public enum Ioctl {
    KVM_MEMORY_ENCRYPT_OP("a virtual machine"),
    SEV_ISSUE_CMD("/dev/sev");

    private final String on;

    Ioctl(String on) {
      this.on = on;
    }

    /** What it is issued on. */
    public String on() {
      return on;
    }
  }

  /** Every one that asks the Secure Processor for something. */
  public static final List<SystemCall> ALL =
      List.of(
          vm(SevCommand.INIT, PspCommand.INIT),
          vm(SevCommand.ES_INIT, PspCommand.INIT),
          vm(SevCommand.LAUNCH_START, KvmSevLaunchStart.LAYOUT, PspCommand.LAUNCH_START)
              .andThen(PspCommand.ACTIVATE),
          vm(
              SevCommand.LAUNCH_UPDATE_DATA,
              KvmSevLaunchUpdateData.LAYOUT,
              PspCommand.LAUNCH_UPDATE_DATA),
          vm(SevCommand.LAUNCH_UPDATE_VMSA, PspCommand.LAUNCH_UPDATE_VMSA),
          vm(SevCommand.LAUNCH_SECRET, KvmSevLaunchSecret.LAYOUT, PspCommand.LAUNCH_SECRET),
          vm(SevCommand.LAUNCH_MEASURE, KvmSevLaunchMeasure.LAYOUT, PspCommand.LAUNCH_MEASURE),
          vm(SevCommand.LAUNCH_FINISH, PspCommand.LAUNCH_FINISH),
          vm(SevCommand.SEND_START, KvmSevSendStart.LAYOUT, PspCommand.SEND_START),
          vm(SevCommand.SEND_UPDATE_DATA, KvmSevSendUpdateData.LAYOUT, PspCommand.SEND_UPDATE_DATA),
          vm(SevCommand.SEND_UPDATE_VMSA, KvmSevUpdateVmsa.LAYOUT, PspCommand.SEND_UPDATE_VMSA)
              .extended(),
          vm(SevCommand.SEND_FINISH, PspCommand.SEND_FINISH),
          vm(SevCommand.RECEIVE_START, KvmSevReceiveStart.LAYOUT, PspCommand.RECEIVE_START)
              .andThen(PspCommand.ACTIVATE),
          vm(
              SevCommand.RECEIVE_UPDATE_DATA,
              KvmSevReceiveUpdateData.LAYOUT,
              PspCommand.RECEIVE_UPDATE_DATA),
          vm(
                  SevCommand.RECEIVE_UPDATE_VMSA,
                  KvmSevUpdateVmsa.LAYOUT,
                  PspCommand.RECEIVE_UPDATE_VMSA)
              .extended(),
          vm(SevCommand.RECEIVE_FINISH, PspCommand.RECEIVE_FINISH),
          vm(SevCommand.GUEST_STATUS, KvmSevGuestStatus.LAYOUT, PspCommand.GUEST_STATUS),
          vm(SevCommand.DBG_DECRYPT, KvmSevDbg.LAYOUT, PspCommand.DBG_DECRYPT),
          vm(SevCommand.DBG_ENCRYPT, KvmSevDbg.LAYOUT, PspCommand.DBG_ENCRYPT),
          vm(
              SevCommand.GET_ATTESTATION_REPORT,
              KvmSevAttestationReport.LAYOUT,
              PspCommand.ATTESTATION),
          vm(SevCommand.SEND_CANCEL, PspCommand.SEND_CANCEL),
          vm(SevCommand.INIT2, KvmSevInit.LAYOUT, PspCommand.INIT),
          batch(SevExtension.SEND_UPDATE_DATA_BATCH, PspCommand.SEND_UPDATE_DATA),
          batch(SevExtension.RECEIVE_UPDATE_DATA_BATCH, PspCommand.RECEIVE_UPDATE_DATA),
          device(SevDeviceCommand.FACTORY_RESET, null, PspCommand.PLATFORM_RESET),
          device(
              SevDeviceCommand.PLATFORM_STATUS,
              SevUserDataStatus.LAYOUT,
              PspCommand.PLATFORM_STATUS),
          device(SevDeviceCommand.PEK_GEN, null, PspCommand.PEK_GEN),
          device(SevDeviceCommand.PEK_CSR, SevUserDataPekCsr.LAYOUT, PspCommand.PEK_CSR),
          device(SevDeviceCommand.PDH_GEN, null, PspCommand.PDH_GEN),
          device(
              SevDeviceCommand.PDH_CERT_EXPORT,
              SevUserDataPdhCertExport.LAYOUT,
              PspCommand.PDH_CERT_EXPORT),
          device(
              SevDeviceCommand.PEK_CERT_IMPORT,
              SevUserDataPekCertImport.LAYOUT,
              PspCommand.PEK_CERT_IMPORT),
          device(SevDeviceCommand.GET_ID, null, PspCommand.GET_ID),
          device(SevDeviceCommand.GET_ID2, SevUserDataGetId2.LAYOUT, PspCommand.GET_ID));

  /** Those that ask for this command, the chief ones first. */
  public static List<SystemCall> asking(PspCommand command) {
    return ALL.stream().filter(call -> call.asks.contains(command)).toList();
  }

  private static SystemCall vm(SevCommand command, PspCommand asks) {
    return vm(command, Optional.empty(), asks);
  }

  private static SystemCall vm(SevCommand command, StructLayout struct, PspCommand asks) {
    return vm(command, Optional.of(struct), asks);
  }

  private static SystemCall vm(SevCommand command, Optional<StructLayout> struct, PspCommand asks) {
    return new SystemCall(
        Ioctl.KVM_MEMORY_ENCRYPT_OP,
        "KVM_SEV_" + command,
        command.id(),
        KernelProfile.MAINLINE,
        List.of(asks),
        struct);
  }

  private static SystemCall batch(SevExtension command, PspCommand asks) {
    return new SystemCall(
        Ioctl.KVM_MEMORY_ENCRYPT_OP,
        "KVM_SEV_" + command,
        command.id(),
        KernelProfile.EXTENDED,
        List.of(asks),
        Optional.of(KvmSevUpdateDataBatch.LAYOUT));
  }

  private static SystemCall device(
      SevDeviceCommand command, @Nullable StructLayout struct, PspCommand asks) {
    return new SystemCall(
        Ioctl.SEV_ISSUE_CMD,
        "SEV_" + command,
        command.id(),
        KernelProfile.MAINLINE,
        List.of(asks),
        Optional.ofNullable(struct));
  }

  private SystemCall andThen(PspCommand other) {
    return new SystemCall(ioctl, name, id, kernel, List.of(asks.getFirst(), other), struct);
  }

  private SystemCall extended() {
    return new SystemCall(ioctl, name, id, KernelProfile.EXTENDED, asks, struct);
  }
}
