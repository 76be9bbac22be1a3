package dev.sealift.migration;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.GuestPorts;
import dev.sealift.vmm.PortDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The smallest guest of the model host that can prove its whole memory: every byte of it follows
 * from a count that the guest keeps in a register, and when it is asked, it looks at all of them.
 *
 * <p>Write {@code n} fills page {@link #HOT} + {@code n} mod {@link #HOT_PAGES} with salt {@code
 * n}; each {@link #EXCHANGE_EVERY}th one also converts page {@link #EXCHANGE} between private and
 * shared, and fills it anew. All other pages hold what the guest wrote to them at its boot. Filling
 * with a salt makes the 8-byte word at {@code a} {@code (a ^ salt) * 0x9E3779B97F4A7C15}.
 */
final class CountingGuest implements GuestProgram {
  static final int PAGES = 96;

  private static final int FIRST = 4;
  private static final int HOT = 8;
  private static final int HOT_PAGES = 16;
  private static final int EXCHANGE = 64;
  private static final int EXCHANGE_EVERY = 8;
  private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

  private static final int COUNT = 0;
  private static final int CHECK = 1;
  private static final int GARBLED = 0;
  private static final int WHOLE = 1;

  private static final int RAX = 0;
  private static final int WRITES = 8;
  private static final int PHASE = 9;
  private static final int BOOTED = 10;

  private static final int BOOT = 0;
  private static final int ASK = 1;
  private static final int HEAR = 2;
  private static final int CONVERTED = 3;

  @Override
  public byte[] signature() {
    return Arrays.copyOf("counting guest".getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);
  }

  @Override
  public GuestStep step(GuestMachine machine) {
    return switch ((int) machine.register(PHASE)) {
      case BOOT -> boot(machine);
      case ASK -> {
        machine.setRegister(PHASE, HEAR);
        yield new GuestStep.PortRead(GuestPorts.COMMAND);
      }
      case HEAR -> {
        machine.setRegister(PHASE, ASK);
        yield (int) machine.register(RAX) == CHECK
            ? new GuestStep.PortWrite(GuestPorts.REVEAL, isWhole(machine) ? WHOLE : GARBLED)
            : write(machine);
      }
      default -> {
        fill(machine, EXCHANGE, machine.register(WRITES), !sharedAfter(machine.register(WRITES)));
        machine.setRegister(PHASE, ASK);
        yield new GuestStep.PortWrite(GuestPorts.PROGRESS, (int) machine.register(WRITES));
      }
    };
  }

  private static GuestStep boot(GuestMachine machine) {
    int page = FIRST + (int) machine.register(BOOTED);
    if (page == PAGES) {
      machine.setRegister(PHASE, ASK);
      return new GuestStep.MsrWrite(KvmParavirtual.MSR_MIGRATION_CONTROL, 1);
    }
    fill(machine, page, 0, true);
    machine.setRegister(BOOTED, page + 1L - FIRST);
    return new GuestStep.Ran();
  }

  private static GuestStep write(GuestMachine machine) {
    long count = machine.register(WRITES) + 1;
    fill(machine, HOT + (int) (count % HOT_PAGES), count, true);
    machine.setRegister(WRITES, count);
    if (count % EXCHANGE_EVERY != 0) {
      return new GuestStep.PortWrite(GuestPorts.PROGRESS, (int) count);
    }
    machine.setRegister(PHASE, CONVERTED);
    return new GuestStep.Hypercall(
        Hypercall.MAP_GPA_RANGE,
        EXCHANGE * Pages.SIZE,
        1,
        sharedAfter(count) ? 0 : Hypercall.ATTRIBUTE_ENCRYPTED);
  }

  private static boolean isWhole(GuestMachine machine) {
    long count = machine.register(WRITES);
    byte[] held = new byte[Pages.SIZE];
    boolean whole = true;
    for (int page = FIRST; page < PAGES; page++) {
      boolean encrypted = page != EXCHANGE || !sharedAfter(count);
      machine.load((long) page * Pages.SIZE, held, 0, held.length, encrypted);
      whole &= Arrays.equals(held, content(page, salt(page, count)));
    }
    return whole;
  }

  /** The last write that filled a page: the latest number up to the count that falls to it. */
  private static long salt(int page, long count) {
    if (page == EXCHANGE) {
      return count - count % EXCHANGE_EVERY;
    }
    if (page < HOT || page >= HOT + HOT_PAGES) {
      return 0;
    }
    return Math.max(0, count - Math.floorMod(count - (page - HOT), (long) HOT_PAGES));
  }

  private static boolean sharedAfter(long count) {
    return count / EXCHANGE_EVERY % 2 == 1;
  }

  private static void fill(GuestMachine machine, int page, long salt, boolean encrypted) {
    machine.store((long) page * Pages.SIZE, content(page, salt), 0, Pages.SIZE, encrypted);
  }

  private static byte[] content(int page, long salt) {
    ByteBuffer words = ByteBuffer.allocate(Pages.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    for (long a = (long) page * Pages.SIZE; words.hasRemaining(); a += Long.BYTES) {
      words.putLong((a ^ salt) * MULTIPLIER);
    }
    return words.array();
  }

  /** A guest and what it says. */
  record Counting(Guest guest, AtomicInteger command, AtomicInteger count, AtomicInteger verdict) {

    /** Takes a guest in hand that runs: one that was launched, or one that arrived. */
    static Counting of(Guest guest) {
      var counting =
          new Counting(
              guest, new AtomicInteger(COUNT), new AtomicInteger(-1), new AtomicInteger(-1));
      attach(guest, GuestPorts.REVEAL, counting.verdict);
      attach(guest, GuestPorts.PROGRESS, counting.count);
      attach(guest, GuestPorts.COMMAND, counting.command);
      return counting;
    }

    /** Whether the guest, which runs, finds every byte of its memory as it made it. */
    boolean isWhole() {
      verdict.set(-1);
      command.set(CHECK);
      Await.until("the guest has looked at its memory", () -> verdict.get() >= 0);
      command.set(COUNT);
      return verdict.get() == WHOLE;
    }

    /** Waits until it has counted on. */
    void awaitProgress() {
      count.set(-1);
      Await.until("the guest counts on", () -> count.get() >= 0);
    }
  }

  private static void attach(Guest guest, int port, AtomicInteger value) {
    guest
        .machine()
        .ports()
        .attach(
            port,
            new PortDevice() {
              @Override
              public int read() {
                // Leaves the processor to those who move the guest.
                LockSupport.parkNanos(500_000);
                return value.get();
              }

              @Override
              public void write(int written) {
                value.set(written);
              }
            });
  }

  /** Launches a guest, and lets it run past its boot. */
  Counting launch(TestHost host) throws Exception {
    Guest guest = host.create(new GuestConfiguration("counting", (long) PAGES * Pages.SIZE, 0, ""));
    MemorySegment.copy(
        signature(), 0, guest.memory().segment(), ValueLayout.JAVA_BYTE, 0, SIGNATURE_SIZE);
    var launch = guest.sev().launchStart(0, null, null);
    launch.updateData(0, Pages.SIZE);
    launch.measure().finish();
    guest.vcpu().enterLongMode(Pages.SIZE, 2 * Pages.SIZE);
    guest.vcpu().setRegisters(new KvmRegs(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2));
    Counting counting = Counting.of(guest);
    guest.run();
    counting.awaitProgress();
    return counting;
  }
}
