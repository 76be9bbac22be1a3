package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.psp.ActivateBuffer;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("KVM_SEV_LAUNCH_START and KVM_SEV_RECEIVE_START")
class GuestStartTest {

  /** Two ways for a guest to begin; their structs have the same layout. */
  private enum Start {
    LAUNCH(SevCommand.LAUNCH_START, PspCommand.LAUNCH_START),
    RECEIVE(SevCommand.RECEIVE_START, PspCommand.RECEIVE_START);

    private final SevCommand command;
    private final PspCommand firmwareCommand;

    Start(SevCommand command, PspCommand firmwareCommand) {
      this.command = command;
      this.firmwareCommand = firmwareCommand;
    }
  }

  private static final int HANDLE = ScriptedProcessor.FIRST_HANDLE;

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host = TestHost.of(processor);
  private final int vm = host.sevVm();
  private final int sevFd = host.openSev(OpenFlags.O_RDONLY);
  private final MemorySegment certificate = host.take(2084).fill((byte) 'c');
  private final MemorySegment session = host.take(128).fill((byte) 's');

  private KvmSevReceiveStart parameters() {
    return new KvmSevReceiveStart(0, 0x21, certificate.address(), 2084, session.address(), 128);
  }

  private Outcome start(Start start, MemorySegment struct) {
    processor.forget();
    return host.op(vm, start.command, struct, sevFd);
  }

  private Outcome start(Start start) {
    return start(start, host.struct(40, parameters()::write));
  }

  private void assertThatNoGuestWasStarted() {
    assertThat(host.op(vm, SevCommand.LAUNCH_FINISH).result()).isEqualTo(Errno.EBADF.negated());
  }

  @ParameterizedTest
  @EnumSource
  void theGuestIsMadeAndBoundToItsAsid(Start start) {
    MemorySegment struct = host.struct(40, parameters()::write);

    assertThat(start(start, struct)).isEqualTo(new Outcome(0, 0));

    assertThat(processor.log).containsExactly(start.firmwareCommand.name(), "ACTIVATE");
    assertThat(ActivateBuffer.read(processor.last().buffer()))
        .isEqualTo(new ActivateBuffer(HANDLE, host.vms.asid(vm)));
    assertThat(KvmSevReceiveStart.read(struct).handle()).isEqualTo(HANDLE);
    assertThat(KvmSevReceiveStart.read(struct).policy()).isEqualTo(0x21);
    assertThat(host.op(vm, SevCommand.LAUNCH_FINISH)).isEqualTo(new Outcome(0, 0));
    assertThat(HandleBuffer.read(processor.last().buffer()).handle()).isEqualTo(HANDLE);
  }

  @ParameterizedTest
  @EnumSource
  void theFirmwareSeesBothBlobsAndThePolicy(Start start) {
    byte[][] seen = new byte[2][];
    processor.on(
        start.firmwareCommand,
        buffer -> {
          LaunchStartBuffer in = LaunchStartBuffer.read(buffer);
          seen[0] = processor.read(in.dhCertAddress(), (int) in.dhCertLen());
          seen[1] = processor.read(in.sessionAddress(), (int) in.sessionLen());
          return FirmwareStatus.SUCCESS;
        });

    start(start);

    assertThat(seen[0]).hasSize(2084).containsOnly('c');
    assertThat(seen[1]).hasSize(128).containsOnly('s');
    assertThat(LaunchStartBuffer.read(processor.issued.getFirst().buffer()).policy())
        .isEqualTo(0x21);
  }

  @ParameterizedTest
  @EnumSource
  void aGuestToShareKeysWithIsPassedOn(Start start) {
    start(
        start,
        host.struct(
            40,
            new KvmSevReceiveStart(77, 0x20, certificate.address(), 2084, session.address(), 128)
                ::write));

    assertThat(LaunchStartBuffer.read(processor.issued.getFirst().buffer()).handle()).isEqualTo(77);
  }

