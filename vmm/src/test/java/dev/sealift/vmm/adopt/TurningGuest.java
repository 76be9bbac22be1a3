package dev.sealift.vmm.adopt;

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
import dev.sealift.vmm.Host;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A guest that leaves KVM_RUN in every way there is, round after round, and gives up at the first
 * thing that is not as it must be: an answer that is not the VMM's, a page that was converted and
 * not wiped, a page that does not hold what was written.
 *
 * <pre>
 *   page 0       signature
 *   pages 8-11   window, shared from the boot on
 *   pages 16-23  exchange range, shared in odd rounds and private in even ones
 * </pre>
 */
final class TurningGuest implements GuestProgram {
  static final long PAGES = 64;
  static final int ORDERS = 0x5EA1;
  private static final Duration A_MOMENT = Duration.ofMillis(2);
  private static final long WINDOW = 8;
  private static final long WINDOW_PAGES = 4;
  private static final long EXCHANGE = 16;
  private static final long EXCHANGE_PAGES = 8;
  private static final int ES = 1 << 2;

  private static final int RAX = 0;
  private static final int RBX = 1;
  private static final int RCX = 2;
  private static final int RDX = 3;
  private static final int ROUND = 8;
  private static final int PHASE = 9;

  /** Not zero if the VMM can read the registers: then every second round announces by port. */
  private static final int PORT_CALLS = 10;

  private enum Phase {
    BOOT,
    SHARE_WINDOW,
    SAY_READY,
    READ_REGISTER,
    TURN,
    FILL,
    WITHDRAW,
    READY_AGAIN,
    ASK,
    OBEY
  }

  static GuestConfiguration configuration(SevMode mode) {
    return new GuestConfiguration(
        "turning", PAGES * Pages.SIZE, mode == SevMode.SEV_ES ? ES : 0, "turns pages");
  }

  /** Makes a guest that is kept under a name, and launches it. */
  static Guest launch(Host host, SevPlatform platform, SevMode mode, String name)
      throws VmmException {
    GuestConfiguration configuration = configuration(mode);
    Guest guest = Guest.create(host, platform, configuration);
    guest.keep(name);
    guest.memory().segment().asSlice(0, SIGNATURE_SIZE).copyFrom(MemorySegment.ofArray(SIGNATURE));
    guest.vcpu().enterLongMode(Pages.SIZE, 2 * Pages.SIZE);
    long portCalls = mode == SevMode.SEV ? 1 : 0;
    guest
        .vcpu()
        .setRegisters(new KvmRegs(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, portCalls, 0, 0, 0, 0, 0, 0, 2));
    Launch launch = guest.sev().launchStart(configuration.policy(), null, null);
    launch.updateData(0, Pages.SIZE);
    if (mode == SevMode.SEV_ES) {
      launch.updateVmsa();
    }
    launch.measure().finish();
    return guest;
  }

  /** The shared pages of a guest that has reported so many rounds. */
  static PageSet shared(long rounds) {
    PageSet shared = new PageSet(PAGES);
    shared.addRange(WINDOW, WINDOW_PAGES);
    if (rounds % 2 == 1) {
      shared.addRange(EXCHANGE, EXCHANGE_PAGES);
    }
    return shared;
  }

  private static final byte[] SIGNATURE =
      Arrays.copyOf("turning guest".getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);

  private final BlockingQueue<Runnable> deeds = new SynchronousQueue<>();

