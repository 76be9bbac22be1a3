package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.kvm.KvmRun;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@DisplayName("The dirty log")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class DirtyLogTest {
  private static final int PAGES = 256;
  private static final long SIZE = (long) PAGES * Pages.SIZE;

  /** Stores at the address in rbx whatever rax holds, then halts. */
  private static final TestProgram STORE =
      new TestProgram(
          "stores one word",
          machine -> {
            TestProgram.storeWord(
                machine, machine.register(TestProgram.RBX), machine.register(0), false);
            return new GuestStep.Halted();
          });

  private static void store(ModelGuest guest, long address) {
    guest.setRegister(TestProgram.RBX, address);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
  }

  @Test
  void showsExactlyThePagesThatTheGuestWrote() {
    ModelGuest guest = ModelGuest.ready(STORE, SIZE);
    guest.logDirtyPages(true);
    assertThat(guest.fetchDirtyPages()).isEqualTo(new BitSet());
    store(guest, 3 * Pages.SIZE);
    store(guest, 70 * Pages.SIZE - 4);
    store(guest, SIZE - 8);
    assertThat(guest.fetchDirtyPages().stream()).containsExactly(3, 69, 70, PAGES - 1);
  }

  @Test
  void isClearedByTheFetchThatShowsIt() {
    ModelGuest guest = ModelGuest.ready(STORE, SIZE);
    guest.logDirtyPages(true);
    store(guest, 0x5000);
    assertThat(guest.fetchDirtyPages().cardinality()).isEqualTo(1);
    assertThat(guest.fetchDirtyPages().cardinality()).isZero();
  }

  @Test
  void doesNotShowWhatTheHostWrote() {
    ModelGuest guest = ModelGuest.ready(STORE, SIZE);
    guest.logDirtyPages(true);
    guest.memory.fill((byte) 1);
    assertThat(guest.fetchDirtyPages().cardinality()).isZero();
  }

  @Test
  void isKeptFromWhenItIsAskedForUntilItIsNot() {
    ModelGuest guest = ModelGuest.ready(STORE, SIZE);
    store(guest, 0x5000);
    guest.logDirtyPages(true);
    assertThat(guest.fetchDirtyPages().cardinality()).as("written before").isZero();
    store(guest, 0x6000);
    guest.logDirtyPages(true);
    assertThat(guest.fetchDirtyPages().stream()).as("asked for twice").containsExactly(6);
    store(guest, 0x7000);
    guest.logDirtyPages(false);
    assertThat(guest.fetchDirtyPages(0, guest.memory.address())).isEqualTo(Errno.ENOENT.negated());
    guest.logDirtyPages(true);
    assertThat(guest.fetchDirtyPages().cardinality()).as("a new log").isZero();
  }

  @Test
  void movesWithItsSlot() {
    ModelGuest guest = ModelGuest.ready(STORE, SIZE);
    guest.logDirtyPages(true);
    store(guest, 0x5000);
    assertThat(guest.setSlot(0, 1, 1L << 32, guest.memory)).isZero();
    assertThat(guest.fetchDirtyPages().stream()).containsExactly(5);
  }

  @Test
  void isOnlyThereForASlotThatLogs() {
    ModelGuest guest = ModelGuest.ready(STORE, SIZE);
    long bitmap = guest.host.map(Pages.SIZE).address();
    assertThat(guest.fetchDirtyPages(0, bitmap)).isEqualTo(Errno.ENOENT.negated());
    assertThat(guest.fetchDirtyPages(9, bitmap)).isEqualTo(Errno.ENOENT.negated());
    assertThat(guest.fetchDirtyPages(40000, bitmap)).isEqualTo(Errno.EINVAL.negated());
    assertThat(guest.fetchDirtyPages(0x10000, bitmap)).isEqualTo(Errno.EINVAL.negated());
    assertThat(guest.host.kvm.ioctl(guest.vm, KvmIoctl.GET_DIRTY_LOG, ModelHost.badAddress()))
        .isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void keepsItsMarksWhenTheyCannotBeDelivered() {
    ModelGuest guest = ModelGuest.ready(STORE, SIZE);
    guest.logDirtyPages(true);
    store(guest, 0x5000);
    assertThat(guest.fetchDirtyPages(0, ModelHost.badAddress())).isEqualTo(Errno.EFAULT.negated());
    assertThat(guest.fetchDirtyPages().stream()).containsExactly(5);
  }

  @Test
  void leavesNoStoreBetweenItselfAndTheCopyMadeWhenItBegan() throws Exception {
    long address = 0x5000;
    AtomicReference<Thread> logging = new AtomicReference<>();
    TestProgram program =
        new TestProgram(
            "stores while logging begins",
            machine -> {
              logging.get().start();
              while (!hasStopped(logging.get().getState())) {
                Thread.onSpinWait();
              }
              TestProgram.storeWord(machine, address, 7, false);
              return new GuestStep.Halted();
            });
    ModelGuest guest = ModelGuest.ready(program, SIZE);
    FutureTask<Long> copied =
        new FutureTask<>(() -> {
          guest.logDirtyPages(true);
          return guest.memory.get(ValueLayout.JAVA_LONG, address);
        });
    logging.set(Thread.ofPlatform().unstarted(copied));
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    boolean inCopy = copied.get() == 7;
    boolean inLog = guest.fetchDirtyPages().get(5);
    assertThat(inCopy || inLog).isTrue();
  }

  private static boolean hasStopped(Thread.State state) {
    return state == Thread.State.WAITING || state == Thread.State.TERMINATED;
  }

  private static final long STOP_WORD = 64;
  private static final long STEPS_WORD = 72;
  private static final int STORES_A_STEP = 50;

  /** Adds one to 50 words all over its memory, step after step, until it finds a word set. */
  private static final TestProgram SCATTER =
      new TestProgram(
          "scatters its stores",
          machine -> {
            if (TestProgram.loadWord(machine, STOP_WORD, false) != 0) {
              return new GuestStep.Halted();
            }
            long step = machine.register(TestProgram.R8);
            for (int i = 0; i < STORES_A_STEP; i++) {
              addOne(machine, scattered(step * STORES_A_STEP + i));
            }
            machine.setRegister(TestProgram.R8, step + 1);
            TestProgram.storeWord(machine, STEPS_WORD, step + 1, false);
            return new GuestStep.Ran();
          });

  private static long scattered(long n) {
    long mixed = n * 0x9E37_79B9_7F4A_7C15L;
    long page = 1 + (mixed >>> 32) % (PAGES - 1);
    return page * Pages.SIZE + 8 * ((mixed & 0xFF_FFFF) % (Pages.SIZE / 8));
  }

  private static void addOne(GuestMachine machine, long address) {
    TestProgram.storeWord(
        machine, address, TestProgram.loadWord(machine, address, false) + 1, false);
  }

  @RepeatedTest(5)
  void losesNoPageOfARunningGuest() {
    ModelGuest guest = ModelGuest.ready(SCATTER, SIZE);
    byte[] copy = new byte[(int) SIZE];
    CompletableFuture<Integer> running = CompletableFuture.supplyAsync(guest::enter);
    // Logging begins while the guest runs: what it wrote before is in the first, whole copy.
    guest.logDirtyPages(true);
    for (int page = 0; page < PAGES; page++) {
      copyPage(guest.memory, copy, page);
    }
    long steps = 0;
    for (int round = 0; round < 200 || steps < 2000; round++) {
      steps = guest.memory.get(ValueLayout.JAVA_LONG, STEPS_WORD);
      guest.fetchDirtyPages().stream().forEach(page -> copyPage(guest.memory, copy, page));
    }
    guest.memory.set(ValueLayout.JAVA_LONG, STOP_WORD, 1);
    assertThat(running.join()).isZero();
    assertThat(KvmRun.EXIT_REASON.get(guest.run)).isEqualTo(KvmExit.HLT);
    guest.fetchDirtyPages().stream().forEach(page -> copyPage(guest.memory, copy, page));

    MemorySegment written = guest.memory.asSlice(Pages.SIZE);
    assertThat(written.mismatch(MemorySegment.ofArray(copy).asSlice(Pages.SIZE))).isEqualTo(-1);
    long stores = 0;
    for (long word = 0; word < written.byteSize() / 8; word++) {
      stores += written.getAtIndex(ValueLayout.JAVA_LONG, word);
    }
    assertThat(stores).isPositive().isEqualTo(guest.register(TestProgram.R8) * STORES_A_STEP);
  }

  private static void copyPage(MemorySegment memory, byte[] copy, int page) {
    int start = page * Pages.SIZE;
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, start, copy, start, Pages.SIZE);
  }
}
