package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import java.lang.foreign.MemorySegment;

/**
 * The ioctl of /dev/sev: finds the command, and copies it in and out. One command is served at a
 * time, all its firmware commands together, whichever process calls.
 *
 * <p>Source: uapi linux/psp-sev.h.
 */
public final class SevDevice {
  private static final Field.U32 ERROR = (Field.U32) SevIssueCmd.LAYOUT.field("error");

  private final SevModule module;
  private final PlatformCommands platform;
  private final CertificateCommands certificates;

  SevDevice(SevModule module) {
    this.module = module;
    this.platform = new PlatformCommands(module);
    this.certificates = new CertificateCommands(module);
  }

  /**
   * ioctl(2) on an open file of the device.
   *
   * @param caller the memory of the process that calls, at whose addresses the command lies
   * @param writable whether the file was opened for writing
   * @param request the ioctl number; only {@link SevIoctl#ISSUE_CMD} is known
   * @param argument the caller's address of a {@link SevIssueCmd}
   * @return 0 or a negative errno
   */
  public int ioctl(UserMemory caller, boolean writable, int request, long argument) {
    if (request != SevIoctl.ISSUE_CMD) {
      return Errno.EINVAL.negated();
    }
    MemorySegment struct = MemorySegment.ofArray(new byte[SevIssueCmd.LAYOUT.size()]);
    if (!caller.read(argument, struct)) {
      return Errno.EFAULT.negated();
    }
    SevIssueCmd issued = SevIssueCmd.read(struct);
    SevDeviceCommand command = SevDeviceCommand.of(issued.cmd());
    if (command == null) {
      return Errno.EINVAL.negated();
    }
    DeviceCall call = new DeviceCall(caller, writable, issued.data(), new FirmwareError());
    call.error().set(issued.error());
    module.driver().mailbox().mutex().lock();
    try {
      int result = handle(command, call);
      ERROR.set(struct, call.error().code());
      return caller.write(argument, struct) ? result : Errno.EFAULT.negated();
    } finally {
      module.driver().mailbox().mutex().unlock();
    }
  }

  private int handle(SevDeviceCommand command, DeviceCall call) {
    try {
      return switch (command) {
        case FACTORY_RESET -> platform.factoryReset(call);
        case PLATFORM_STATUS -> platform.status(call);
        case PEK_GEN -> certificates.generatePek(call);
        case PEK_CSR -> certificates.pekSigningRequest(call);
        case PDH_GEN -> certificates.generatePdh(call);
        case PDH_CERT_EXPORT -> certificates.exportPdh(call);
        case PEK_CERT_IMPORT -> certificates.importPek(call);
        case GET_ID -> platform.id(call);
        case GET_ID2 -> platform.idOfLength(call);
        // A platform that was never initialised for SEV-SNP.
        case SNP_PLATFORM_STATUS, SNP_COMMIT, SNP_SET_CONFIG, SNP_VLEK_LOAD ->
            Errno.EINVAL.negated();
      };
    } catch (Refusal refusal) {
      return refusal.result();
    }
  }
}
