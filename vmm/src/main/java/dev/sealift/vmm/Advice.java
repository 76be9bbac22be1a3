package dev.sealift.vmm;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.sev.SevDeviceCommand;

/** What to do after a failure, as the end of a sentence. */
final class Advice {
  private static final int POLICY_NOSEND = 1 << 3;
  private static final int POLICY_DOMAIN = 1 << 4;

  private Advice() {}

  /** After a system call that failed by itself. */
  static String after(String operation, Errno errno) {
    boolean sev = operation.contains("SEV") || operation.contains("MEMORY_ENCRYPT");
    return switch (errno.name()) {
      case "ENOENT" ->
          "this machine does not have it, so load its driver or use a host in software";
      case "EACCES", "EPERM" -> "let this user read and write the device, or run as one who may";
      case "ENOTTY" ->
          operation.equals("KVM_SEV_ES_INIT")
              ? "the host below could read a vCPU's registers, so launch the guest without ES or use a host with SEV-ES, such as the model"
              : sev
                  ? "this kernel offers no SEV here, so use one with SEV enabled or a host in software"
                  : "this kernel does not know the request, so use a newer one";
      case "EBADF" ->
          sev
              ? "start the guest with LAUNCH_START or RECEIVE_START and keep /dev/sev open"
              : "keep the descriptor open for as long as it is used";
      case "ENODEV" ->
          sev
              ? "this machine's Secure Processor is not there, so look at the kernel's log"
              : "look at the kernel's log";
      case "ENOTSUPP" -> "this firmware is too old to know the command, so update it";
      case "EBUSY" ->
          operation.equals("SEV_FACTORY_RESET")
              ? "there are SEV guests on this machine, so end them first"
              : sev
                  ? "every address space id (ASID) is taken, so end another SEV guest"
                  : "end what else is using it";
      case "ENOMEM" ->
          sev
              ? "the memory cannot be pinned, so raise the limit of locked memory or shrink the guest"
              : "free some memory or shrink the guest";
      case "EFAULT" -> "pass memory that came from mmap and is still mapped";
      case "EMFILE" -> "raise the limit of open files";
      case "EIO" -> "the context is gone, so make the guest anew";
      default -> "check what was passed, and the kernel's log";
    };
  }

  /** After the firmware refused a command of a guest that is in this state. */
  static String afterRefusal(GuestStatus guest) {
    return "the guest is in state %s, in which %s"
        .formatted(guest.state(), legalCommands(guest.state()));
  }

  /** After the firmware found the policy in the way. */
  static String afterPolicyFailure(int policy) {
    if ((policy & POLICY_NOSEND) != 0) {
      return "its policy says NOSEND, so it stays on the platform that launched it";
    }
    if ((policy & POLICY_DOMAIN) != 0) {
      return "its policy says DOMAIN, so choose a platform that has the same owner";
    }
    return "its policy asks for firmware of at least API %d.%d and no unknown bits"
        .formatted(policy >>> 16 & 0xFF, policy >>> 24);
  }

  /** After the firmware refused a command of the platform as a whole. */
  static String after(SevDeviceCommand command, FirmwareStatus status) {
    return switch (status) {
      case ALREADY_OWNED ->
          "it was left as it is, so give the platform back to itself with PEK_GEN first";
      case SECURE_DATA_INVALID ->
          "what the platform kept of its identity is damaged, so restore it, or give the platform a"
              + " new identity with FACTORY_RESET";
      case INVALID_PLATFORM_STATE ->
          command == SevDeviceCommand.PDH_CERT_EXPORT
              ? after(status)
              : "end every SEV guest on this machine first";
      case INVALID_CERTIFICATE ->
          command == SevDeviceCommand.PEK_CERT_IMPORT
              ? "sign the latest answer of PEK_CSR with the owner's key, and import that beside the"
                  + " owner's own certificate"
              : after(status);
      case BAD_SIGNATURE ->
          command == SevDeviceCommand.PEK_CERT_IMPORT
              ? "sign the answer of PEK_CSR with the key of the owner's certificate that is imported"
                  + " with it"
              : after(status);
      case HWERROR_PLATFORM ->
          "the platform may be unable to keep its identity, so look at the kernel's log";
      default -> after(status);
    };
  }

  /** After any other status. */
  static String after(FirmwareStatus status) {
    return switch (status) {
      case INVALID_PLATFORM_STATE -> "initialise the platform, or end its guests, first";
      case INVALID_CERTIFICATE, BAD_SIGNATURE ->
          "ask the peer for its certificates again and check them against their root";
      case BAD_MEASUREMENT -> "throw away what was received and start a new session";
      case INVALID_LEN -> "pass lengths as the specification of the command has them";
      case INVALID_ADDRESS -> "align the address and keep it inside memory";
      case INVALID_GUEST, INACTIVE -> "make the guest anew, its context is gone";
      case RESOURCE_LIMIT, ASID_OWNED -> "end another SEV guest first";
      case UNSUPPORTED -> "ask for a kind of guest that this platform offers";
      case HWERROR_PLATFORM, HWERROR_UNSAFE -> "take this platform out of service";
      default -> "make the guest anew";
    };
  }

  /**
   * What a guest may be told in each state (AMD publication 55766, guest state machine); commands
   * that are legal everywhere are left out.
   */
  private static String legalCommands(GuestState state) {
    return switch (state) {
      case UNINIT -> "LAUNCH_START and RECEIVE_START are legal";
      case LUPDATE -> "LAUNCH_UPDATE_DATA and LAUNCH_MEASURE are legal";
      case LSECRET -> "LAUNCH_SECRET and LAUNCH_FINISH are legal";
      case RUNNING -> "SEND_START is legal";
      case SUPDATE -> "SEND_UPDATE_DATA, SEND_FINISH and SEND_CANCEL are legal";
      case RUPDATE -> "RECEIVE_UPDATE_DATA and RECEIVE_FINISH are legal";
      case SENT -> "nothing but ending it is legal";
    };
  }
}
