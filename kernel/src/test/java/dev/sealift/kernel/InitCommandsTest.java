package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevInit;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("KVM_SEV_INIT, ES_INIT and INIT2")
class InitCommandsTest {
  private static final int SEV = 2;
  private static final int SEV_ES = 3;
  private static final Outcome INVALID = new Outcome(Errno.EINVAL.negated(), TestHost.UNTOUCHED);

  private final ScriptedProcessor processor = new ScriptedProcessor();
  private TestHost host = TestHost.of(processor);

  private void withSevEs() {
    processor.minimumSevAsid = 4;
    host = TestHost.of(processor);
    processor.forget();
  }

  private Outcome init2(int vm, KvmSevInit parameters) {
    return host.op(vm, SevCommand.INIT2, host.struct(48, parameters::write));
  }

  @Test
  void initGivesTheVmAnAsid() {
    int vm = host.createVm();
    assertThat(host.vms.asid(vm)).isZero();

    assertThat(host.op(vm, SevCommand.INIT)).isEqualTo(new Outcome(0, 0));

    assertThat(host.vms.asid(vm)).isEqualTo(1);
  }

  @Test
  void theFirstInitBringsThePlatformUpAndNoOther() {
    processor.forget();

    host.sevVm();
    assertThat(processor.log).containsExactly("INIT", "WBINVD", "DF_FLUSH");
    assertThat(InitBuffer.read(processor.issued.getFirst().buffer()))
        .isEqualTo(new InitBuffer(0, 0, 0));

    processor.forget();
    assertThat(host.op(host.createVm(), SevCommand.INIT))
        .isEqualTo(new Outcome(0, TestHost.UNTOUCHED));
    assertThat(processor.log).isEmpty();
  }

  @Test
  void aPlatformThatIsUpAlreadyIsLeftAlone() {
    processor.platformState = 2;
    host = TestHost.of(processor);
    processor.forget();

    host.sevVm();

    assertThat(processor.log).isEmpty();
  }

  @Test
  void whereThePlatformDoesNotComeUpTheAsidIsGivenBack() {
    processor.maximumAsid = 1;
    host = TestHost.of(processor);
    int vm = host.createVm();
    processor.refuse(PspCommand.INIT, FirmwareStatus.SECURE_DATA_INVALID);

    assertThat(host.op(vm, SevCommand.INIT))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.SECURE_DATA_INVALID.code()));
    assertThat(host.vms.asid(vm)).isZero();

    processor.accept(PspCommand.INIT);
    assertThat(host.op(vm, SevCommand.INIT).result()).isZero();
  }

  @Test
  void aVmBecomesASevGuestOnlyOnce() {
    int vm = host.sevVm();

    assertThat(host.op(vm, SevCommand.INIT)).isEqualTo(INVALID);
  }

  @Test
  void aVmWithAVcpuCannotBecomeASevGuest() {
    int vm = host.createVm();
    assertThat(host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0)).isNotNegative();

    assertThat(host.op(vm, SevCommand.INIT)).isEqualTo(INVALID);
  }

  @Test
  void aVcpuThatCouldNotBeCreatedDoesNotCount() {
    int vm = host.createVm();
    assertThat(host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 99)).isNegative();

    assertThat(host.op(vm, SevCommand.INIT).result()).isZero();
  }

  @Test
  void sevEsGuestsTakeTheirAsidsFromBelow() {
    withSevEs();
    int plain = host.createVm();
    int es = host.createVm();

    assertThat(host.op(plain, SevCommand.INIT).result()).isZero();
    assertThat(host.op(es, SevCommand.ES_INIT).result()).isZero();

    assertThat(host.vms.asid(plain)).isEqualTo(4);
    assertThat(host.vms.asid(es)).isEqualTo(1);
    assertThat(host.vms.at(plain).isSevEsGuest()).isFalse();
    assertThat(host.vms.at(es).isSevEsGuest()).isTrue();
  }

  @Test
  void aPlatformForSevEsGetsATrustedRegionOfOneMebibyte() {
    withSevEs();

    host.sevVm();

    InitBuffer init = InitBuffer.read(processor.issued.getFirst().buffer());
    assertThat(init.flags()).isEqualTo(1);
    assertThat(init.tmrLen()).isEqualTo(1 << 20);
    assertThat(init.tmrAddress()).isPositive();
    assertThat(init.tmrAddress() % (1 << 20)).isZero();
    assertThat(processor.read(init.tmrAddress(), 1 << 20)).isEqualTo(new byte[1 << 20]);
  }

  @Test
  void init2IsForVmsThatWereMadeForIt() {
    withSevEs();
    KvmSevInit plain = new KvmSevInit(0, 0, 0);
    int sev = host.createVm(SEV);
    int es = host.createVm(SEV_ES);

    assertThat(init2(host.createVm(), plain)).isEqualTo(INVALID);
    assertThat(init2(sev, plain).result()).isZero();
    assertThat(init2(es, new KvmSevInit(0, 0, 2)).result()).isZero();

    assertThat(host.vms.asid(sev)).isEqualTo(4);
    assertThat(host.vms.asid(es)).isEqualTo(1);
    assertThat(init2(sev, plain)).isEqualTo(INVALID);
  }

  @Test
  void vmsThatWereMadeForInit2HaveNoOther() {
    withSevEs();

    assertThat(host.op(host.createVm(SEV), SevCommand.INIT)).isEqualTo(INVALID);
    assertThat(host.op(host.createVm(SEV_ES), SevCommand.ES_INIT)).isEqualTo(INVALID);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 0, 1, 0", "2, 1, 0, 0", "2, 0, 0, 1", "2, 0, 0, 2",
    "3, 0, 1, 0", "3, 1, 0, 0", "3, 32, 0, 0", "3, 0, 0, 3"
  })
  void init2RefusesWhatIsNotOffered(int type, long features, int flags, int ghcbVersion) {
    withSevEs();
    int vm = host.createVm(type);

    assertThat(init2(vm, new KvmSevInit(features, flags, ghcbVersion))).isEqualTo(INVALID);
    assertThat(host.vms.asid(vm)).isZero();
  }

  @Test
  void init2LooksAtItsParametersBeforeTheVcpus() {
    int vm = host.createVm(SEV);
    host.calls.ioctl(vm, KvmIoctl.CREATE_VCPU, 0);

    assertThat(host.op(vm, SevCommand.INIT2.id(), host.unmapped(), 0))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), TestHost.UNTOUCHED));
    assertThat(init2(vm, new KvmSevInit(0, 0, 0))).isEqualTo(INVALID);
  }

  @Test
  void initNeedsNoParameters() {
    assertThat(host.op(host.createVm(), SevCommand.INIT.id(), host.unmapped(), -1).result())
        .isZero();
  }
}
