package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevDbg;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An encryption context that another VM of the host gets")
class ContextTransferTest {
  private static final int COPY = KvmCapability.VM_COPY_ENC_CONTEXT_FROM;
  private static final int MOVE = KvmCapability.VM_MOVE_ENC_CONTEXT_FROM;
  private static final int EINVAL = Errno.EINVAL.negated();
  private static final int EBADF = Errno.EBADF.negated();
  private static final int EBUSY = Errno.EBUSY.negated();
  private static final int EIO = Errno.EIO.negated();
  private static final int ENOTTY = Errno.ENOTTY.negated();
  private static final Outcome DONE = new Outcome(0, 0);

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host = TestHost.of(processor);
  private StartedGuest guest = StartedGuest.launched(host);

  private void withSevEs() {
    processor.minimumSevAsid = 4;
    host = TestHost.of(processor);
  }

  private int copy(int to, int from) {
    return host.enableCap(to, COPY, 0, from);
  }

  private int move(int to, int from) {
    return host.enableCap(to, MOVE, 0, from);
  }

  private int mirror() {
    int mirror = host.createVm();
    assertThat(copy(mirror, guest.vm())).isZero();
    return mirror;
  }

  private int moved() {
    int destination = host.createVm();
    assertThat(move(destination, guest.vm())).isZero();
    return destination;
  }

