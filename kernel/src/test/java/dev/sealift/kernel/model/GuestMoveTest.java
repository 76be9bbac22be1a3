package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.GuestStep;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmRun;
import dev.sealift.abi.kvm.VcpuBlob;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A guest of the model host")
class GuestMoveTest {
  private static final int SUM_PORT = 0xE8;

  /** Adds up what a port gives it, in rbx and in memory; tells the sum at every third number. */
  private static final TestProgram SUMMING =
      new TestProgram(
          "adds up",
          machine -> {
            long phase = machine.register(TestProgram.R8);
            machine.setRegister(TestProgram.R8, phase + 1);
            if (phase % 2 == 0) {
              return new GuestStep.PortRead(1);
            }
            long sum = TestProgram.loadWord(machine, 0x4000, false) + machine.register(0);
            TestProgram.storeWord(machine, 0x4000, sum, false);
            return phase % 6 == 5
                ? new GuestStep.PortWrite(SUM_PORT, (int) sum)
                : new GuestStep.Ran();
          });

  @Test
  void goesOnWhereItStoppedOnAnotherHost() {
    ModelGuest source = ModelGuest.ready(SUMMING, 0x10000);
    feed(source, 10);
    feed(source, 20);
    assertThat(source.enterAndExit()).isEqualTo(KvmExit.IO);
    answer(source, 30);
    KvmRun.IMMEDIATE_EXIT.set(source.run, 1);
    assertThat(source.enter()).as("the exit is completed").isNegative();

    ModelGuest destination = new ModelGuest(ModelHost.of(SUMMING), 0x10000);
    destination.memory.copyFrom(source.memory);
    for (VcpuBlob blob : VcpuBlob.values()) {
      assertThat(destination.set(blob, source.get(blob))).isZero();
    }
    assertThat(destination.enterAndExit()).isEqualTo(KvmExit.IO);
    assertThat(KvmRun.IO_PORT.get(destination.run)).isEqualTo(SUM_PORT);
    assertThat(portData(destination)).isEqualTo(60);
  }

  private static void feed(ModelGuest guest, int number) {
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.IO);
    answer(guest, number);
  }

  private static void answer(ModelGuest guest, int number) {
    guest.run.set(ValueLayout.JAVA_INT, KvmRun.IO_DATA_OFFSET.get(guest.run), number);
  }

  private static int portData(ModelGuest guest) {
    return guest.run.get(ValueLayout.JAVA_INT, KvmRun.IO_DATA_OFFSET.get(guest.run));
  }
}
