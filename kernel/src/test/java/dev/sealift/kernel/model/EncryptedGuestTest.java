package dev.sealift.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.GuestStep;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.firmware.XexMemoryController;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@DisplayName("An encrypted guest of the model host")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class EncryptedGuestTest {
  private static final byte[] SEED = "the boot of this machine".getBytes(StandardCharsets.US_ASCII);
  private static final int ASID = 5;
  private static final int OTHER_ASID = 6;
  private static final long SIZE = 0x10000;
  private static final long PRIVATE_ADDRESS = 0x5003;
  private static final long SHARED_ADDRESS = 0x6003;
  private static final byte[] SECRET =
      "what only the guest may read".getBytes(StandardCharsets.US_ASCII);

  /** Writes its secret to a private and a shared page, and reads it back from the private one. */
  private static final TestProgram SECRETIVE =
      TestProgram.once(
          "has a secret",
          machine -> {
            machine.store(PRIVATE_ADDRESS, SECRET, 0, SECRET.length, true);
            machine.store(SHARED_ADDRESS, SECRET, 0, SECRET.length, false);
            byte[] read = new byte[SECRET.length];
            machine.load(PRIVATE_ADDRESS, read, 0, read.length, true);
            machine.setRegister(TestProgram.RBX, Arrays.equals(read, SECRET) ? 1 : 0);
            return new GuestStep.Ran();
          });

  private final AtomicInteger asid = new AtomicInteger(ASID);
  private final ModelHost host =
      ModelHost.encrypting(
          memory -> new XexMemoryController(memory, SEED), vmFd -> asid.get(), SECRETIVE);
  private final ModelGuest guest = ModelGuest.ready(host, SECRETIVE, SIZE);

  @BeforeEach
  void installKeys() {
    host.controller.installKey(ASID, new byte[] {17, 18, 19});
    host.controller.installKey(OTHER_ASID, new byte[] {71, 72, 73});
  }

  private boolean holds(long address, byte[] text) {
    return guest.memory.asSlice(address, text.length).mismatch(MemorySegment.ofArray(text)) == -1;
  }

  @Test
  void showsTheHostNothingOfItsPrivateMemory() {
    encryptProgram();
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(guest.register(TestProgram.RBX)).as("it reads itself").isEqualTo(1);
    assertThat(holds(PRIVATE_ADDRESS, SECRET)).as("private, as the host sees it").isFalse();
    assertThat(holds(SHARED_ADDRESS, SECRET)).as("shared, as the host sees it").isTrue();
  }

  @Test
  void runsNothingThatWasNotEncryptedForIt() {
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.SHUTDOWN);
  }

  @Test
  void runsNothingUnderAnotherGuestsKey() {
    encryptProgram();
    asid.set(OTHER_ASID);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.SHUTDOWN);
  }

  @Test
  void isInTheClearWithoutAnAsid() {
    asid.set(0);
    assertThat(guest.enterAndExit()).isEqualTo(KvmExit.HLT);
    assertThat(holds(PRIVATE_ADDRESS, SECRET)).isTrue();
  }

  @Test
  void storesNothingInTheClearWhenItLosesItsAsidWhileItRuns() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    TestProgram endless =
        new TestProgram(
            "keeps a secret for ever",
            machine -> {
              machine.store(PRIVATE_ADDRESS, SECRET, 0, SECRET.length, true);
              running.countDown();
              return new GuestStep.Ran();
            });
    ModelHost other =
        ModelHost.encrypting(
            memory -> new XexMemoryController(memory, SEED), vmFd -> asid.get(), endless);
    ModelGuest victim = ModelGuest.ready(other, endless, SIZE);
    other.encryptInPlace(victim.memory.asSlice(ModelGuest.PROGRAM_ADDRESS, 32), ASID);
    CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(victim::enterAndExit);
    running.await();
    asid.set(0);
    assertThat(exit.join()).isEqualTo(KvmExit.SHUTDOWN);
    MemorySegment atRest = victim.memory.asSlice(PRIVATE_ADDRESS, SECRET.length);
    assertThat(atRest.mismatch(MemorySegment.ofArray(SECRET))).isNotEqualTo(-1);
  }

  private void encryptProgram() {
    host.encryptInPlace(guest.memory.asSlice(ModelGuest.PROGRAM_ADDRESS, 32), ASID);
  }
}
