package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("A vCPU under /dev/kvm")
class VcpuTest {
  private static final Plan PLAN = new Plan(8L << 20, 16);

  private VirtualMachine machine;
  private Vcpu vcpu;

  @BeforeEach
  void create() throws Exception {
    machine = VirtualMachine.create(KvmHost.orSkip(), PLAN.memoryBytes());
    PseudoRandomWriter.load(machine.memory(), PLAN);
    vcpu = machine.vcpu();
    PseudoRandomWriter.prepare(vcpu, PLAN);
  }

  @AfterEach
  void close() {
    if (machine != null) {
      machine.close();
    }
  }

  @Test
  void isReadyThenRunsThenRestsThenRunsThenStops() throws Exception {
    assertThat(vcpu.state()).isEqualTo(new Vcpu.State.Ready());
    vcpu.pause();
    assertThat(vcpu.state()).isEqualTo(new Vcpu.State.Ready());
    vcpu.start();
    assertThat(vcpu.state()).isEqualTo(new Vcpu.State.Running());
    vcpu.pause();
    vcpu.pause();
    assertThat(vcpu.state()).isEqualTo(new Vcpu.State.Paused());
    vcpu.resume();
    vcpu.resume();
    assertThat(vcpu.isRunning()).isTrue();
    vcpu.stop();
    vcpu.stop();
    assertThat(vcpu.state()).isEqualTo(new Vcpu.State.Stopped());
    assertThat(vcpu.failure()).isEmpty();
    vcpu.pause();
    assertThatThrownBy(vcpu::resume).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(vcpu::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void canBeStoppedBeforeItStarts() {
    vcpu.stop();
    assertThat(vcpu.state()).isEqualTo(new Vcpu.State.Stopped());
    assertThatThrownBy(vcpu::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void canBeStoppedWhileItRests() throws Exception {
    vcpu.start();
    vcpu.pause();
    vcpu.stop();
    assertThat(vcpu.state()).isEqualTo(new Vcpu.State.Stopped());
  }

  @Test
  void keepsItsRegistersToItselfWhileItRuns() throws Exception {
    vcpu.start();
    assertThatThrownBy(vcpu::registers).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(vcpu::save).isInstanceOf(IllegalStateException.class);
    vcpu.pause();
    assertThat(vcpu.registers().r14()).isEqualTo(PLAN.memoryBytes());
  }

  @RepeatedTest(5)
  void losesNoPauseAndNoResumeHoweverManyThreadsAsk() throws Exception {
    vcpu.start();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Void>> work = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Callable<Void> task = i % 2 == 0 ? this::pauseManyTimes : this::resumeManyTimes;
        work.add(threads.submit(task));
      }
      for (Future<Void> done : work) {
        done.get();
      }
    }
    vcpu.resume();
    vcpu.pause();
    assertThat(vcpu.state()).isEqualTo(new Vcpu.State.Paused());
  }

  private Void pauseManyTimes() throws VmmException {
    for (int i = 0; i < 100; i++) {
      vcpu.pause();
      vcpu.resume();
    }
    return null;
  }

  private Void resumeManyTimes() throws VmmException {
    for (int i = 0; i < 200; i++) {
      vcpu.resume();
    }
    return null;
  }

  @Test
  void letsADeviceReadItsRegistersButNotWaitForItself() throws Exception {
    AtomicReference<Object> seen = new AtomicReference<>();
    AtomicReference<Throwable> refused = new AtomicReference<>();
    CountDownLatch asked = new CountDownLatch(1);
    machine
        .ports()
        .attach(
            GuestPorts.COMMAND,
            new PortDevice() {
              @Override
              public int read() throws VmmException {
                seen.set(vcpu.registers().r14());
                try {
                  vcpu.pause();
                } catch (IllegalStateException selfWait) {
                  refused.set(selfWait);
                }
                asked.countDown();
                return 0;
              }

              @Override
              public void write(int value) {}
            });
    vcpu.start();
    asked.await();
    assertThat(seen.get()).isEqualTo(PLAN.memoryBytes());
    assertThat(refused.get()).hasMessageContaining("cannot wait for itself");
  }

  @Test
  void endsWithTheReasonWhenADeviceFails() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    machine
        .ports()
        .attach(
            GuestPorts.COMMAND,
            new PortDevice() {
              @Override
              public int read() throws VmmException {
                try {
                  started.await();
                } catch (InterruptedException unexpected) {
                  throw new IllegalStateException(unexpected);
                }
                throw new VmmException("read", "The disk is gone.");
              }

              @Override
              public void write(int value) {}
            });
    vcpu.start();
    started.countDown();
    while (vcpu.isRunning()) {
      Thread.onSpinWait();
    }
    assertThat(vcpu.failure()).contains("the VMM could not serve it (The disk is gone.)");
    assertThatThrownBy(vcpu::resume).isInstanceOf(VmmException.class);
  }

  @Test
  void comesBackAsItWasSaved() throws Exception {
    vcpu.start();
    vcpu.pause();
    VcpuState saved = vcpu.save();
    vcpu.setRegisters(VcpuRegisters.withRax(vcpu.registers(), 0x5EA11F7));
    assertThat(vcpu.save().blobs().get(VcpuBlob.REGS))
        .isNotEqualTo(saved.blobs().get(VcpuBlob.REGS));

    vcpu.restore(saved);

    Map<VcpuBlob, byte[]> restored = vcpu.save().blobs();
    for (VcpuBlob blob : VcpuBlob.values()) {
      assertThat(restored.get(blob)).as(blob.name()).isEqualTo(saved.blobs().get(blob));
    }
    assertThat(saved.msrs()).isNotEmpty();
  }
}
