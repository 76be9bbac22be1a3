package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.abi.kvm.KvmRun;
import dev.sealift.abi.kvm.KvmUserspaceMemoryRegion;
import dev.sealift.abi.kvm.ResetState;
import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.svm.LaunchVmsa;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The registers of a running guest with SEV-ES")
class RegisterStateTest {
  private static final int POLICY = 0x5;
  private static final int PAGE = 4096;
  private static final Outcome DONE = new Outcome(0, 0);

  /** Values that are nowhere by chance. */
  private static final long[] SECRETS = {
    0x5EC2_E7B0_0B1E_5001L, 0x5EC2_E7CA_FE15_6002L, 0x5EC2_E7DE_ADBE_7003L, 0x5EC2_E7F0_0D1E_8004L
  };

  private static final int R8 = 8;
  private static final int R12 = 12;

  /** Counts in r8, and tells a port each time; grows its secret, too. */
  private static final class Counting implements GuestProgram {
    @Override
    public byte[] signature() {
      return Arrays.copyOf("counts in r8".getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);
    }

    @Override
    public GuestStep step(GuestMachine machine) {
      long count = machine.register(R8) + 1;
      machine.setRegister(R8, count);
      machine.setRegister(R12, machine.register(R12) + (1L << 40));
      return new GuestStep.PortWrite(0x10, (int) count);
    }
  }

  /** A host that encrypts, and its one guest. */
  private static final class Host {
    final TestHost host =
        new TestHost(
            memory -> new XexMemoryController(memory, new byte[16]),
            (memory, controller) ->
                SoftwareSecureProcessor.builder()
                    .rootOfTrust(RootOfTrust.of(Generation.MILAN))
                    .asids(15, 5)
                    .build(memory, controller),
            KernelSettings.DEFAULT.with(KernelProfile.EXTENDED),
            List.of(new Counting()));
    final int sevFd = host.openSev(OpenFlags.O_RDWR);
    final MemorySegment memory = host.map(PAGE);
    final MemorySegment header = host.take(52);
    final MemorySegment cipher = host.take(PAGE);
    int vm;
    int vcpu;
    MemorySegment run = MemorySegment.NULL;

    Host() {
      become(host.createVm());
      assertThat(host.op(vm, SevCommand.ES_INIT)).isEqualTo(DONE);
      createVcpu();
    }

    void become(int newVm) {
      vm = newVm;
      MemorySegment slot = host.take(KvmUserspaceMemoryRegion.LAYOUT.size());
      new KvmUserspaceMemoryRegion(0, 0, 0, PAGE, memory.address()).write(slot);
      assertThat(host.calls.ioctl(vm, KvmIoctl.SET_USER_MEMORY_REGION, slot.address())).isZero();
    }

    void createVcpu() {
      vcpu = host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);
      assertThat(vcpu).isNotNegative();
      run =
          ((MapResult.Mapped) host.calls.mmap(3 * PAGE, 3, MapFlags.MAP_SHARED, vcpu, 0)).memory();
    }

    byte[] launch() {
      byte[] code = Arrays.copyOf(new Counting().signature(), PAGE);
      memory.copyFrom(MemorySegment.ofArray(code));
      MemorySegment regs = host.take(144);
      firstRegisters().write(regs);
      assertThat(host.calls.ioctl(vcpu, KvmIoctl.SET_REGS, regs.address())).isZero();
      done(SevCommand.LAUNCH_START, 40, new KvmSevLaunchStart(0, POLICY, 0, 0, 0, 0)::write);
      done(
          SevCommand.LAUNCH_UPDATE_DATA,
          16,
          new KvmSevLaunchUpdateData(memory.address(), PAGE)::write);
      assertThat(host.op(vm, SevCommand.LAUNCH_UPDATE_VMSA)).isEqualTo(DONE);
      MemorySegment measurement = host.take(48);
      done(
          SevCommand.LAUNCH_MEASURE, 16, new KvmSevLaunchMeasure(measurement.address(), 48)::write);
      assertThat(host.op(vm, SevCommand.LAUNCH_FINISH)).isEqualTo(DONE);
      return TestHost.bytes(measurement);
    }

