package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmRun;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("KVM_RUN")
class KvmRunTest {
  private static final long SIZE = 0x10000;

  private static ModelGuest guestThat(Function<GuestMachine, GuestStep> does) {
    return ModelGuest.ready(TestProgram.once("the guest of this test", does), SIZE);
  }

  private static void answerPort(ModelGuest guest, int value) {
    guest.run.set(ValueLayout.JAVA_INT, (int) KvmRun.IO_DATA_OFFSET.get(guest.run), value);
  }

  @Test
  void comesBackWithWhatTheGuestWritesToAPort() {
    ModelGuest guest = guestThat(machine -> new GuestStep.PortWrite(0xE4, 0xCAFE_F00D));
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.IO);
    assertThat(KvmRun.IO_DIRECTION.get(guest.run)).isEqualTo(KvmRun.IO_OUT);
    assertThat(KvmRun.IO_PORT.get(guest.run)).isEqualTo(0xE4);
    assertThat(KvmRun.IO_SIZE.get(guest.run)).isEqualTo(4);
    assertThat(KvmRun.IO_COUNT.get(guest.run)).isEqualTo(1);
    long data = KvmRun.IO_DATA_OFFSET.get(guest.run);
    assertThat(guest.run.get(ValueLayout.JAVA_INT, data)).isEqualTo(0xCAFE_F00D);
    assertThat(guest.enterAndExit()).as("and goes on").isEqualTo(KvmExit.HLT);
  }

  @Test
  void givesTheGuestWhatAPortReads() {
    ModelGuest guest = guestThat(machine -> new GuestStep.PortRead(0xE4));
    guest.setRegister(TestProgram.RAX, -1);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.IO);
    assertThat(KvmRun.IO_DIRECTION.get(guest.run)).isEqualTo(KvmRun.IO_IN);
    assertThat(KvmRun.IO_PORT.get(guest.run)).isEqualTo(0xE4);
    answerPort(guest, 0x8000_0001);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RAX))
        .as("32 bits, the upper half cleared")
        .isEqualTo(0x8000_0001L);
  }

  @Test
  void completesAnExitEvenWhenToldToComeBackAtOnce() {
    ModelGuest guest = guestThat(machine -> new GuestStep.PortRead(0xE4));
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.IO);
    answerPort(guest, 7);
    KvmRun.IMMEDIATE_EXIT.set(guest.run, 1);
    assertThat(guest.enter()).isEqualTo(Errno.EINTR.negated());
    assertThat(guest.register(TestProgram.RAX)).isEqualTo(7);
    assertThat(guest.enter()).as("completed once only").isEqualTo(Errno.EINTR.negated());
    KvmRun.IMMEDIATE_EXIT.set(guest.run, 0);
    answerPort(guest, 8);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RAX)).isEqualTo(7);
  }

  @Test
  void doesNotEnterTheGuestWhenToldToComeBackAtOnce() {
    ModelGuest guest = ModelGuest.ready(TestProgram.counting(), SIZE);
    KvmRun.IMMEDIATE_EXIT.set(guest.run, 1);
    assertThat(guest.enter()).isEqualTo(Errno.EINTR.negated());
    assertThat(guest.register(TestProgram.R8)).isZero();
  }

  @Test
  void takesNoArgument() {
    ModelGuest guest = ModelGuest.ready(TestProgram.counting(), SIZE);
    assertThat(guest.host.kvm.ioctl(guest.vcpu, KvmIoctl.RUN, 1)).isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void bouncesAPageStatusHypercallToAVmmThatWantsIt() {
    ModelGuest guest =
        guestThat(machine -> new GuestStep.Hypercall(Hypercall.MAP_GPA_RANGE, 0x5000, 3, 16));
    guest.enableHypercallExits();
    KvmRun.HYPERCALL_RET.set(guest.run, 99);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HYPERCALL);
    assertThat(KvmRun.HYPERCALL_NR.get(guest.run)).isEqualTo(Hypercall.MAP_GPA_RANGE);
    assertThat(KvmRun.hypercallArgument(0).get(guest.run)).isEqualTo(0x5000);
    assertThat(KvmRun.hypercallArgument(1).get(guest.run)).isEqualTo(3);
    assertThat(KvmRun.hypercallArgument(2).get(guest.run)).isEqualTo(16);
    assertThat(KvmRun.HYPERCALL_RET.get(guest.run)).as("success unless the VMM objects").isZero();
    assertThat(guest.run.get(ValueLayout.JAVA_LONG, 96) & 1).as("long mode").isEqualTo(1);
    KvmRun.HYPERCALL_RET.set(guest.run, -Hypercall.KVM_EINVAL);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RAX)).isEqualTo(-Hypercall.KVM_EINVAL);
  }

  @Test
  void answersAHypercallItselfThatNobodyWants() {
    ModelGuest guest =
        guestThat(machine -> new GuestStep.Hypercall(Hypercall.MAP_GPA_RANGE, 0x5001, 0, 0));
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RAX)).isEqualTo(-Hypercall.KVM_ENOSYS);
  }

  @Test
  void answersAHypercallItselfThatIsNone() {
    ModelGuest guest = guestThat(machine -> new GuestStep.Hypercall(77, 0x5000, 1, 0));
    guest.enableHypercallExits();
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RAX)).isEqualTo(-Hypercall.KVM_ENOSYS);
  }

  @Test
  void refusesHypercallsFromOutsideRingZeroWhateverTheyAsk() {
    for (long number : new long[] {Hypercall.MAP_GPA_RANGE, 77}) {
      for (boolean wanted : new boolean[] {true, false}) {
        ModelGuest guest = guestThat(machine -> new GuestStep.Hypercall(number, 0x5001, 0, 0));
        if (wanted) {
          guest.enableHypercallExits();
        }
        guest.enter(3, true);
        assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
        assertThat(guest.register(TestProgram.RAX)).isEqualTo(-Hypercall.KVM_EPERM);
      }
    }
  }

  @Test
  void answersThatNobodyServesItBeforeItLooksAtTheRange() {
    ModelGuest guest =
        guestThat(machine -> new GuestStep.Hypercall(Hypercall.MAP_GPA_RANGE, 0x5001, 0, 0));
    guest.enableHypercallExits();
    assertThat(guest.enableHypercallExits(0)).isZero();
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RAX)).isEqualTo(-Hypercall.KVM_ENOSYS);
  }

  @Test
  void passesAndAnswers32BitsToAGuestThatIsNotIn64BitMode() {
    ModelGuest guest =
        guestThat(machine ->
            new GuestStep.Hypercall(
                Hypercall.MAP_GPA_RANGE | 1L << 40, 0x7_0000_5000L, 1L << 32 | 3, -1));
    guest.enableHypercallExits();
    guest.enter(0, false);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HYPERCALL);
    assertThat(KvmRun.HYPERCALL_LONGMODE.get(guest.run)).isZero();
    assertThat(KvmRun.hypercallArgument(0).get(guest.run)).isEqualTo(0x5000);
    assertThat(KvmRun.hypercallArgument(1).get(guest.run)).isEqualTo(3);
    assertThat(KvmRun.hypercallArgument(2).get(guest.run)).isEqualTo(0xFFFF_FFFFL);
    KvmRun.HYPERCALL_RET.set(guest.run, -Hypercall.KVM_EINVAL);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RAX)).isEqualTo(0xFFFF_FFEAL);
  }

  @Test
  void answersItself32BitsToAGuestThatIsNotIn64BitMode() {
    ModelGuest guest = guestThat(machine -> new GuestStep.Hypercall(77, 0, 0, 0));
    guest.enter(0, false);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RAX)).isEqualTo(0xFFFF_FC18L);
  }

  @Test
  void refusesAHypercallForARangeThatIsNone() {
    long[][] ranges = {
      {0x5001, 1}, {0x5000, 0}, {0x5000, -5}, {0x5000, -1}, {-4096, -1},
    };
    for (long[] range : ranges) {
      ModelGuest guest =
          guestThat(
              machine -> new GuestStep.Hypercall(Hypercall.MAP_GPA_RANGE, range[0], range[1], 0));
      guest.enableHypercallExits();
      assertThat(guest.enterAndExit())
          .as("%x, %d pages", range[0], range[1])
          .isEqualTo(KvmExit.HLT);
      assertThat(guest.register(TestProgram.RAX)).isEqualTo(-Hypercall.KVM_EINVAL);
    }
  }

  @Test
  void bouncesNoHypercallsButPageStatus() {
    ModelGuest guest = guestThat(machine -> new GuestStep.Halted());
    assertThat(guest.enableHypercallExits(0x1001)).isEqualTo(Errno.EINVAL.negated());
    assertThat(guest.enableHypercallExits(1L << 44)).isEqualTo(Errno.EINVAL.negated());
    assertThat(guest.enableHypercallExits(0x1000)).isZero();
    assertThat(guest.enableHypercallExits(0)).as("switched off again").isZero();
    assertThat(guest.host.kvm.ioctl(guest.vm, KvmIoctl.ENABLE_CAP, ModelHost.badAddress()))
        .isEqualTo(Errno.EFAULT.negated());
    assertThat(guest.host.kvm.ioctl(guest.vcpu, KvmIoctl.ENABLE_CAP, 0))
        .as("a vCPU has no capabilities")
        .isEqualTo(Errno.EINVAL.negated());
  }

  @Test
  void shutsDownAGuestWithoutAProgram() {
    ModelGuest guest = guestThat(machine -> new GuestStep.Halted());
    guest.memory.set(ValueLayout.JAVA_BYTE, 31, (byte) 1);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.SHUTDOWN);
    guest.setRegister(TestProgram.RIP, SIZE + 0x100000);
    assertThat(guest.enterAndExit()).as("where no memory is").isEqualTo(KvmExit.SHUTDOWN);
    guest.setRegister(TestProgram.RIP, -1);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.SHUTDOWN);
  }

  @Test
  void runsTheProgramOfThePageThatTheInstructionPointerIsIn() {
    ModelGuest guest = guestThat(machine -> new GuestStep.PortWrite(1, 1));
    MemorySegment.copy(guest.memory, 0, guest.memory, 0x3000, 32);
    guest.memory.asSlice(0, Pages.SIZE).fill((byte) 0);
    guest.setRegister(TestProgram.RIP, 0x3ABC);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.IO);
  }

  @Test
  void followsTheInstructionPointerFromProgramToProgram() {
    TestProgram first =
        new TestProgram(
            "jumps",
            machine -> {
              machine.setRegister(TestProgram.RIP, 0x1000);
              return new GuestStep.Ran();
            });
    TestProgram second = new TestProgram("halts", machine -> new GuestStep.Halted());
    ModelGuest guest = ModelGuest.ready(ModelHost.of(first, second), first, SIZE);
    MemorySegment.copy(second.signature(), 0, guest.memory, ValueLayout.JAVA_BYTE, 0x1000, 32);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.registers().rip()).isEqualTo(0x1000);
  }

  @Test
  void shutsDownAGuestThatLeavesItsMemory() {
    assertThat(
            guestThat(
                    machine -> {
                      TestProgram.storeWord(machine, SIZE, 1, false);
                      return new GuestStep.Ran();
                    })
                .enterAndExit())
        .isEqualTo(KvmExit.SHUTDOWN);
    assertThat(
            guestThat(
                    machine -> {
                      TestProgram.loadWord(machine, -8, true);
                      return new GuestStep.Ran();
                    })
                .enterAndExit())
        .isEqualTo(KvmExit.SHUTDOWN);
  }

  @Test
  void shutsDownAGuestWhoseProgramIsBroken() {
    assertThat(
            guestThat(
                    machine -> {
                      throw new IllegalStateException("a bug");
                    })
                .enterAndExit())
        .isEqualTo(KvmExit.SHUTDOWN);
    assertThat(guestThat(machine -> null).enterAndExit()).isEqualTo(KvmExit.SHUTDOWN);
    assertThat(
            guestThat(
                    machine -> {
                      machine.setRegister(18, 1);
                      return new GuestStep.Ran();
                    })
                .enterAndExit())
        .isEqualTo(KvmExit.SHUTDOWN);
  }

  @Test
  void failsWhereTheVmmHasNoMemoryBehindASlot() {
    ModelGuest guest =
        guestThat(machine -> {
          TestProgram.storeWord(machine, 0x100000, 1, false);
          return new GuestStep.Ran();
        });
    MemorySegment gone = guest.host.map(Pages.SIZE);
    assertThat(guest.setSlot(1, 0, 0x100000, gone)).isZero();
    assertThat(guest.host.unmap(gone)).isZero();
    assertThat(guest.enter()).isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void reachesMemoryAcrossPagesAndSlots() {
    long address = SIZE - 5000;
    byte[] text = new byte[10_000];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) (i * 31);
    }
    ModelGuest guest =
        guestThat(machine -> {
          machine.store(address, text, 0, text.length, false);
          byte[] back = new byte[text.length + 7];
          machine.load(address, back, 7, text.length, false);
          int firstDifference = Arrays.mismatch(back, 7, back.length, text, 0, 10_000);
          machine.setRegister(TestProgram.RBX, firstDifference);
          return new GuestStep.Ran();
        });
    MemorySegment next = guest.host.map(2 * Pages.SIZE);
    assertThat(guest.setSlot(1, MemorySlots.LOG_DIRTY_PAGES, SIZE, next)).isZero();
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RBX)).isEqualTo(-1);
    assertThat(guest.memory.asSlice(address).mismatch(MemorySegment.ofArray(text))).isEqualTo(5000);
    assertThat(next.mismatch(MemorySegment.ofArray(text).asSlice(5000))).isEqualTo(5000);
    MemorySegment bitmap = guest.host.map(Pages.SIZE);
    assertThat(guest.fetchDirtyPages(1, bitmap.address())).isZero();
    assertThat(bitmap.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0b11);
  }

  @Test
  void seesSlotsThatChangeBetweenTwoEntries() {
    ModelGuest guest =
        ModelGuest.ready(
            new TestProgram(
                "loads one word",
                machine -> {
                  machine.setRegister(
                      TestProgram.RBX, TestProgram.loadWord(machine, 0x100000, false));
                  return new GuestStep.Halted();
                }),
            SIZE);
    MemorySegment first = guest.host.map(Pages.SIZE);
    MemorySegment second = guest.host.map(Pages.SIZE);
    first.set(ValueLayout.JAVA_LONG, 0, 1);
    second.set(ValueLayout.JAVA_LONG, 0, 2);
    assertThat(guest.setSlot(1, 0, 0x100000, first)).isZero();
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RBX)).isEqualTo(1);
    assertThat(guest.setSlot(1, 0, 0x100000, 0, 0)).isZero();
    assertThat(guest.setSlot(1, 0, 0x100000, second)).isZero();
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RBX)).isEqualTo(2);
  }
}
