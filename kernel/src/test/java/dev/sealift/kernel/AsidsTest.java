package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("ASIDs")
class AsidsTest {
  private static final Outcome BUSY = new Outcome(Errno.EBUSY.negated(), TestHost.UNTOUCHED);

  private final ScriptedProcessor processor = new ScriptedProcessor();

  private TestHost hostWith(int maximumAsid, int minimumSevAsid) {
    processor.maximumAsid = maximumAsid;
    processor.minimumSevAsid = minimumSevAsid;
    return TestHost.of(processor);
  }

  @Test
  void theLowestFreeOneIsTaken() {
    TestHost host = hostWith(15, 5);

    assertThat(host.vms.asid(host.sevVm())).isEqualTo(5);
    assertThat(host.vms.asid(host.sevVm())).isEqualTo(6);
  }

  @Test
  void whenNoneIsLeftTheMachineIsBusy() {
    TestHost host = hostWith(2, 1);
    host.sevVm();
    host.sevVm();
    int third = host.createVm();
    processor.forget();

    assertThat(host.op(third, SevCommand.INIT)).isEqualTo(BUSY);
    assertThat(processor.log).isEmpty();
    assertThat(host.vms.asid(third)).isZero();
  }

  @Test
  void aFreedOneIsNotUsedAgainWhileAnotherIsLeft() {
    TestHost host = hostWith(3, 1);
    assertThat(host.calls.close(host.sevVm())).isZero();
    processor.forget();

    assertThat(host.vms.asid(host.sevVm())).isEqualTo(2);
    assertThat(processor.log).isEmpty();
  }

  @Test
  void freedOnesAreReclaimedTogetherByOneFlush() {
    TestHost host = hostWith(2, 1);
    int first = host.sevVm();
    int second = host.sevVm();
    host.calls.close(first);
    host.calls.close(second);
    processor.forget();

    assertThat(host.vms.asid(host.sevVm())).isEqualTo(1);
    assertThat(host.vms.asid(host.sevVm())).isEqualTo(2);
    assertThat(processor.log).containsExactly("WBINVD", "DF_FLUSH");
  }

  @Test
  void whereTheFlushFailsTheMachineIsBusy() {
    TestHost host = hostWith(1, 1);
    host.calls.close(host.sevVm());
    processor.refuse(PspCommand.DF_FLUSH, FirmwareStatus.WBINVD_REQUIRED);
    int vm = host.createVm();

    assertThat(host.op(vm, SevCommand.INIT)).isEqualTo(BUSY);

    processor.accept(PspCommand.DF_FLUSH);
    assertThat(host.op(vm, SevCommand.INIT).result()).isZero();
  }

  @Test
  void guestsOfOneKindDoNotReclaimForTheOther() {
    TestHost host = hostWith(2, 2);
    int es = host.createVm();
    assertThat(host.op(es, SevCommand.ES_INIT).result()).isZero();
    host.sevVm();
    host.calls.close(es);
    processor.forget();

    assertThat(host.op(host.createVm(), SevCommand.INIT)).isEqualTo(BUSY);
    assertThat(processor.log).isEmpty();
    int next = host.createVm();
    assertThat(host.op(next, SevCommand.ES_INIT).result()).isZero();
    assertThat(host.vms.asid(next)).isEqualTo(1);
  }

  @Test
  void aMachineMayHaveNoneForGuestsWithoutSevEs() {
    TestHost host = hostWith(3, 4);

    assertThat(host.op(host.createVm(), SevCommand.INIT))
        .isEqualTo(new Outcome(Errno.ENOTTY.negated(), TestHost.UNTOUCHED));
    assertThat(host.op(host.createVm(), SevCommand.ES_INIT).result()).isZero();
  }

  @Test
  void aClosedVmHasNone() {
    TestHost host = hostWith(3, 1);
    int vm = host.sevVm();

    host.calls.close(vm);

    assertThat(host.vms.asid(vm)).isZero();
  }

  @Test
  void theLastOneIsTakenBeforeAnyIsReclaimed() {
    TestHost host = hostWith(2, 1);
    host.calls.close(host.sevVm());
    processor.forget();

    assertThat(host.vms.asid(host.sevVm())).isEqualTo(2);
    assertThat(processor.log).isEmpty();
  }

  @Test
  void theLastOneIsReclaimedToo() {
    TestHost host = hostWith(2, 1);
    host.sevVm();
    host.calls.close(host.sevVm());

    assertThat(host.vms.asid(host.sevVm())).isEqualTo(2);
  }

  @Test
  void oneThatWasReclaimedIsNotReclaimedFromItsNewGuest() {
    TestHost host = hostWith(2, 1);
    int first = host.sevVm();
    int second = host.sevVm();
    host.calls.close(first);
    assertThat(host.vms.asid(host.sevVm())).isEqualTo(1);
    host.calls.close(second);

    assertThat(host.vms.asid(host.sevVm())).isEqualTo(2);
  }
}
