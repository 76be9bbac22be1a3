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
import dev.sealift.vmm.PortDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Guests of the model host that do one thing after the other, each when it is their turn: before
 * each they ask a port how many things they may have done. A host that does not answer lets them do
 * all. At the end they say for ever whether the page that they converted holds what they wrote.
 */
enum StagedGuest implements GuestProgram {
  /** Says READY, shares a page, and then writes to it: the right order. */
  ANNOUNCES_THEN_WRITES(
      StagedGuest::keepSecret, StagedGuest::sayReady, StagedGuest::share, StagedGuest::writeShared),
  /** Writes to the page, as a shared one, before it says that it is. */
  WRITES_THEN_ANNOUNCES(
      StagedGuest::keepSecret, StagedGuest::sayReady, StagedGuest::writeShared, StagedGuest::share),
  /** Says READY, and takes it back. */
  WITHDRAWS(StagedGuest::sayReady, StagedGuest::withdraw);

  /** The page that is converted. */
  static final int PAGE = 0x40;

  private static final int MEMORY = 1 << 20;
  private static final int TURN_PORT = 0x300;
  private static final int DONE_PORT = 0x304;
  private static final int VERDICT_PORT = 0x308;

  private static final int RAX = 0;
  private static final int DONE = 8;
  private static final int PHASE = 9;
  private static final int ASK = 0;
  private static final int HEAR = 1;
  private static final int REPORT = 2;

  private static final byte[] SECRET = "private".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MESSAGE = "for all".getBytes(StandardCharsets.US_ASCII);

  private final List<Function<GuestMachine, GuestStep>> stages;

  @SafeVarargs
  StagedGuest(Function<GuestMachine, GuestStep>... stages) {
    this.stages = List.of(stages);
  }

  @Override
  public byte[] signature() {
    return Arrays.copyOf(name().getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);
  }

  @Override
  public GuestStep step(GuestMachine machine) {
    int done = (int) machine.register(DONE);
    switch ((int) machine.register(PHASE)) {
      case ASK -> {
        if (done == stages.size()) {
          return new GuestStep.PortWrite(VERDICT_PORT, holdsMessage(machine) ? 1 : 0);
        }
        machine.setRegister(PHASE, HEAR);
        return new GuestStep.PortRead(TURN_PORT);
      }
      case HEAR -> {
        if (machine.register(RAX) <= done) {
          machine.setRegister(PHASE, ASK);
          return new GuestStep.Ran();
        }
        machine.setRegister(DONE, done + 1);
        machine.setRegister(PHASE, REPORT);
        return stages.get(done).apply(machine);
      }
      default -> {
        machine.setRegister(PHASE, ASK);
        return new GuestStep.PortWrite(DONE_PORT, done);
      }
    }
  }

  private static GuestStep keepSecret(GuestMachine machine) {
    machine.store(PAGE * Pages.SIZE, SECRET, 0, SECRET.length, true);
    return new GuestStep.Ran();
  }

  private static GuestStep sayReady(GuestMachine machine) {
    return new GuestStep.MsrWrite(KvmParavirtual.MSR_MIGRATION_CONTROL, 1);
  }

  private static GuestStep withdraw(GuestMachine machine) {
    return new GuestStep.MsrWrite(KvmParavirtual.MSR_MIGRATION_CONTROL, 0);
  }

  private static GuestStep share(GuestMachine machine) {
    return new GuestStep.Hypercall(Hypercall.MAP_GPA_RANGE, PAGE * Pages.SIZE, 1, 0);
  }

  private static GuestStep writeShared(GuestMachine machine) {
    machine.store(PAGE * Pages.SIZE, MESSAGE, 0, MESSAGE.length, false);
    return new GuestStep.Ran();
  }

  private static boolean holdsMessage(GuestMachine machine) {
    byte[] held = new byte[MESSAGE.length];
    machine.load(PAGE * Pages.SIZE, held, 0, held.length, false);
    return Arrays.equals(held, MESSAGE);
  }

  /** A guest that runs under a test's hand. */
  record Staged(Guest guest, AtomicInteger turn, AtomicInteger done) implements AutoCloseable {

    /** Lets it do so many things in all, and waits until they are done. */
    void let(int things) {
      turn.set(things);
      Await.until("the guest has done " + things + " things", () -> done.get() == things);
    }

    @Override
    public void close() {
      guest.close();
    }
  }

  /** Launches a guest that waits for its first turn. */
  Staged launch(TestHost host) throws Exception {
    Guest guest = host.create(new GuestConfiguration("staged", MEMORY, 0, ""));
    MemorySegment.copy(
        signature(), 0, guest.memory().segment(), ValueLayout.JAVA_BYTE, 0, SIGNATURE_SIZE);
    var launch = guest.sev().launchStart(0, null, null);
    launch.updateData(0, Pages.SIZE);
    launch.measure().finish();
    guest.vcpu().enterLongMode(Pages.SIZE, 2 * Pages.SIZE);
    guest.vcpu().setRegisters(new KvmRegs(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2));
    var staged = new Staged(guest, new AtomicInteger(), new AtomicInteger());
    attach(guest, TURN_PORT, staged.turn);
    attach(guest, DONE_PORT, staged.done);
    guest.run();
    return staged;
  }

  /** What a guest that nobody holds back says in the end: whether its page holds its message. */
  static boolean verdict(Guest guest) {
    var verdict = new AtomicInteger(-1);
    attach(guest, VERDICT_PORT, verdict);
    Await.until("the guest has looked at its page", () -> verdict.get() >= 0);
    return verdict.get() == 1;
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
                return value.get();
              }

              @Override
              public void write(int written) {
                value.set(written);
              }
            });
  }
}