  private int createVcpu(int vm) {
    int vcpu = host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);
    assertThat(vcpu).isNotNegative();
    return vcpu;
  }

  private int handleOf(PspCommand command) {
    return processor.issued.stream()
        .filter(issued -> issued.command() == command)
        .map(issued -> HandleBuffer.read(issued.buffer()).handle())
        .toList()
        .getLast();
  }

  @Nested
  @DisplayName("by either way")
  class EitherWay {

    @ParameterizedTest
    @ValueSource(ints = {COPY, MOVE})
    void isOfferedWhereThereIsSev(int capability) {
      assertThat(host.checkExtension(capability)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {COPY, MOVE})
    void isTheKernelsBelowWhereThereIsNone(int capability) {
      processor.maximumAsid = 0;
      host = TestHost.of(processor);

      assertThat(host.checkExtension(capability)).isEqualTo(BareKernel.VM_TYPES);
      assertThat(host.enableCap(host.createVm(), capability, 0, 0)).isEqualTo(ENOTTY);
    }

    @Test
    void leavesOtherCapabilitiesToTheKernelBelow() {
      host.kernel.passedDown.clear();

      assertThat(host.enableCap(guest.vm(), KvmCapability.EXIT_HYPERCALL, 0, 1 << 12))
          .isEqualTo(ENOTTY);
      assertThat(host.calls.ioctl(guest.vm(), KvmIoctl.ENABLE_CAP, host.unmapped()))
          .isEqualTo(ENOTTY);

      assertThat(host.kernel.passedDown).containsExactly("vm 0x4068aea3", "vm 0x4068aea3");
    }

    @ParameterizedTest
    @ValueSource(ints = {COPY, MOVE})
    void takesNoFlags(int capability) {
      assertThat(host.enableCap(host.createVm(), capability, 1, guest.vm())).isEqualTo(EINVAL);
    }

    @ParameterizedTest
    @ValueSource(ints = {COPY, MOVE})
    void needsTheDescriptorOfAVm(int capability) {
      int vm = host.createVm();
      int closed = host.createVm();
      host.calls.close(closed);

      assertThat(host.enableCap(vm, capability, 0, -1)).isEqualTo(EBADF);
      assertThat(host.enableCap(vm, capability, 0, closed)).isEqualTo(EBADF);
      assertThat(host.enableCap(vm, capability, 0, guest.sevFd())).isEqualTo(EBADF);
      assertThat(host.enableCap(vm, capability, 0, createVcpu(guest.vm()))).isEqualTo(EBADF);
    }

    @ParameterizedTest
    @ValueSource(ints = {COPY, MOVE})
    void needsASevGuestAndAnotherVmThatIsNone(int capability) {
      int plain = host.createVm();

      assertThat(host.enableCap(guest.vm(), capability, 0, guest.vm())).isEqualTo(EINVAL);
      assertThat(host.enableCap(plain, capability, 0, host.createVm())).isEqualTo(EINVAL);
      assertThat(host.enableCap(host.sevVm(), capability, 0, guest.vm())).isEqualTo(EINVAL);
      assertThat(host.vms.at(plain).isSevGuest()).isFalse();
      assertThat(host.vms.at(guest.vm()).isSevGuest()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {COPY, MOVE})
    void waitsForNoOtherTransfer(int capability) {
      int vm = host.createVm();

      host.vms.at(guest.vm()).transferring().set(true);
      assertThat(host.enableCap(vm, capability, 0, guest.vm())).isEqualTo(EBUSY);
      host.vms.at(guest.vm()).transferring().set(false);
      host.vms.at(vm).transferring().set(true);
      assertThat(host.enableCap(vm, capability, 0, guest.vm())).isEqualTo(EBUSY);
      host.vms.at(vm).transferring().set(false);

      assertThat(host.enableCap(vm, capability, 0, guest.vm())).isZero();
      assertThat(host.vms.at(vm).transferring().get()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {COPY, MOVE})
    void isGivenUpWhereTheCallerIsKilled(int capability) throws Exception {
      int vm = host.createVm();
      FutureTask<Integer> call =
          new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            return host.enableCap(vm, capability, 0, guest.vm());
          });
      Thread.ofPlatform().start(call).join();

      assertThat(call.get()).isEqualTo(Errno.EINTR.negated());
      assertThat(host.enableCap(vm, capability, 0, guest.vm())).isZero();
    }
  }

  @Nested
  @DisplayName("as a mirror")
  class Mirror {

    @Test
    void sharesAddressSpaceAndFirmwareGuest() {
      int mirror = mirror();
      processor.forget();

      assertThat(host.vms.asid(mirror)).isEqualTo(host.vms.asid(guest.vm())).isPositive();
      assertThat(host.op(mirror, SevCommand.GUEST_STATUS, host.take(12))).isEqualTo(DONE);
      assertThat(handleOf(PspCommand.GUEST_STATUS)).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
    }

    @Test
    void maySeeThroughTheDebugger() {
      MemorySegment memory = host.map(4096);
      MemorySegment debug =
          host.struct(24, new KvmSevDbg(memory.address(), memory.address() + 16, 16)::write);

      assertThat(host.op(mirror(), SevCommand.DBG_DECRYPT, debug)).isEqualTo(DONE);
      assertThat(processor.log).endsWith("DBG_DECRYPT");
    }

    @ParameterizedTest
    @EnumSource(
        mode = Mode.EXCLUDE,
        names = {"LAUNCH_UPDATE_VMSA", "GUEST_STATUS", "DBG_DECRYPT", "DBG_ENCRYPT"})
    void isRefusedEveryOtherCommand(SevCommand command) {
      int mirror = mirror();
      processor.forget();

      assertThat(host.op(mirror, command)).isEqualTo(new Outcome(EINVAL, TestHost.UNTOUCHED));
      assertThat(host.op(mirror, 12345, 0, 0)).isEqualTo(new Outcome(EINVAL, TestHost.UNTOUCHED));
      assertThat(processor.log).isEmpty();
    }

    @Test
    void isNotAskedWhetherThereIsSevEs() {
      // For any other VM it would be ENOTTY.
      assertThat(host.op(mirror(), SevCommand.ES_INIT).result()).isEqualTo(EINVAL);
    }

    @Test
    void registersNoMemory() {
      int mirror = mirror();
      long memory = host.map(4096).address();

      assertThat(host.register(mirror, memory, 4096)).isEqualTo(EINVAL);
      assertThat(host.unregister(mirror, memory, 4096)).isEqualTo(EINVAL);
    }

    @Test
    void hasNoMirrors() {
      assertThat(copy(host.createVm(), mirror())).isEqualTo(EINVAL);
    }

    @Test
    void isMadeBeforeItsVcpus() {
      int vm = host.createVm();
      createVcpu(vm);

      assertThat(copy(vm, guest.vm())).isEqualTo(EINVAL);
    }

    @Test
    void mayHaveVcpusAfterwardsAndItsOwnerBefore() {
      createVcpu(guest.vm());
      createVcpu(mirror());
    }

    @Test
    void leavesItsOwnerAsItIs() {
      int mirror = mirror();
      processor.forget();

      assertThat(host.calls.close(mirror)).isZero();

      assertThat(processor.log).isEmpty();
      assertThat(host.op(guest.vm(), SevCommand.LAUNCH_FINISH)).isEqualTo(DONE);
      host.calls.close(guest.vm());
      assertThat(processor.log)
          .containsExactly("LAUNCH_FINISH", "WBINVD", "DEACTIVATE", "DECOMMISSION");
    }

    @Test
    void keepsTheContextAliveWhenItsOwnerIsClosed() {
      MemorySegment memory = host.map(4096);
      host.register(guest.vm(), memory.address(), 4096);
      SevVirtualMachine owner = host.vms.at(guest.vm());
      int first = mirror();
      int second = mirror();
      processor.forget();

      assertThat(host.calls.close(guest.vm())).isZero();
      assertThat(host.calls.close(first)).isZero();
      assertThat(processor.log).isEmpty();
      assertThat(owner.pinnedPages().locked()).isEqualTo(1);
      assertThat(host.op(second, SevCommand.GUEST_STATUS, host.take(12))).isEqualTo(DONE);

      assertThat(host.calls.close(second)).isZero();
      assertThat(processor.log)
          .containsExactly("GUEST_STATUS", "WBINVD", "DEACTIVATE", "DECOMMISSION");
      assertThat(owner.pinnedPages().locked()).isZero();
    }

    @Test
    void needsNoAddressSpaceOfItsOwn() {
      processor.maximumAsid = 1;
      host = TestHost.of(processor);
      guest = StartedGuest.launched(host);

      mirror();

      assertThat(host.op(host.createVm(), SevCommand.INIT).result()).isEqualTo(EBUSY);
    }

    @Test
    void ofASevEsGuestIsOneToo() {
      withSevEs();
      int owner = host.createVm();
      host.op(owner, SevCommand.ES_INIT);
      int mirror = host.createVm();

      assertThat(copy(mirror, owner)).isZero();

      assertThat(host.vms.at(mirror).isSevEsGuest()).isTrue();
      assertThat(host.op(mirror, SevCommand.LAUNCH_UPDATE_VMSA).result()).isZero();
    }

    @Test
    void hasVcpusWithRegistersOfTheirOwn() {
      withSevEs();
      int owner = host.createVm();
      host.op(owner, SevCommand.ES_INIT);
      MemorySegment start = host.struct(40, new KvmSevLaunchStart(0, 5, 0, 0, 0, 0)::write);
      int sevFd = host.openSev(OpenFlags.O_RDWR);
      assertThat(host.op(owner, SevCommand.LAUNCH_START, start, sevFd)).isEqualTo(DONE);
      createVcpu(owner);
      int mirror = host.createVm();
      assertThat(copy(mirror, owner)).isZero();
      int vcpu = createVcpu(mirror);

      assertThat(host.op(mirror, SevCommand.LAUNCH_UPDATE_VMSA).result()).isZero();

      assertThat(host.vms.vcpuAt(vcpu).isProtected()).isTrue();
      assertThat(host.vms.at(owner).vcpus()).noneMatch(Vcpu::isProtected);
      int ranges = host.physicalMemory.ranges();
      host.calls.close(mirror);
      assertThat(host.physicalMemory.ranges()).as("its VMSA is gone").isEqualTo(ranges - 1);
    }
  }

  @Nested
  @DisplayName("by a move")
  class Move {

    @Test
    void takesAddressSpaceAndPinsAlong() {
      MemorySegment memory = host.map(8192);
      host.register(guest.vm(), memory.address(), 8192);
      int asid = host.vms.asid(guest.vm());

      int destination = moved();

      assertThat(host.vms.asid(destination)).isEqualTo(asid);
      assertThat(host.vms.asid(guest.vm())).isZero();
      assertThat(host.pinned(destination)).isEqualTo(2);
      assertThat(host.pinned(guest.vm())).isZero();
      assertThat(host.unregister(destination, memory.address(), 8192)).isZero();
      assertThat(host.pinned(destination)).isZero();
    }

    @Test
    void leavesADeadVmBehind() {
      int vcpu = createVcpu(guest.vm());
      moved();

      assertThat(host.op(guest.vm(), SevCommand.SEND_FINISH))
          .isEqualTo(new Outcome(EIO, TestHost.UNTOUCHED));
      assertThat(host.calls.ioctl(guest.vm(), KvmIoctl.MEMORY_ENCRYPT_OP, 0)).isEqualTo(EIO);
      assertThat(host.register(guest.vm(), 0, 0)).isEqualTo(EIO);
      assertThat(host.unregister(guest.vm(), 0, 0)).isEqualTo(EIO);
      assertThat(host.checkExtension(guest.vm(), COPY)).isEqualTo(EIO);
      assertThat(host.enableCap(guest.vm(), MOVE, 0, host.sevVm())).isEqualTo(EIO);
      assertThat(host.calls.ioctl(guest.vm(), KvmIoctl.CREATE_VCPU, 1)).isEqualTo(EIO);
      assertThat(host.calls.ioctl(guest.vm(), KvmIoctl.GET_DIRTY_LOG, 0)).isEqualTo(EIO);
      assertThat(host.calls.ioctl(vcpu, KvmIoctl.RUN, 0)).isEqualTo(EIO);
      assertThat(host.calls.ioctl(vcpu, KvmIoctl.GET_REGS, 0)).isEqualTo(EIO);
    }

    @Test
    void isNotPossibleFromADeadVm() {
      moved();

      assertThat(move(host.createVm(), guest.vm())).isEqualTo(EINVAL);
      assertThat(copy(host.createVm(), guest.vm())).isEqualTo(EINVAL);
    }

    @Test
    void doesNotBringTheDeviceAlong() {
      int destination = moved();
      processor.forget();

      assertThat(host.op(destination, SevCommand.GUEST_STATUS, host.take(12)))
          .isEqualTo(new Outcome(EBADF, TestHost.UNTOUCHED));
      assertThat(processor.log).isEmpty();
    }

    @Test
    void isTornDownOnceAndByWhoHasItNow() {
      int destination = moved();
      processor.forget();

      assertThat(host.calls.close(guest.vm())).isZero();
      assertThat(processor.log).isEmpty();

      assertThat(host.calls.close(destination)).isZero();
      assertThat(processor.log).containsExactly("WBINVD", "DEACTIVATE", "DECOMMISSION");
      assertThat(handleOf(PspCommand.DECOMMISSION)).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
    }

    @Test
    void mayBeMadeAgainAndAgain() {
      int destination = host.createVm();
      int asid = host.vms.asid(guest.vm());
      int from = guest.vm();
      for (int i = 0; i < 5; i++) {
        assertThat(move(destination, from)).isZero();
        host.calls.close(from);
        from = destination;
        destination = host.createVm();
      }

      assertThat(host.vms.asid(from)).isEqualTo(asid);
    }

    @Test
    void needsVmsOfOneType() {
      withSevEs();
      int source = host.sevVm();

      assertThat(move(host.createVm(2), source)).isEqualTo(EINVAL);
      assertThat(move(host.createVm(), source)).isZero();
    }

    @Test
    void bringsMirrorsAlong() {
      int mirror = mirror();
      int destination = moved();
      processor.forget();

      host.calls.close(guest.vm());
      host.calls.close(destination);
      assertThat(processor.log).isEmpty();
      assertThat(host.op(mirror, SevCommand.GUEST_STATUS, host.take(12))).isEqualTo(DONE);

      host.calls.close(mirror);
      assertThat(processor.log).endsWith("WBINVD", "DEACTIVATE", "DECOMMISSION");
    }

    @Test
    void ofAMirrorMakesAnotherMirror() {
      int mirror = mirror();
      int destination = host.createVm();

      assertThat(move(destination, mirror)).isZero();

      assertThat(host.op(destination, SevCommand.SEND_FINISH).result()).isEqualTo(EINVAL);
      assertThat(host.op(mirror, SevCommand.GUEST_STATUS).result()).isEqualTo(EIO);
      processor.forget();
      host.calls.close(mirror);
      host.calls.close(guest.vm());
      assertThat(processor.log).isEmpty();
      host.calls.close(destination);
      assertThat(processor.log).containsExactly("WBINVD", "DEACTIVATE", "DECOMMISSION");
    }

    @Test
    void waitsForNoVcpuThatIsBeingCreated() {
      int destination = host.createVm();
      host.vms.at(guest.vm()).beginVcpu();
      assertThat(move(destination, guest.vm())).isEqualTo(EBUSY);
      host.vms.at(guest.vm()).endVcpu(null);

      host.vms.at(destination).beginVcpu();
      assertThat(move(destination, guest.vm())).isEqualTo(EBUSY);
      host.vms.at(destination).endVcpu(null);

      assertThat(move(destination, guest.vm())).isZero();
    }

    @Test
    void waitsForAVcpuThatRuns() throws Exception {
      int vcpu = createVcpu(guest.vm());
      int destination = host.createVm();
      CountDownLatch running = new CountDownLatch(1);
      CountDownLatch stop = new CountDownLatch(1);
      host.kernel.beforeIoctl =
          () -> {
            running.countDown();
            await(stop);
          };
      FutureTask<Integer> run = new FutureTask<>(() -> host.calls.ioctl(vcpu, KvmIoctl.RUN, 0));
      Thread.ofPlatform().start(run);
      running.await();
      Thread mover =
          Thread.ofPlatform().start(() -> assertThat(move(destination, guest.vm())).isZero());
      while (mover.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertThat(host.vms.at(guest.vm()).isDead()).isFalse();

      stop.countDown();
      mover.join();

      assertThat(run.get()).isEqualTo(EINVAL);
      assertThat(host.vms.at(guest.vm()).isDead()).isTrue();
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException never) {
        throw new AssertionError(never);
      }
    }

    @Test
    void ofASevEsGuestNeedsVcpusWithEncryptedRegisters() {
      withSevEs();
      int source = host.createVm();
      host.op(source, SevCommand.ES_INIT);
      int destination = host.createVm();

      createVcpu(destination);
      assertThat(move(destination, source)).as("one vCPU for none").isEqualTo(EINVAL);
      createVcpu(source);
      assertThat(move(destination, source)).as("registers in the clear").isEqualTo(EINVAL);
      launchRegisters(source);
      assertThat(move(destination, source)).isZero();
    }

    @Test
    void ofASevEsGuestNeedsAsManyVcpus() {
      withSevEs();
      int source = host.createVm();
      host.op(source, SevCommand.ES_INIT);
      createVcpu(source);
      launchRegisters(source);

      assertThat(move(host.createVm(), source)).isEqualTo(EINVAL);
    }

    @Test
    void takesTheRegistersOfASevEsGuestAlong() {
      withSevEs();
      int source = host.createVm();
      host.op(source, SevCommand.ES_INIT);
      int sourceVcpu = createVcpu(source);
      launchRegisters(source);
      long registers = host.vms.vmsa(sourceVcpu);
      int destination = host.createVm();
      int destinationVcpu = createVcpu(destination);

      assertThat(move(destination, source)).isZero();

      assertThat(host.vms.vmsa(destinationVcpu)).isEqualTo(registers);
      assertThat(host.vms.vmsa(sourceVcpu)).isEqualTo(EncryptionContexts.NO_VMSA);
      assertThat(host.calls.ioctl(destinationVcpu, KvmIoctl.GET_REGS, 0))
          .as("nobody reads them here either")
          .isEqualTo(EINVAL);
    }

    private void launchRegisters(int vm) {
      int sevFd = host.openSev(OpenFlags.O_RDWR);
      MemorySegment start = host.struct(40, new KvmSevLaunchStart(0, 5, 0, 0, 0, 0)::write);
      assertThat(host.op(vm, SevCommand.LAUNCH_START, start, sevFd)).isEqualTo(DONE);
      assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA).result()).isZero();
    }

    @Test
    void ofASevEsGuestWithoutVcpusIsPossible() {
      withSevEs();
      int source = host.createVm();
      host.op(source, SevCommand.ES_INIT);
      int destination = host.createVm();

      assertThat(move(destination, source)).isZero();

      assertThat(host.vms.at(destination).isSevEsGuest()).isTrue();
    }

    @Test
    void makesTheVmOneThatIsInitialised() {
      int destination = moved();

      assertThat(host.op(destination, SevCommand.INIT).result()).isEqualTo(EINVAL);
    }
  }
}
