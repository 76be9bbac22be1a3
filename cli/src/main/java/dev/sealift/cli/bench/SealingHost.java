package dev.sealift.cli.bench;

import dev.sealift.bench.CallCost;
import dev.sealift.bench.ClientCallCost;
import dev.sealift.bench.KernelLayer;
import dev.sealift.bench.TimedProcessor;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.interpose.ClientThread;
import dev.sealift.interpose.InterposeException;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.ExportedCertificates;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.io.Closeable;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A host in this process with a guest that is being sent, to nobody: for what is measured in system
 * calls alone.
 */
final class SealingHost implements Closeable {
  private static final long GUEST_BYTES = 16 << 20;

  private final HostMachine machine;
  private final Guest guest;
  private final SendSession session;
  private final TimedProcessor processor;

  private SealingHost(
      HostMachine machine, Guest guest, SendSession session, TimedProcessor processor) {
    this.machine = machine;
    this.guest = guest;
    this.session = session;
    this.processor = processor;
  }

  /**
   * Powers it up, launches the guest, and opens a session of the platform with itself.
   *
   * @param root the maker of its chip
   */
  static SealingHost start(HostKind kind, ModelRoot root)
      throws VmmException, LinuxUnavailableException, Failure, TimeoutException {
    AtomicReference<TimedProcessor> processor = new AtomicReference<>();
    HostMachine machine =
        HostMachine.powerUp(
            kind,
            KernelProfile.EXTENDED,
            root,
            made -> {
              TimedProcessor timed = new TimedProcessor(made);
              processor.set(timed);
              return timed;
            });
    try {
      Guest guest = BenchGuest.idle(machine, GUEST_BYTES);
      try {
        guest.pause();
        ExportedCertificates own = machine.platform().exportCertificates();
        PlatformChain chain = machine.chain();
        SendSession session =
            guest.sev().sendStart(own.pdh(), chain.platformCertificates(), chain.amdCertificates());
        return new SealingHost(
            machine,
            guest,
            session,
            Objects.requireNonNull(processor.get(), "the machine has one"));
      } catch (VmmException | Failure | RuntimeException e) {
        guest.close();
        throw e;
      }
    } catch (VmmException | Failure | RuntimeException | TimeoutException e) {
      machine.close();
      throw e;
    }
  }

  /** It is used for a while first, until the processor has chosen its packet engine. */
  KernelLayer kernelLayer(long nanos) throws VmmException, InterruptedException {
    KernelLayer layer =
        new KernelLayer(machine.host(), session, guest.memory().pages(), processor, nanos);
    layer.warmUp();
    machine.engines().awaitDecision(BenchSource.TRIAL);
    return layer;
  }

  /** What a system call costs a program that reaches this kernel through FUSE. */
  ClientCallCost costThroughFuse(int calls) throws InterposeException {
    return new ClientCallCost(ClientThread.throughFuse(machine.device()), calls);
  }

  /** What it costs one whose system calls are stopped by seccomp. */
  ClientCallCost costThroughSeccomp(int calls) throws InterposeException {
    return new ClientCallCost(ClientThread.throughSeccomp(machine.device()), calls);
  }

  CallCost callCost(long nanos) throws VmmException {
    return CallCost.on(machine.host(), nanos);
  }

  @Override
  public void close() {
    guest.close();
    machine.close();
  }
}
