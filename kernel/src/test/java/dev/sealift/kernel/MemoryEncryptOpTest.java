package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("KVM_MEMORY_ENCRYPT_OP")
class MemoryEncryptOpTest {
  private static final int EINVAL = Errno.EINVAL.negated();
  private static final int EFAULT = Errno.EFAULT.negated();
  private static final int ENOTTY = Errno.ENOTTY.negated();

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host = TestHost.of(processor);
  private final int vm = host.createVm();

  private int op(int fd, long argument) {
    return host.calls.ioctl(fd, KvmIoctl.MEMORY_ENCRYPT_OP, argument);
  }

  /** A command struct in memory that cannot be written back to. */
  private long readOnly(SevCommand command) {
    MemorySegment struct = host.map(4096, MapFlags.PROT_READ);
    new KvmSevCmd(command.id(), 0, 0, 0).write(struct);
    return struct.address();
  }

  @Test
  void withoutSevThereIsNoSuchIoctlNotEvenToAsk() {
    ScriptedProcessor none = new ScriptedProcessor();
    none.maximumAsid = 0;
    TestHost plain = TestHost.of(none);

    assertThat(plain.calls.ioctl(plain.createVm(), KvmIoctl.MEMORY_ENCRYPT_OP, 0))
        .isEqualTo(ENOTTY);
    assertThat(plain.op(plain.createVm(), SevCommand.INIT))
        .isEqualTo(new Outcome(ENOTTY, TestHost.UNTOUCHED));
  }

  @Test
  void aNullArgumentAsksWhetherSevIsThere() {
    assertThat(op(vm, 0)).isZero();
  }

  @Test
  void aStructThatCannotBeReadIsABadAddress() {
    assertThat(op(vm, host.unmapped())).isEqualTo(EFAULT);
    assertThat(op(vm, -8)).isEqualTo(EFAULT);
    assertThat(op(vm, host.map(4096).address() + 4096 - 23)).isEqualTo(EFAULT);
  }

  @ParameterizedTest
  @ValueSource(ints = {23, 24, 99, 103, 1000, -1, Integer.MIN_VALUE})
  void anUnknownCommandIsInvalid(int id) {
    assertThat(host.op(vm, id, 0, 0)).isEqualTo(new Outcome(EINVAL, TestHost.UNTOUCHED));
  }

  @ParameterizedTest
  @EnumSource(names = {"SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA", "CERT_EXPORT"})
  void aCommandThatNobodyServesIsInvalidAndItsStructIsLeftAlone(SevCommand command) {
    assertThat(op(vm, readOnly(command))).isEqualTo(EINVAL);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {
        "INIT",
        "ES_INIT",
        "INIT2",
        "RECEIVE_UPDATE_DATA",
        "SNP_LAUNCH_UPDATE",
        "SEND_UPDATE_VMSA",
        "RECEIVE_UPDATE_VMSA",
        "CERT_EXPORT"
      })
  void beforeInitNoCommandIsForThisVm(SevCommand command) {
    assertThat(host.op(vm, command)).isEqualTo(new Outcome(ENOTTY, TestHost.UNTOUCHED));
  }

  @ParameterizedTest
  @EnumSource(names = {"RECEIVE_UPDATE_DATA", "SNP_LAUNCH_UPDATE", "INIT2"})
  void beforeInitSomeCommandsCallThemselvesInvalidInstead(SevCommand command) {
    assertThat(host.op(vm, command)).isEqualTo(new Outcome(EINVAL, TestHost.UNTOUCHED));
  }

  @Test
  void theStructIsWrittenBackWhateverTheHandlerSaid() {
    // Failure: -ENOTTY would be the handler's answer.
    assertThat(op(vm, readOnly(SevCommand.LAUNCH_FINISH))).isEqualTo(EFAULT);
    // Success: the VM did become a SEV guest.
    assertThat(op(vm, readOnly(SevCommand.INIT))).isEqualTo(EFAULT);
    assertThat(host.op(vm, SevCommand.INIT).result()).isEqualTo(EINVAL);
  }

  @Test
  void sevEsInitWithoutSevEsIsNoSuchIoctlAndItsStructIsLeftAlone() {
    assertThat(op(vm, readOnly(SevCommand.ES_INIT))).isEqualTo(ENOTTY);
  }

  @Test
  void theErrorFieldTellsWhatTheFirmwareSaid() {
    StartedGuest guest = StartedGuest.launched(host);
    processor.refuse(PspCommand.LAUNCH_FINISH, FirmwareStatus.INVALID_GUEST_STATE);

    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_FINISH))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_GUEST_STATE.code()));
    processor.accept(PspCommand.LAUNCH_FINISH);
    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_FINISH)).isEqualTo(new Outcome(0, 0));
  }

  @Test
  void onlyTheErrorFieldOfTheStructChanges() {
    MemorySegment struct = host.take(24);
    struct.fill((byte) 0x77);
    new KvmSevCmd(SevCommand.LAUNCH_FINISH.id(), 1, 2, 3).write(struct);
    struct.set(ValueLayout.JAVA_INT_UNALIGNED, 4, 0x77777777);
    byte[] before = TestHost.bytes(struct);

    assertThat(op(vm, struct.address())).isEqualTo(ENOTTY);

    assertThat(TestHost.bytes(struct)).isEqualTo(before);
  }

  @Test
  void onADescriptorThatIsNoVmTheKernelBelowAnswers() {
    assertThat(op(0x1234, 0)).isEqualTo(Errno.EBADF.negated());
    int vcpu = host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);
    assertThat(op(vcpu, 0)).isEqualTo(EINVAL);
  }

  @Test
  void aClosedVmServesNothing() {
    assertThat(host.calls.close(vm)).isZero();

    assertThat(op(vm, 0)).isEqualTo(Errno.EBADF.negated());
  }

  @ParameterizedTest
  @EnumSource(names = {"SNP_LAUNCH_START", "SNP_LAUNCH_UPDATE", "SNP_LAUNCH_FINISH"})
  void aCommandOfSevSnpIsKnownAndItsStructWrittenBack(SevCommand command) {
    assertThat(op(host.sevVm(), readOnly(command))).isEqualTo(EFAULT);
  }
}