    MemorySegment done(
        SevCommand command, int size, java.util.function.Consumer<MemorySegment> write) {
      MemorySegment struct = host.struct(size, write);
      assertThat(host.op(vm, command, struct, sevFd)).as(command.name()).isEqualTo(DONE);
      return struct;
    }

    int ioctl(int request, MemorySegment argument) {
      return host.calls.ioctl(vcpu, request, argument.address());
    }

    int exit() {
      assertThat(host.calls.ioctl(vcpu, KvmIoctl.RUN, 0)).isZero();
      return KvmRun.EXIT_REASON.get(run);
    }

    int nextCount() {
      assertThat(exit()).isEqualTo(KvmExit.IO);
      return run.get(ValueLayout.JAVA_INT, KvmRun.IO_DATA_OFFSET.get(run));
    }

    byte[] vmsaAtRest() {
      byte[] page = new byte[PAGE];
      assertThat(host.physicalMemory.read(host.vms.vmsa(vcpu), MemorySegment.ofArray(page)))
          .isTrue();
      return page;
    }

    void touchVmsa() {
      byte[] page = vmsaAtRest();
      page[0x340] ^= 1;
      assertThat(host.physicalMemory.write(host.vms.vmsa(vcpu), MemorySegment.ofArray(page)))
          .isTrue();
    }

    MemorySegment certificates() {
      MemorySegment certificates = host.take(4 * 2084);
      MemorySegment parameters =
          host.struct(
              24,
              new SevUserDataPdhCertExport(
                      certificates.address(), 2084, certificates.address() + 2084, 6252)
                  ::write);
      assertThat(host.issue(sevFd, SevDeviceCommand.PDH_CERT_EXPORT, parameters.address()))
          .isEqualTo(DONE);
      return certificates;
    }

    byte[] sendStart(MemorySegment target) {
      MemorySegment pdh = host.put(TestHost.bytes(target));
      MemorySegment session = host.take(128);
      done(
          SevCommand.SEND_START,
          72,
          new KvmSevSendStart(
                  0,
                  pdh.address(),
                  2084,
                  pdh.address() + 2084,
                  6252,
                  pdh.address(),
                  1,
                  session.address(),
                  128)
              ::write);
      return TestHost.bytes(session);
    }

    Outcome vmsa(SevCommand command) {
      KvmSevUpdateVmsa parameters =
          new KvmSevUpdateVmsa(0, header.address(), 52, cipher.address(), PAGE);
      return host.op(vm, command, host.struct(40, parameters::write));
    }

    /** The guest arrives: its page, but not its registers yet. */
    void receiveFrom(Host source) {
      byte[] session = source.sendStart(certificates());
      MemorySegment pdh = host.put(TestHost.bytes(source.certificates().asSlice(0, 2084)));
      done(
          SevCommand.RECEIVE_START,
          40,
          new KvmSevReceiveStart(0, POLICY, pdh.address(), 2084, host.put(session).address(), 128)
              ::write);
      source.done(
          SevCommand.SEND_UPDATE_DATA,
          48,
          new KvmSevSendUpdateData(
                  source.header.address(),
                  52,
                  source.memory.address(),
                  PAGE,
                  source.cipher.address(),
                  PAGE)
              ::write);
      takePacket(source);
      done(
          SevCommand.RECEIVE_UPDATE_DATA,
          48,
          new KvmSevReceiveUpdateData(
                  header.address(), 52, memory.address(), PAGE, cipher.address(), PAGE)
              ::write);
    }