  /** Does something in the midst of a KVM_RUN of the guest, which lasts a moment longer. */
  void whileItRuns(Runnable deed) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    deeds.put(() -> {
      deed.run();
      done.countDown();
    });
    done.await();
  }

  @Override
  public byte[] signature() {
    return SIGNATURE.clone();
  }

  @Override
  public GuestStep step(GuestMachine machine) {
    Runnable deed = deeds.poll();
    if (deed != null) {
      deed.run();
      LockSupport.parkNanos(A_MOMENT.toNanos());
    }
    Phase phase = Phase.values()[(int) machine.register(PHASE)];
    if (phase != Phase.OBEY) {
      machine.setRegister(PHASE, phase.ordinal() + 1L);
    }
    long round = machine.register(ROUND);
    return switch (phase) {
      case BOOT -> mapRange(0, PAGES, false);
      case SHARE_WINDOW -> rax(machine) == 0 ? mapRange(WINDOW, WINDOW_PAGES, true) : panic(1);
      case SAY_READY -> rax(machine) == 0 ? writeRegister(1) : panic(2);
      case READ_REGISTER -> new GuestStep.MsrRead(KvmParavirtual.MSR_MIGRATION_CONTROL);
      case TURN -> {
        if (rax(machine) != 1) {
          yield panic(3);
        }
        fill(machine, WINDOW, WINDOW_PAGES, 0xFF, false);
        machine.setRegister(ROUND, 1);
        yield turn(machine, 1);
      }
      case FILL -> {
        if (rax(machine) != 0) {
          yield panic(rax(machine));
        }
        boolean shared = isShared(round);
        if (shared && !holds(machine, EXCHANGE, EXCHANGE_PAGES, 0, false)) {
          yield panic(5);
        }
        fill(machine, EXCHANGE, EXCHANGE_PAGES, round, !shared);
        yield new GuestStep.PortWrite(GuestPorts.PROGRESS, (int) round);
      }
      case WITHDRAW -> writeRegister(0);
      case READY_AGAIN -> new GuestStep.PortWrite(GuestPorts.MIGRATION_CONTROL, 1);
      case ASK -> new GuestStep.PortRead(GuestPorts.COMMAND);
      case OBEY -> {
        if (rax(machine) != ORDERS) {
          yield panic(6);
        }
        if (!holds(machine, EXCHANGE, EXCHANGE_PAGES, round, !isShared(round))) {
          yield panic(7);
        }
        if (!holds(machine, WINDOW, WINDOW_PAGES, 0xFF, false)) {
          yield panic(8);
        }
        machine.setRegister(ROUND, round + 1);
        machine.setRegister(PHASE, Phase.FILL.ordinal());
        yield turn(machine, round + 1);
      }
    };
  }

  private static GuestStep turn(GuestMachine machine, long round) {
    boolean shared = isShared(round);
    if (machine.register(PORT_CALLS) == 0 || round % 4 < 2) {
      return mapRange(EXCHANGE, EXCHANGE_PAGES, shared);
    }
    machine.setRegister(RAX, Hypercall.MAP_GPA_RANGE);
    machine.setRegister(RBX, EXCHANGE * Pages.SIZE);
    machine.setRegister(RCX, EXCHANGE_PAGES);
    machine.setRegister(RDX, shared ? 0 : Hypercall.ATTRIBUTE_ENCRYPTED);
    return new GuestStep.PortWrite(GuestPorts.HYPERCALL, 0);
  }

  private static boolean isShared(long round) {
    return round % 2 == 1;
  }

  private static long rax(GuestMachine machine) {
    return machine.register(RAX);
  }

  private static GuestStep mapRange(long page, long pages, boolean shared) {
    return new GuestStep.Hypercall(
        Hypercall.MAP_GPA_RANGE,
        page * Pages.SIZE,
        pages,
        shared ? 0 : Hypercall.ATTRIBUTE_ENCRYPTED);
  }

  private static GuestStep writeRegister(long value) {
    return new GuestStep.MsrWrite(KvmParavirtual.MSR_MIGRATION_CONTROL, value);
  }

  private static GuestStep panic(long code) {
    return new GuestStep.PortWrite(GuestPorts.PANIC, (int) code);
  }

  private static void fill(
      GuestMachine machine, long page, long pages, long value, boolean encrypted) {
    byte[] bytes = new byte[(int) pages * Pages.SIZE];
    Arrays.fill(bytes, (byte) value);
    machine.store(page * Pages.SIZE, bytes, 0, bytes.length, encrypted);
  }

  private static boolean holds(
      GuestMachine machine, long page, long pages, long value, boolean encrypted) {
    byte[] bytes = new byte[(int) pages * Pages.SIZE];
    machine.load(page * Pages.SIZE, bytes, 0, bytes.length, encrypted);
    for (byte b : bytes) {
      if (b != (byte) value) {
        return false;
      }
    }
    return true;
  }
}
