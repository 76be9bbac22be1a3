package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("KVM_SEV_SEND_UPDATE_VMSA and KVM_SEV_RECEIVE_UPDATE_VMSA")
class UpdateVmsaTest {
  private static final Outcome DONE = new Outcome(0, 0);
  private static final Outcome INVALID = new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED);
  private static final int VCPU_ID = 2;

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host;
  private final int vm;
  private final int vcpu;
  private final MemorySegment header;
  private final MemorySegment cipher;

  UpdateVmsaTest() {
    processor.minimumSevAsid = 4;
    host = TestHost.of(processor, KernelSettings.DEFAULT.with(KernelProfile.EXTENDED));
    vm = host.createVm();
    assertThat(host.op(vm, SevCommand.ES_INIT)).isEqualTo(DONE);
    MemorySegment start = host.struct(40, new KvmSevLaunchStart(0, 5, 0, 0, 0, 0)::write);
    assertThat(host.op(vm, SevCommand.LAUNCH_START, start, host.openSev(OpenFlags.O_RDWR)))
        .isEqualTo(DONE);
    assertThat(host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0)).isNotNegative();
    vcpu = host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, VCPU_ID);
    assertThat(vcpu).isNotNegative();
    header = host.take(52);
    cipher = host.take(4096);
    processor.forget();
  }

  private MemorySegment parameters(int vcpuId, long hdrLen, long transLen) {
    return parameters(vcpuId, header.address(), hdrLen, cipher.address(), transLen);
  }

  private MemorySegment parameters(
      int vcpuId, long hdrUaddr, long hdrLen, long transUaddr, long transLen) {
    return host.struct(
        40, new KvmSevUpdateVmsa(vcpuId, hdrUaddr, hdrLen, transUaddr, transLen)::write);
  }

  private MemorySegment packet() {
    return parameters(VCPU_ID, 52, 4096);
  }

  private void launch() {
    assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA).result()).isZero();
    processor.forget();
  }

  private void isOfTheVcpu(PspCommand command) {
    PacketBuffer in = processor.last().packet();
    assertThat(processor.log).containsExactly(command.name());
    assertThat(in.handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
    assertThat(ScriptedProcessor.encrypted(in.guestAddress())).isTrue();
    assertThat(ScriptedProcessor.physical(in.guestAddress())).isEqualTo(host.vms.vmsa(vcpu));
    assertThat(in.guestLen()).isEqualTo(4096);
    assertThat(in.hdrLen()).isEqualTo(52);
    assertThat(in.transLen()).isEqualTo(4096);
  }

  @Nested
  @DisplayName("and KVM_SEV_LAUNCH_UPDATE_VMSA before them")
  class Launch {

    @Test
    void encryptsTheRegistersOfEveryVcpuInOrder() {
      assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA).result()).isZero();

      assertThat(processor.log).containsExactly("LAUNCH_UPDATE_VMSA", "LAUNCH_UPDATE_VMSA");
      LaunchUpdateBuffer last = LaunchUpdateBuffer.read(processor.last().buffer());
      assertThat(last.handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
      assertThat(last.address()).isEqualTo(host.vms.vmsa(vcpu));
      assertThat(last.len()).isEqualTo(4096);
    }

    @Test
    void isForGuestsWithSevEs() {
      assertThat(host.op(host.sevVm(), SevCommand.LAUNCH_UPDATE_VMSA))
          .isEqualTo(new Outcome(Errno.ENOTTY.negated(), TestHost.UNTOUCHED));
    }

    @Test
    void hasNothingToDoWithoutVcpus() {
      int empty = host.createVm();
      assertThat(host.op(empty, SevCommand.ES_INIT).result()).isZero();

      assertThat(host.op(empty, SevCommand.LAUNCH_UPDATE_VMSA).result()).isZero();
    }

    @Test
    void waitsForNoVcpuThatIsBeingMade() {
      host.vms.at(vm).beginVcpu();

      assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA).result())
          .isEqualTo(Errno.EBUSY.negated());
    }

    @Test
    void isDoneOncePerVcpu() {
      launch();

      assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA)).isEqualTo(INVALID);
      assertThat(processor.log).isEmpty();
    }

    @Test
    void isRefusedWhileSomebodyDebugs() {
      MemorySegment debug = host.take(72);
      debug.set(ValueLayout.JAVA_INT, 0, 1);
      assertThat(host.calls.ioctl(vcpu, KvmIoctl.SET_GUEST_DEBUG, debug.address())).isZero();

      assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA).result())
          .isEqualTo(Errno.EINVAL.negated());

      assertThat(processor.log).as("the first vCPU came before it").hasSize(1);
      debug.set(ValueLayout.JAVA_INT, 0, 0);
      assertThat(host.calls.ioctl(vcpu, KvmIoctl.SET_GUEST_DEBUG, debug.address())).isZero();
      assertThat(host.vms.vcpuAt(vcpu).isDebugged()).isFalse();
    }

    @Test
    void leavesTheRegistersReadableWhereTheFirmwareRefuses() {
      processor.refuse(PspCommand.LAUNCH_UPDATE_VMSA, FirmwareStatus.RESOURCE_LIMIT);

      assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA))
          .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.RESOURCE_LIMIT.code()));

      MemorySegment registers = host.take(144);
      assertThat(host.calls.ioctl(vcpu, KvmIoctl.GET_REGS, registers.address())).isZero();
    }

    @Test
    void endsWhenTheCallerIsKilled() {
      Thread.currentThread().interrupt();

      assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA).result())
          .isEqualTo(Errno.EINTR.negated());

      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void registersLeaveAsAPacket() {
    launch();
    processor.on(
        PspCommand.SEND_UPDATE_VMSA,
        buffer -> {
          PacketBuffer in = PacketBuffer.read(buffer);
          processor.fill(in.hdrAddress(), 'h', 52);
          processor.fill(in.transAddress(), 'v', 4096);
          return FirmwareStatus.SUCCESS;
        });

    assertThat(host.op(vm, SevCommand.SEND_UPDATE_VMSA, packet())).isEqualTo(DONE);

    isOfTheVcpu(PspCommand.SEND_UPDATE_VMSA);
    assertThat(TestHost.bytes(header)).containsOnly('h');
    assertThat(TestHost.bytes(cipher)).containsOnly('v');
  }

  @Test
  void registersArriveAsAPacketAndAreProtectedFromThen() {
    header.fill((byte) 'h');
    cipher.fill((byte) 'v');
    byte[][] seen = new byte[2][];
    processor.on(
        PspCommand.RECEIVE_UPDATE_VMSA,
        buffer -> {
          PacketBuffer in = PacketBuffer.read(buffer);
          seen[0] = processor.read(in.hdrAddress(), 52);
          seen[1] = processor.read(in.transAddress(), 4096);
          return FirmwareStatus.SUCCESS;
        });

    assertThat(host.op(vm, SevCommand.RECEIVE_UPDATE_VMSA, packet())).isEqualTo(DONE);

    isOfTheVcpu(PspCommand.RECEIVE_UPDATE_VMSA);
    assertThat(seen[0]).containsOnly('h');
    assertThat(seen[1]).containsOnly('v');
    assertThat(host.vms.vcpuAt(vcpu).isProtected()).isTrue();
    processor.forget();
    assertThat(host.op(vm, SevCommand.RECEIVE_UPDATE_VMSA, packet()))
        .as("a vCPU receives its registers once")
        .isEqualTo(INVALID);
    assertThat(processor.log).isEmpty();
  }

  @Test
  void aPacketThatIsNotGenuineProtectsNothing() {
    processor.refuse(PspCommand.RECEIVE_UPDATE_VMSA, FirmwareStatus.BAD_MEASUREMENT);

    assertThat(host.op(vm, SevCommand.RECEIVE_UPDATE_VMSA, packet()))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.BAD_MEASUREMENT.code()));

    assertThat(host.vms.vcpuAt(vcpu).isProtected()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0, 4096", "52, 0", "0, 0"})
  void aLengthOfZeroAsksForTheLengths(long hdrLen, long transLen) {
    processor.on(
        PspCommand.SEND_UPDATE_VMSA,
        buffer -> {
          assertThat(PacketBuffer.read(buffer))
              .isEqualTo(new PacketBuffer(ScriptedProcessor.FIRST_HANDLE, 0, 0, 0, 0, 0, 0));
          new PacketBuffer(0, 0, 52, 0, 0, 0, 7).write(buffer);
          return FirmwareStatus.INVALID_LEN;
        });
    MemorySegment parameters = parameters(VCPU_ID, hdrLen, transLen);

    assertThat(host.op(vm, SevCommand.SEND_UPDATE_VMSA, parameters))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_LEN.code()));

    KvmSevUpdateVmsa answer = KvmSevUpdateVmsa.read(parameters);
    assertThat(answer.hdrLen()).isEqualTo(52);
    assertThat(answer.transLen()).isEqualTo(7);
    assertThat(answer.vcpuId()).isEqualTo(VCPU_ID);
  }

  @Test
  void registersThatWereNotEncryptedAreNotSent() {
    assertThat(host.op(vm, SevCommand.SEND_UPDATE_VMSA, packet())).isEqualTo(INVALID);
    assertThat(processor.log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA"})
  void aVcpuThatIsNotThereHasNone(SevCommand command) {
    assertThat(host.op(vm, command, parameters(1, 52, 4096))).isEqualTo(INVALID);
    assertThat(host.op(vm, command, parameters(-1, 52, 4096))).isEqualTo(INVALID);
    assertThat(processor.log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA"})
  void noPartOfThePacketMayBeMissing(SevCommand command) {
    assertThat(host.op(vm, command, parameters(VCPU_ID, 0, 52, cipher.address(), 4096)))
        .isEqualTo(INVALID);
    assertThat(host.op(vm, command, parameters(VCPU_ID, header.address(), 52, 0, 4096)))
        .isEqualTo(INVALID);
    assertThat(processor.log).isEmpty();
  }

  @Test
  void aPacketThatArrivesIsNoLargerThanTheFirmwareTakes() {
    assertThat(host.op(vm, SevCommand.RECEIVE_UPDATE_VMSA, parameters(VCPU_ID, 52, 0x4001)))
        .isEqualTo(INVALID);
    assertThat(host.op(vm, SevCommand.RECEIVE_UPDATE_VMSA, parameters(VCPU_ID, 0, 4096)))
        .isEqualTo(INVALID);
    assertThat(host.op(vm, SevCommand.RECEIVE_UPDATE_VMSA, parameters(VCPU_ID, 52, 0)))
        .isEqualTo(INVALID);
    assertThat(processor.log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA"})
  void memoryThatIsNotThereIsABadAddress(SevCommand command) {
    if (command == SevCommand.SEND_UPDATE_VMSA) {
      launch();
    }
    Outcome bad =
        new Outcome(
            Errno.EFAULT.negated(),
            command == SevCommand.SEND_UPDATE_VMSA ? 0 : TestHost.UNTOUCHED);
    long nowhere = host.unmapped();

    assertThat(host.op(vm, command.id(), nowhere, 0))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), TestHost.UNTOUCHED));
    assertThat(host.op(vm, command, parameters(VCPU_ID, nowhere, 52, cipher.address(), 4096)))
        .isEqualTo(bad);
    assertThat(host.op(vm, command, parameters(VCPU_ID, header.address(), 52, nowhere, 4096)))
        .isEqualTo(bad);
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA"})
  void aGuestWithoutSevEsHasNone(SevCommand command) {
    assertThat(host.op(host.sevVm(), command, packet()))
        .isEqualTo(new Outcome(Errno.ENOTTY.negated(), TestHost.UNTOUCHED));
    assertThat(host.op(host.createVm(), command, packet()))
        .isEqualTo(new Outcome(Errno.ENOTTY.negated(), TestHost.UNTOUCHED));
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA"})
  void mainlineServesNeither(SevCommand command) {
    TestHost mainline = TestHost.of(processor);
    int guest = mainline.createVm();
    assertThat(mainline.op(guest, SevCommand.ES_INIT)).isEqualTo(DONE);

    assertThat(mainline.op(guest, command, mainline.take(40))).isEqualTo(INVALID);
  }

  @Test
  void theRegistersGoWithTheirVm() {
    int ranges = host.physicalMemory.ranges();
    int other = host.createVm();
    assertThat(host.op(other, SevCommand.ES_INIT).result()).isZero();
    assertThat(host.calls.ioctl(other, KvmIoctl.CREATE_VCPU, 0)).isNotNegative();
    assertThat(host.physicalMemory.ranges()).isEqualTo(ranges + 1);

    assertThat(host.calls.close(other)).isZero();

    assertThat(host.physicalMemory.ranges()).isEqualTo(ranges);
  }

  @Test
  void aVcpuThatCannotBeMadeLeavesNoRegisters() {
    int ranges = host.physicalMemory.ranges();

    assertThat(host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 99)).isEqualTo(Errno.EINVAL.negated());

    assertThat(host.physicalMemory.ranges()).isEqualTo(ranges);
  }

  @Test
  void aPacketLargerThanAnyTakesKernelMemoryForItsCallOnly() {
    launch();
    assertThat(host.op(vm, SevCommand.SEND_UPDATE_VMSA, packet())).isEqualTo(DONE);
    long room = host.map(0x8000).address();
    int ranges = host.physicalMemory.ranges();

    assertThat(
            host.op(
                vm, SevCommand.SEND_UPDATE_VMSA, parameters(VCPU_ID, room, 0x4001, room, 0x4001)))
        .isEqualTo(DONE);

    assertThat(host.physicalMemory.ranges()).isEqualTo(ranges);
  }

  @Test
  void aLengthQueryShowsTheFirmwareNothingOfAnEarlierCommand() {
    launch();

    host.op(vm, SevCommand.SEND_UPDATE_VMSA, parameters(VCPU_ID, 0, 0));

    assertThat(processor.last().packet())
        .isEqualTo(new PacketBuffer(ScriptedProcessor.FIRST_HANDLE, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void oncePackedTheVcpuIsThereForOtherThreads() throws Exception {
    launch();
    FutureTask<Integer> registers =
        new FutureTask<>(() -> host.calls.ioctl(vcpu, KvmIoctl.GET_REGS, 0));
    Thread.ofPlatform().daemon().start(registers);

    assertThat(registers.get(20, TimeUnit.SECONDS)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void readingRegistersForTheFirmwareLeavesNoMemoryBehind() {
    int ranges = host.physicalMemory.ranges();

    launch();

    assertThat(host.physicalMemory.ranges()).isEqualTo(ranges);
  }

  @Nested
  @DisplayName("and lists of MSRs once registers are encrypted")
  class MsrLists {
    private static final int TIME_STAMP_COUNTER = 0x10;
    private static final int EFER = 0xC000_0080;

    private int get(MemorySegment list, int count, int first, int second) {
      list.set(ValueLayout.JAVA_INT_UNALIGNED, 0, count);
      list.set(ValueLayout.JAVA_INT_UNALIGNED, 8, first);
      if (list.byteSize() >= 40) {
        list.set(ValueLayout.JAVA_INT_UNALIGNED, 24, second);
      }
      return host.calls.ioctl(vcpu, KvmIoctl.GET_MSRS, list.address());
    }

    @Test
    void thatAreTooLongAreTheKernelsBelowToRefuse() {
      launch();
      host.kernel.passedDown.clear();

      assertThat(get(host.map(8192), 256, EFER, 0)).isEqualTo(Errno.EINVAL.negated());

      assertThat(host.kernel.passedDown).hasSize(1);
    }

    @Test
    void thatRunOutOfMemoryAreABadAddress() {
      launch();
      MemorySegment end = host.map(4096).asSlice(4096 - 24);

      assertThat(get(end, 2, TIME_STAMP_COUNTER, 0)).isEqualTo(Errno.EFAULT.negated());
    }

    @Test
    void thatCannotBeWrittenToAreABadAddress() {
      launch();
      MemorySegment list = host.map(4096, MapFlags.PROT_READ);

      assertThat(get(list, 2, TIME_STAMP_COUNTER, EFER)).isEqualTo(Errno.EFAULT.negated());
    }
  }
}
