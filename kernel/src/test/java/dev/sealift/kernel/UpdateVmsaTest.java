package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("KVM_SEV_SEND_UPDATE_VMSA and KVM_SEV_RECEIVE_UPDATE_VMSA")
class UpdateVmsaTest {
  private static final Outcome DONE = new Outcome(0, 0);

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host;
  private final int vm;
  private final MemorySegment vmsa;
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
    vmsa = host.map(4096);
    header = host.take(52);
    cipher = host.take(4096);
    processor.forget();
  }

  private MemorySegment parameters(long hdrLen, long guestUaddr, long guestLen, long transLen) {
    return host.struct(
        48,
        new KvmSevUpdateVmsa(
                header.address(), hdrLen, guestUaddr, guestLen, cipher.address(), transLen)
            ::write);
  }

  private MemorySegment wholePage() {
    return parameters(52, vmsa.address(), 4096, 4096);
  }

  private void isTheVmsa(PspCommand command) {
    PacketBuffer in = processor.last().packet();
    assertThat(processor.log).containsExactly(command.name());
    assertThat(in.handle()).isEqualTo(ScriptedProcessor.FIRST_HANDLE);
    assertThat(ScriptedProcessor.encrypted(in.guestAddress())).isTrue();
    assertThat(ScriptedProcessor.physical(in.guestAddress()))
        .isEqualTo(host.user.physicalAddress(vmsa.address(), UserMemory.Access.READ));
    assertThat(in.guestLen()).isEqualTo(4096);
    assertThat(in.hdrLen()).isEqualTo(52);
    assertThat(in.transLen()).isEqualTo(4096);
  }

  @Test
  void registerStateLeavesAsAPacket() {
    processor.on(
        PspCommand.SEND_UPDATE_VMSA,
        buffer -> {
          PacketBuffer in = PacketBuffer.read(buffer);
          processor.fill(in.hdrAddress(), 'h', 52);
          processor.fill(in.transAddress(), 'v', 4096);
          return FirmwareStatus.SUCCESS;
        });

    assertThat(host.op(vm, SevCommand.SEND_UPDATE_VMSA, wholePage())).isEqualTo(DONE);

    isTheVmsa(PspCommand.SEND_UPDATE_VMSA);
    assertThat(TestHost.bytes(header)).containsOnly('h');
    assertThat(TestHost.bytes(cipher)).containsOnly('v');
  }

  @Test
  void registerStateArrivesAsAPacket() {
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

    assertThat(host.op(vm, SevCommand.RECEIVE_UPDATE_VMSA, wholePage())).isEqualTo(DONE);

    isTheVmsa(PspCommand.RECEIVE_UPDATE_VMSA);
    assertThat(seen[0]).containsOnly('h');
    assertThat(seen[1]).containsOnly('v');
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
    MemorySegment parameters = parameters(hdrLen, vmsa.address(), 4096, transLen);

    assertThat(host.op(vm, SevCommand.SEND_UPDATE_VMSA, parameters))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_LEN.code()));

    assertThat(KvmSevUpdateVmsa.read(parameters).hdrLen()).isEqualTo(52);
    assertThat(KvmSevUpdateVmsa.read(parameters).transLen()).isEqualTo(7);
    assertThat(KvmSevUpdateVmsa.read(parameters).guestLen()).isEqualTo(4096);
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA"})
  void aVmsaStaysInItsPage(SevCommand command) {
    Outcome invalid = new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED);

    assertThat(host.op(vm, command, parameters(52, vmsa.address() + 1, 4096, 4096)))
        .isEqualTo(invalid);
    assertThat(host.op(vm, command, parameters(52, vmsa.address(), 4097, 4097))).isEqualTo(invalid);
    assertThat(host.op(vm, command, parameters(52, 0, 4096, 4096))).isEqualTo(invalid);
    assertThat(host.op(vm, command, parameters(52, vmsa.address(), 0, 4096))).isEqualTo(invalid);
    assertThat(processor.log).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA"})
  void aGuestWithoutSevEsHasNone(SevCommand command) {
    assertThat(host.op(host.sevVm(), command, wholePage()))
        .isEqualTo(new Outcome(Errno.ENOTTY.negated(), TestHost.UNTOUCHED));
    assertThat(host.op(host.createVm(), command, wholePage()))
        .isEqualTo(new Outcome(Errno.ENOTTY.negated(), TestHost.UNTOUCHED));
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA"})
  void mainlineServesNeither(SevCommand command) {
    TestHost mainline = TestHost.of(processor);
    int guest = mainline.createVm();
    assertThat(mainline.op(guest, SevCommand.ES_INIT)).isEqualTo(DONE);

    assertThat(mainline.op(guest, command, mainline.take(48)))
        .isEqualTo(new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED));
  }
}