    void takePacket(Host source) {
      header.copyFrom(source.header);
      cipher.copyFrom(source.cipher);
    }
  }

  private static KvmRegs firstRegisters() {
    long[] r = SECRETS;
    return new KvmRegs(0, r[0], 0, 0, r[1], 0, 0, r[2], 0, 0, 0, 0, r[3], 0, 0, 0, /* rip */ 0, 2);
  }

  /** Whether a secret, or what became of r12 so far, stands anywhere in memory. */
  private static boolean tells(byte[] memory) {
    ByteBuffer bytes = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at <= memory.length - Long.BYTES; at++) {
      long word = bytes.getLong(at);
      boolean secret =
          Arrays.stream(SECRETS).anyMatch(value -> value == word)
              || LongStream.range(0, 8).anyMatch(i -> SECRETS[3] + (i << 40) == word);
      if (secret) {
        return true;
      }
    }
    return false;
  }

  private final Host host = new Host();

  @Test
  void areMeasuredAsTheirOwnerExpects() {
    byte[] measurement = host.launch();

    Map<VcpuBlob, byte[]> state = new EnumMap<>(VcpuBlob.class);
    for (VcpuBlob blob : VcpuBlob.values()) {
      state.put(blob, ResetState.of(blob));
    }
    firstRegisters().write(MemorySegment.ofArray(state.get(VcpuBlob.REGS)));
    LaunchDigest digest = new LaunchDigest();
    digest.update(Arrays.copyOf(new Counting().signature(), PAGE));
    digest.update(LaunchVmsa.of(state, Map.of(0x277, ResetState.PAT)));
    byte[] nonce = Arrays.copyOfRange(measurement, 32, 48);
    assertThat(Arrays.copyOf(measurement, 32))
        .isEqualTo(
            LaunchMeasurement.compute(
                TransportKeys.zero(),
                new ApiVersion(1, 55),
                21,
                new GuestPolicy(POLICY),
                digest.value(),
                nonce));
  }

  @Test
  void standNowhereInTheHostsMemoryInTheClear() {
    host.launch();
    assertThat(tells(host.vmsaAtRest())).as("before the first entry").isFalse();
    for (int i = 1; i <= 3; i++) {
      assertThat(host.nextCount()).isEqualTo(i);
      assertThat(tells(host.vmsaAtRest())).as("after exit %d", i).isFalse();
      assertThat(tells(TestHost.bytes(host.run))).as("on the run page").isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REGS", "SREGS", "XSAVE", "XCRS", "DEBUGREGS"})
  void areNobodysToReadOrSet(VcpuBlob blob) {
    MemorySegment struct = host.host.take(blob.size());
    assertThat(host.ioctl(blob.getRequest(), struct)).as("before its launch").isZero();
    struct.fill((byte) 0);
    host.launch();

    assertThat(host.ioctl(blob.getRequest(), struct)).isEqualTo(Errno.EINVAL.negated());
    assertThat(host.ioctl(blob.setRequest(), struct)).isEqualTo(Errno.EINVAL.negated());

    assertThat(TestHost.holdsOnly(struct, 0)).isTrue();
    assertThat(host.nextCount()).as("it runs on from its own").isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"VCPU_EVENTS", "MP_STATE"})
  void areNotWhatKvmKeepsBesideThem(VcpuBlob blob) {
    host.launch();
    MemorySegment struct = host.host.take(blob.size());

    assertThat(host.ioctl(blob.getRequest(), struct)).isZero();
    assertThat(host.ioctl(blob.setRequest(), struct)).isZero();
  }

  @Test
  void includeModelSpecificOnesAtWhichAListEnds() {
    host.launch();
    MemorySegment list = host.host.take(8 + 3 * 16);
    list.set(ValueLayout.JAVA_INT, 0, 3);
    list.set(ValueLayout.JAVA_INT, 8, 0x10);
    list.set(ValueLayout.JAVA_INT, 24, 0xC000_0082);
    list.set(ValueLayout.JAVA_INT, 40, 0x10);

    assertThat(host.ioctl(KvmIoctl.GET_MSRS, list)).isEqualTo(1);
    assertThat(host.ioctl(KvmIoctl.SET_MSRS, list)).isEqualTo(1);

    assertThat(list.get(ValueLayout.JAVA_INT, 0)).as("the caller's count").isEqualTo(3);
    list.set(ValueLayout.JAVA_INT, 8, 0xC000_0102);
    assertThat(host.ioctl(KvmIoctl.GET_MSRS, list)).isZero();
    list.set(ValueLayout.JAVA_INT, 0, 0);
    assertThat(host.ioctl(KvmIoctl.GET_MSRS, list)).isZero();
    long nowhere = host.host.unmapped();
    assertThat(host.host.calls.ioctl(host.vcpu, KvmIoctl.GET_MSRS, nowhere))
        .isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void areNotEnteredOnceTheHostHasTouchedThem() {
    host.launch();
    assertThat(host.nextCount()).isEqualTo(1);
    host.touchVmsa();

    assertThat(host.exit()).isEqualTo(KvmExit.FAIL_ENTRY);

    assertThat(KvmRun.ENTRY_FAILURE_REASON.get(host.run)).isEqualTo(-1);
  }

  @Test
  void areNotEnteredBeforeTheyWereLaunched() {
    assertThat(host.exit()).isEqualTo(KvmExit.FAIL_ENTRY);
  }

  @Test
  void goOnAtAnotherHostWhereTheyStopped() {
    host.launch();
    host.nextCount();
    assertThat(host.nextCount()).isEqualTo(2);
    Host target = new Host();
    target.receiveFrom(host);

    assertThat(host.vmsa(SevCommand.SEND_UPDATE_VMSA)).isEqualTo(DONE);
    assertThat(tells(TestHost.bytes(host.cipher))).as("the packet").isFalse();
    target.takePacket(host);
    assertThat(target.vmsa(SevCommand.RECEIVE_UPDATE_VMSA)).isEqualTo(DONE);
    assertThat(target.exit()).as("before RECEIVE_FINISH").isEqualTo(KvmExit.FAIL_ENTRY);
    assertThat(host.host.op(host.vm, SevCommand.SEND_FINISH)).isEqualTo(DONE);
    assertThat(target.host.op(target.vm, SevCommand.RECEIVE_FINISH)).isEqualTo(DONE);

    assertThat(target.nextCount()).isEqualTo(3);
    assertThat(tells(target.vmsaAtRest())).isFalse();
    assertThat(host.exit()).as("never two").isEqualTo(KvmExit.FAIL_ENTRY);
  }

  @Test
  void areRefusedIfABitOfThePacketWasFlippedAndTheGuestStays() {
    host.launch();
    host.nextCount();
    Host target = new Host();
    target.receiveFrom(host);
    assertThat(host.vmsa(SevCommand.SEND_UPDATE_VMSA)).isEqualTo(DONE);
    target.takePacket(host);
    byte flipped = (byte) (target.cipher.get(ValueLayout.JAVA_BYTE, 0x378) ^ 1);
    target.cipher.set(ValueLayout.JAVA_BYTE, 0x378, flipped);

    assertThat(target.vmsa(SevCommand.RECEIVE_UPDATE_VMSA))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.BAD_MEASUREMENT.code()));

    assertThat(target.exit()).isEqualTo(KvmExit.FAIL_ENTRY);
    assertThat(host.host.op(host.vm, SevCommand.SEND_CANCEL)).isEqualTo(DONE);
    assertThat(host.nextCount()).isEqualTo(2);
  }

  @Test
  void areNotSentOnceTheHostHasTouchedThem() {
    host.launch();
    host.nextCount();
    host.sendStart(new Host().certificates());
    host.touchVmsa();

    assertThat(host.vmsa(SevCommand.SEND_UPDATE_VMSA))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_PARAM.code()));
  }

  @Test
  void goOnInAnotherVmOfTheSameHost() {
    host.launch();
    host.nextCount();
    int source = host.vm;
    host.become(host.host.createVm());
    host.createVcpu();

    assertThat(host.host.enableCap(host.vm, KvmCapability.VM_MOVE_ENC_CONTEXT_FROM, 0, source))
        .isZero();

    assertThat(host.nextCount()).isEqualTo(2);
  }

  @Test
  void areGoneWithTheVm() {
    host.launch();
    host.nextCount();

    assertThat(host.host.calls.close(host.vm)).isZero();

    assertThat(host.exit()).isEqualTo(KvmExit.FAIL_ENTRY);
  }
}
