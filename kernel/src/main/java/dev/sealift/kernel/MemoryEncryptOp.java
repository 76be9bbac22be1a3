package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevExtension;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * KVM_MEMORY_ENCRYPT_OP: finds the handler of a command and copies the command in and out.
 *
 * <p>A command without a handler is {@code -EINVAL} and the caller's struct is left alone. For
 * every other the struct is copied back whatever the handler said: that is how the firmware's
 * status arrives together with {@code -EIO}.
 */
final class MemoryEncryptOp {
  private final SevModule module;
  private final ThreadLocal<SevCall> calls;
  private final Map<Integer, SevHandler> handlers = new HashMap<>();
  private final Map<Integer, SevHandler> sharedHandlers = new HashMap<>();

  MemoryEncryptOp(SevModule module, RegisterReader registers) {
    this.module = module;
    this.calls = ThreadLocal.withInitial(() -> new SevCall(module.user()));
    InitCommands init = new InitCommands(module);
    LaunchCommands launch = new LaunchCommands(module);
    SendCommands send = new SendCommands(module);
    ReceiveCommands receive = new ReceiveCommands(module);
    VmsaCommands vmsa = new VmsaCommands(module, registers);
    StatusCommands status = new StatusCommands();
    DebugCommands debug = new DebugCommands(module);
    AttestationCommands attestation = new AttestationCommands(module);
    serve(SevCommand.INIT, init::init);
    serve(SevCommand.ES_INIT, init::esInit);
    serve(SevCommand.INIT2, init::init2);
    serve(SevCommand.LAUNCH_START, launch::start);
    serve(SevCommand.LAUNCH_UPDATE_DATA, launch::updateData);
    serve(SevCommand.LAUNCH_UPDATE_VMSA, vmsa::launchUpdate);
    serve(SevCommand.LAUNCH_MEASURE, launch::measure);
    serve(SevCommand.LAUNCH_SECRET, launch::secret);
    serve(SevCommand.LAUNCH_FINISH, launch::finish);
    serve(SevCommand.SEND_START, send::start);
    serve(SevCommand.SEND_UPDATE_DATA, send::updateData);
    serve(SevCommand.SEND_FINISH, send::finish);
    serve(SevCommand.SEND_CANCEL, send::cancel);
    serve(SevCommand.RECEIVE_START, receive::start);
    serve(SevCommand.RECEIVE_UPDATE_DATA, receive::updateData);
    serve(SevCommand.RECEIVE_FINISH, receive::finish);
    serve(SevCommand.GUEST_STATUS, status::guestStatus);
    serve(SevCommand.DBG_DECRYPT, debug::decrypt);
    serve(SevCommand.DBG_ENCRYPT, debug::encrypt);
    serve(SevCommand.GET_ATTESTATION_REPORT, attestation::report);
    // No VM here is one of SEV-SNP.
    serve(SevCommand.SNP_LAUNCH_START, (_, _) -> Errno.ENOTTY.negated());
    serve(SevCommand.SNP_LAUNCH_UPDATE, (_, _) -> Errno.EINVAL.negated());
    serve(SevCommand.SNP_LAUNCH_FINISH, (_, _) -> Errno.ENOTTY.negated());
    if (module.settings().profile() == KernelProfile.EXTENDED) {
      serve(SevCommand.SEND_UPDATE_VMSA, vmsa::sendUpdate);
      serve(SevCommand.RECEIVE_UPDATE_VMSA, vmsa::receiveUpdate);
      BatchCommands batch = new BatchCommands(module);
      serve(SevExtension.SEND_UPDATE_DATA_BATCH.id(), batch::send);
      serve(SevExtension.RECEIVE_UPDATE_DATA_BATCH.id(), batch::receive);
      PacketRuns runs = new PacketRuns(module);
      sharedHandlers.put(SevExtension.SEND_UPDATE_DATA_BATCH.id(), runs::send);
      sharedHandlers.put(SevExtension.RECEIVE_UPDATE_DATA_BATCH.id(), runs::receive);
    }
  }

  private void serve(SevCommand command, SevHandler handler) {
    serve(command.id(), handler);
  }

  private void serve(int id, SevHandler handler) {
    handlers.put(
        id,
        (vm, call) -> {
          vm.serve(call);
          return handler.handle(vm, call);
        });
  }

  /**
   * Serves the ioctl.
   *
   * @param argument the user address of a struct kvm_sev_cmd; zero asks whether SEV is there
   */
  int run(SevVirtualMachine vm, long argument) {
    if (!module.features().sev()) {
      return Errno.ENOTTY.negated();
    }
    if (argument == 0) {
      return 0;
    }
    SevCall call = calls.get();
    if (!call.copyIn(argument)) {
      return Errno.EFAULT.negated();
    }
    SevHandler shared = sharedHandlers.get(call.id());
    if (shared != null) {
      int result = run(vm, call, shared, vm.sharedLock());
      if (result != PacketRuns.ALONE) {
        return result;
      }
    }
    return run(vm, call, handlers.get(call.id()), vm.lock());
  }

  private int run(SevVirtualMachine vm, SevCall call, @Nullable SevHandler handler, Lock lock) {
    lock.lock();
    try {
      if (vm.isDestroyed()) {
        return Errno.EBADF.negated();
      }
      if (vm.isMirror() && !isForMirrors(call.id())) {
        return Errno.EINVAL.negated();
      }
      if (call.id() == SevCommand.ES_INIT.id() && !module.features().sevEs()) {
        return Errno.ENOTTY.negated();
      }
      if (handler == null) {
        return Errno.EINVAL.negated();
      }
      int result = handle(handler, vm, call);
      if (result == PacketRuns.ALONE) {
        return result;
      }
      return call.copyOut() ? result : Errno.EFAULT.negated();
    } finally {
      lock.unlock();
    }
  }

  /** A mirror may have vCPUs of its own and be looked at; the rest is its owner's business. */
  private static boolean isForMirrors(int id) {
    return id == SevCommand.LAUNCH_UPDATE_VMSA.id()
        || id == SevCommand.GUEST_STATUS.id()
        || id == SevCommand.DBG_DECRYPT.id()
        || id == SevCommand.DBG_ENCRYPT.id();
  }

  private static int handle(SevHandler handler, SevVirtualMachine vm, SevCall call) {
    try {
      return handler.handle(vm, call);
    } catch (Refusal refusal) {
      return refusal.result();
    }
  }
}