  @ParameterizedTest
  @EnumSource
  void whereTheFirmwareRefusesNothingIsLeft(Start start) {
    processor.refuse(start.firmwareCommand, FirmwareStatus.BAD_MEASUREMENT);

    assertThat(start(start))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.BAD_MEASUREMENT.code()));

    assertThat(processor.log).containsExactly(start.firmwareCommand.name());
    assertThatNoGuestWasStarted();
  }

  @ParameterizedTest
  @EnumSource
  void whereTheAsidCannotBeBoundTheFirmwareForgetsTheGuest(Start start) {
    processor.refuse(PspCommand.ACTIVATE, FirmwareStatus.DFFLUSH_REQUIRED);

    assertThat(start(start))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.DFFLUSH_REQUIRED.code()));

    assertThat(processor.log)
        .containsExactly(start.firmwareCommand.name(), "ACTIVATE", "DECOMMISSION");
    assertThat(HandleBuffer.read(processor.last().buffer()).handle()).isEqualTo(HANDLE);
    assertThatNoGuestWasStarted();
  }

  @ParameterizedTest
  @EnumSource
  void whereTheHandleCannotBeToldTheFirmwareForgetsTheGuest(Start start) {
    MemorySegment readOnly = host.map(4096, MapFlags.PROT_READ);
    parameters().write(readOnly);

    assertThat(start(start, readOnly)).isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));

    assertThat(processor.log)
        .containsExactly(start.firmwareCommand.name(), "ACTIVATE", "DEACTIVATE", "DECOMMISSION");
    assertThatNoGuestWasStarted();
  }

  @ParameterizedTest
  @EnumSource
  void aSecondStartLeavesTheFirstGuestAlone(Start start) {
    assertThat(start(start).result()).isZero();
    processor.refuse(PspCommand.ACTIVATE, FirmwareStatus.ASID_OWNED);

    assertThat(start(start))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.ASID_OWNED.code()));

    assertThat(HandleBuffer.read(processor.last().buffer()).handle()).isEqualTo(HANDLE + 1);
    host.op(vm, SevCommand.LAUNCH_FINISH);
    assertThat(HandleBuffer.read(processor.last().buffer()).handle()).isEqualTo(HANDLE);
  }

  @ParameterizedTest
  @EnumSource
  void theDescriptorOfTheCallMustBeOneOfSev(Start start) {
    MemorySegment struct = host.struct(40, parameters()::write);

    for (int fd : new int[] {0, vm, sevFd + 1, -1}) {
      assertThat(host.op(vm, start.command, struct, fd))
          .isEqualTo(new Outcome(Errno.EBADF.negated(), TestHost.UNTOUCHED));
    }
  }

  @ParameterizedTest
  @EnumSource
  void blobsAreBounded(Start start) {
    for (long[] lengths : new long[][] {{16385, 128}, {2084, 16385}, {0, 128}, {2084, 0}}) {
      KvmSevReceiveStart wrong =
          new KvmSevReceiveStart(
              0, 0, certificate.address(), lengths[0], session.address(), lengths[1]);
      assertThat(start(start, host.struct(40, wrong::write)))
          .isEqualTo(new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED));
    }
    KvmSevReceiveStart unreadable =
        new KvmSevReceiveStart(0, 0, certificate.address(), 2084, host.unmapped(), 128);
    assertThat(start(start, host.struct(40, unreadable::write)))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), TestHost.UNTOUCHED));
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, true", "true, true"})
  void receiveStartNeedsBothBlobs(boolean withoutCertificate, boolean withoutSession) {
    KvmSevReceiveStart wrong =
        new KvmSevReceiveStart(
            0,
            0,
            withoutCertificate ? 0 : certificate.address(),
            2084,
            withoutSession ? 0 : session.address(),
            128);

    assertThat(start(Start.RECEIVE, host.struct(40, wrong::write)))
        .isEqualTo(new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED));
  }

  @Test
  void launchStartNeedsNeither() {
    MemorySegment struct = host.struct(40, new KvmSevLaunchStart(0, 1, 0, 2084, 0, 128)::write);

    assertThat(start(Start.LAUNCH, struct)).isEqualTo(new Outcome(0, 0));

    assertThat(LaunchStartBuffer.read(processor.issued.getFirst().buffer()))
        .isEqualTo(new LaunchStartBuffer(0, 1, 0, 0, 0, 0));
  }
}
