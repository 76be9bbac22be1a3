package dev.sealift.vmm.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.vmm.GuestPorts;
import dev.sealift.vmm.KvmHost;
import dev.sealift.vmm.PortDevice;
import dev.sealift.vmm.VirtualMachine;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A guest that does nothing")
class IdleGuestTest {
  private static final long MEMORY = 8L << 20;

  /** Counts down at each question, and answers none. */
  private record Questions(CountDownLatch left) implements PortDevice {
    @Override
    public int read() {
      left.countDown();
      return 0;
    }

    @Override
    public void write(int value) {}
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @DisplayName("says once that it may be moved, asks for ever, and writes to no page")
  void onKvm() throws Exception {
    List<Integer> said = new ArrayList<>();
    Questions questions = new Questions(new CountDownLatch(1000));
    try (VirtualMachine machine = VirtualMachine.create(KvmHost.orSkip(), MEMORY)) {
      IdleGuest.load(machine.memory());
      IdleGuest.prepare(machine.vcpu());
      machine.ports().attach(GuestPorts.COMMAND, questions);
      machine
          .ports()
          .attach(
              GuestPorts.MIGRATION_CONTROL,
              new PortDevice() {
                @Override
                public int read() {
                  return 0;
                }

                @Override
                public void write(int value) {
                  said.add(value);
                }
              });
      machine.dirtyLog().start();
      machine.vcpu().start();

      assertThat(questions.left().await(20, TimeUnit.SECONDS)).isTrue();

      machine.vcpu().pause();
      assertThat(machine.dirtyLog().fetchAndClear().isEmpty()).isTrue();
      assertThat(said).containsExactly(1);
      KvmRegs still = machine.vcpu().registers();
      assertThat(still.rip()).isBetween((long) BootImage.ENTRY, BootImage.ENTRY + 16L);
    }
  }

  @Test
  @DisplayName("does the same on a host whose processor is a model")
  void onModel() {
    long[] registers = new long[18];
    registers[16] = BootImage.ENTRY;
    GuestMachine machine =
        (GuestMachine)
            Proxy.newProxyInstance(
                GuestMachine.class.getClassLoader(),
                new Class<?>[] {GuestMachine.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "register" -> registers[(int) arguments[0]];
                      case "setRegister" -> {
                        registers[(int) arguments[0]] = (long) arguments[1];
                        yield null;
                      }
                      default -> throw new AssertionError("it did " + method.getName());
                    });
    IdleGuest program = new IdleGuest();

    assertThat(program.step(machine))
        .isEqualTo(new GuestStep.PortWrite(GuestPorts.MIGRATION_CONTROL, 1));
    for (int i = 0; i < 3; i++) {
      assertThat(program.step(machine)).isEqualTo(new GuestStep.PortRead(GuestPorts.COMMAND));
    }
  }
}
