package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.kvm.KvmRegs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Machine code in ring 0 under this machine's KVM: the true register, not the port. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("A guest in ring 0 under /dev/kvm")
class RingZeroOnKvmTest {
  private static final int PAGE_TABLES = 0x1000;
  private static final int DESCRIPTOR_TABLE = 0x6000;
  private static final int CODE = 0x8000;
  private static final int RESULT_PORT = 0x10;

  private final BlockingQueue<Integer> results = new ArrayBlockingQueue<>(16);

  /** Code in memory that is mapped one to one; what it writes to the result port is kept. */
  private VirtualMachine loaded(String code) throws Exception {
    Host host = KvmHost.orSkip();
    try (KvmDevice kvm = KvmDevice.open(host)) {
      assumeTrue(
          kvm.capability(KvmCapability.X86_MSR_FILTER) != 0,
          "this KVM is older than Linux 5.10: it cannot pass a register on to the VMM");
      assumeTrue(
          kvm.capability(KvmCapability.EXIT_HYPERCALL) != 0,
          "this KVM is older than Linux 5.14: it cannot pass a hypercall on to the VMM");
    }
    VirtualMachine machine = VirtualMachine.create(host, 2 << 20);
    var memory = machine.memory().segment();
    memory.set(ValueLayout.JAVA_LONG, PAGE_TABLES, PAGE_TABLES + 0x1000 | 0x27);
    memory.set(ValueLayout.JAVA_LONG, PAGE_TABLES + 0x1000, PAGE_TABLES + 0x2000 | 0x27);
    memory.set(ValueLayout.JAVA_LONG, PAGE_TABLES + 0x2000, 0xE7);
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    memory.asSlice(CODE, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    machine
        .ports()
        .attach(
            RESULT_PORT,
            new PortDevice() {
              @Override
              public int read() {
                return 0;
              }

              @Override
              public void write(int value) {
                results.add(value);
              }
            });
    machine.vcpu().enterLongMode(PAGE_TABLES, DESCRIPTOR_TABLE);
    machine
        .vcpu()
        .setRegisters(new KvmRegs(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, CODE, 2));
    return machine;
  }

  private VirtualMachine running(String code) throws Exception {
    VirtualMachine machine = loaded(code);
    machine.vcpu().start();
    return machine;
  }

  private int result(VirtualMachine machine) throws InterruptedException {
    while (true) {
      Integer value = results.poll(10, TimeUnit.MILLISECONDS);
      if (value != null) {
        return value;
      }
      assertThat(machine.vcpu().failure()).isEmpty();
    }
  }

  @Test
  void isToldByCpuidWhatItsHostListensTo() throws Exception {
    // mov eax, 0x40000001; xor ecx, ecx; cpuid; out 0x10, eax; jmp $
    try (VirtualMachine machine = running("b801000040 31c9 0fa2 e710 ebfe")) {
      assertThat(result(machine) >>> KvmParavirtual.FEATURE_HC_MAP_GPA_RANGE & 3).isEqualTo(3);
    }
  }

  @Test
  void saysThatItMayBeMovedByTheRegisterItselfAndReadsItBack() throws Exception {
    // mov ecx, 0x4b564d08; rdmsr; out 0x10, eax; xor eax, eax; xor edx, edx; wrmsr; rdmsr;
    // out 0x10, eax; mov eax, 1; wrmsr; rdmsr; out 0x10, eax; jmp $
    try (VirtualMachine machine =
        running("b9084d564b 0f32 e710 31c0 31d2 0f30 0f32 e710 b801000000 0f30 0f32 e710 ebfe")) {
      MigrationControl control = machine.migrationControl();
      assertThat(result(machine)).as("nothing to announce without encryption").isOne();
      assertThat(result(machine)).as("taken back").isZero();
      assertThat(result(machine)).as("said again").isOne();
      assertThat(control.isReady()).isTrue();
    }
  }

  @Test
  void meetsAFaultWhenItSetsReservedBits() throws Exception {
    // mov ecx, 0x4b564d08; mov eax, 2; xor edx, edx; wrmsr; jmp $
    try (VirtualMachine machine = loaded("b9084d564b b802000000 31d2 0f30 ebfe")) {
      assertThatThrownBy(
              () -> {
                machine.vcpu().start();
                while (machine.vcpu().isRunning()) {
                  Thread.onSpinWait();
                }
                machine.vcpu().pause();
              })
          .isInstanceOf(VmmException.class)
          .hasMessageContaining("it met a triple fault");
    }
  }
}
