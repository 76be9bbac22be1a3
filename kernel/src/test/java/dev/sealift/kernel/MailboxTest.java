package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A Secure Processor that does not answer")
class MailboxTest {
  private final ScriptedProcessor processor = new ScriptedProcessor();
  private final TestHost host = TestHost.of(processor);
  private final StartedGuest guest = StartedGuest.launched(host);

  private void processorBreaks() {
    processor.on(
        PspCommand.LAUNCH_FINISH,
        buffer -> {
          throw new IllegalStateException("broken");
        });
  }

  @Test
  void timesOutAndIsNeverAskedAgain() {
    processorBreaks();

    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_FINISH))
        .isEqualTo(new Outcome(Errno.ETIMEDOUT.negated(), 0));

    processor.accept(PspCommand.LAUNCH_FINISH);
    processor.forget();
    assertThat(host.op(guest.vm(), SevCommand.LAUNCH_FINISH))
        .isEqualTo(new Outcome(Errno.EBUSY.negated(), TestHost.UNTOUCHED));
    assertThat(processor.log).isEmpty();
  }

  @Test
  void doesNotKeepAVmFromBeingClosed() {
    processorBreaks();
    host.op(guest.vm(), SevCommand.LAUNCH_FINISH);

    assertThat(host.calls.close(guest.vm())).isZero();
  }
}
