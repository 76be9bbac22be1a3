package dev.sealift.kernel;

import static dev.sealift.abi.Errno.EBADF;
import static dev.sealift.abi.Errno.EBUSY;
import static dev.sealift.abi.Errno.EFAULT;
import static dev.sealift.abi.Errno.EINTR;
import static dev.sealift.abi.Errno.EINVAL;
import static dev.sealift.abi.Errno.EIO;
import static dev.sealift.abi.Errno.ENOMEM;
import static dev.sealift.abi.Errno.ENOTSUPP;
import static dev.sealift.abi.Errno.ENOTTY;
import static dev.sealift.abi.Errno.EPERM;

import dev.sealift.abi.Errno;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which errnos the kernel documents for which call. That a command timed out is none of them: the
 * processor must have an answer to everything.
 */
final class ErrnoTable {

  /** What a call may answer; zero only where it can succeed. */
  record Answers(boolean success, Set<Errno> errnos) {
    boolean allow(int result) {
      return result == 0 ? success : result < 0 && errnos.contains(Errno.of(result));
    }

    private Answers and(Errno... more) {
      Set<Errno> all = new HashSet<>(errnos);
      all.addAll(List.of(more));
      return new Answers(success, all);
    }
  }

  private ErrnoTable() {}

  private static Answers answers(Errno... errnos) {
    return new Answers(true, Set.of(errnos));
  }

  private static Answers refused(Errno... errnos) {
    return new Answers(false, Set.of(errnos));
  }

  /**
   * KVM_MEMORY_ENCRYPT_OP. Whatever the command: the struct may be at a bad address, the VM may be
   * a mirror, which has few commands, or dead, or its descriptor closed.
   */
  static Answers memoryEncryptOp(int id, KernelProfile profile) {
    return command(id, profile).and(EFAULT, EINVAL, EIO, EBADF);
  }

  /** The same with a null pointer: whether there is SEV. */
  static Answers probe() {
    return answers(EIO, EBADF);
  }

  private static Answers command(int id, KernelProfile profile) {
    boolean extended = profile == KernelProfile.EXTENDED;
    SevCommand command = SevCommand.of(id);
    if (command == null) {
      boolean batch =
          id == SevExtension.SEND_UPDATE_DATA_BATCH.id()
              || id == SevExtension.RECEIVE_UPDATE_DATA_BATCH.id();
      return batch && extended
          ? answers(ENOTTY, EFAULT, EINVAL, ENOMEM, EBADF, EIO)
          : refused(EINVAL);
    }
    return switch (command) {
      case INIT, INIT2 -> answers(EINVAL, EBUSY, EIO);
      case ES_INIT -> answers(ENOTTY, EINVAL, EBUSY, EIO);
      case LAUNCH_START, LAUNCH_UPDATE_DATA, LAUNCH_SECRET, LAUNCH_MEASURE ->
          answers(ENOTTY, EFAULT, EINVAL, ENOMEM, EBADF, EIO);
      case LAUNCH_UPDATE_VMSA -> answers(ENOTTY, EBUSY, EINTR, EINVAL, EBADF, EIO);
      case LAUNCH_FINISH, SEND_FINISH, SEND_CANCEL, RECEIVE_FINISH -> answers(ENOTTY, EBADF, EIO);
      case SEND_START, SEND_UPDATE_DATA, RECEIVE_START ->
          answers(ENOTTY, EFAULT, EINVAL, ENOMEM, EBADF, EIO);
      case RECEIVE_UPDATE_DATA -> answers(EINVAL, EFAULT, ENOMEM, EBADF, EIO);
      case SEND_UPDATE_VMSA, RECEIVE_UPDATE_VMSA ->
          extended ? answers(ENOTTY, EFAULT, EINTR, EINVAL, ENOMEM, EBADF, EIO) : refused(EINVAL);
      case GUEST_STATUS -> answers(ENOTTY, EBADF, EIO, EFAULT);
      case DBG_DECRYPT, DBG_ENCRYPT, GET_ATTESTATION_REPORT ->
          answers(ENOTTY, EFAULT, EINVAL, ENOMEM, EBADF, EIO);
      case CERT_EXPORT, SNP_LAUNCH_UPDATE -> refused(EINVAL);
      case SNP_LAUNCH_START, SNP_LAUNCH_FINISH -> refused(ENOTTY);
    };
  }

  /** KVM_MEMORY_ENCRYPT_REG_REGION. */
  static Answers register() {
    return answers(ENOTTY, EINVAL, ENOMEM, EFAULT, EIO, EBADF);
  }

  /** KVM_MEMORY_ENCRYPT_UNREG_REGION. */
  static Answers unregister() {
    return answers(ENOTTY, EINVAL, EFAULT, EIO, EBADF);
  }

  /** KVM_ENABLE_CAP of the two capabilities that hand contexts on. */
  static Answers transfer() {
    return answers(EBADF, EINVAL, EBUSY, EINTR, EIO, ENOTTY);
  }

  /** SEV_ISSUE_CMD. Whatever the command: a bad address, or a closed descriptor. */
  static Answers issueCommand(int id) {
    return deviceCommand(SevDeviceCommand.of(id)).and(EFAULT, EBADF);
  }

  /** Any other ioctl of /dev/sev. */
  static Answers noSuchIoctl() {
    return refused(EINVAL, EBADF);
  }

  private static Answers deviceCommand(SevDeviceCommand command) {
    return switch (command) {
      case null -> refused(EINVAL);
      case FACTORY_RESET -> answers(EPERM, EBUSY, EIO);
      case PLATFORM_STATUS -> answers(EIO);
      case PEK_GEN, PDH_GEN -> answers(EPERM, EIO);
      case PEK_CSR, PDH_CERT_EXPORT -> answers(EPERM, EFAULT, ENOMEM, EIO);
      case PEK_CERT_IMPORT -> answers(EPERM, EFAULT, EINVAL, ENOMEM, EIO);
      case GET_ID, GET_ID2 -> answers(ENOTSUPP, ENOMEM, EIO);
      case SNP_PLATFORM_STATUS, SNP_COMMIT, SNP_SET_CONFIG, SNP_VLEK_LOAD -> refused(EINVAL);
    };
  }
}
