package dev.sealift.migration;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.PortDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * Guests of the model host that write to a working set of {@link #WORKING_SET} pages, each write to
 * one page, as often as their host says that they may have written by now: so that they dirty their
 * memory at a rate that a test knows.
 */
enum RationedGuest implements GuestProgram {
  /** Goes through the working set page after page. */
  SWEEPS {
    @Override
    int page(int write) {
      return write % WORKING_SET;
    }
  },
  /** Goes to any page of it, equally likely. */
  SCATTERS {
    @Override
    int page(int write) {
      long mixed = (write + 1) * 0x9E3779B97F4A7C15L;
      mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
      return (int) Long.remainderUnsigned(mixed ^ (mixed >>> 31), WORKING_SET);
    }
  };

  static final int PAGES = 2048;
  static final int WORKING_SET = 1024;

  private static final int FIRST = 512;
  private static final int RATION_PORT = 0x30C;
  private static final int MOST_AT_ONCE = 256;

  private static final int RAX = 0;
  private static final int WRITTEN = 8;
  private static final int PHASE = 9;
  private static final int BOOT = 0;
  private static final int ASK = 1;

  private static final byte[] MARK = "written".getBytes(StandardCharsets.US_ASCII);

  abstract int page(int write);

  @Override
  public byte[] signature() {
    return Arrays.copyOf(name().getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);
  }

  @Override
  public GuestStep step(GuestMachine machine) {
    switch ((int) machine.register(PHASE)) {
      case BOOT -> {
        machine.setRegister(PHASE, ASK);
        return new GuestStep.MsrWrite(KvmParavirtual.MSR_MIGRATION_CONTROL, 1);
      }
      case ASK -> {
        machine.setRegister(PHASE, ASK + 1);
        return new GuestStep.PortRead(RATION_PORT);
      }
      default -> {
        int written = (int) machine.register(WRITTEN);
        int until = (int) Math.min(machine.register(RAX), written + MOST_AT_ONCE);
        while (written < until) {
          long address = (long) (FIRST + page(written)) * Pages.SIZE;
          machine.store(address, MARK, 0, MARK.length, true);
          written++;
        }
        machine.setRegister(WRITTEN, written);
        machine.setRegister(PHASE, ASK);
        return new GuestStep.Ran();
      }
    }
  }

  /**
   * Launches a guest.
   *
   * @param ration how often it may have written by now; asked about twice a millisecond
   */
  Guest launch(TestHost host, IntSupplier ration) throws Exception {
    Guest guest = host.create(new GuestConfiguration("rationed", (long) PAGES * Pages.SIZE, 0, ""));
    MemorySegment.copy(
        signature(), 0, guest.memory().segment(), ValueLayout.JAVA_BYTE, 0, SIGNATURE_SIZE);
    var launch = guest.sev().launchStart(0, null, null);
    launch.updateData(0, Pages.SIZE);
    launch.measure().finish();
    guest.vcpu().enterLongMode(Pages.SIZE, 2 * Pages.SIZE);
    guest.vcpu().setRegisters(new KvmRegs(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2));
    guest.machine().ports().attach(RATION_PORT, new Ration(ration));
    guest.run();
    Await.until("the guest says it may move", () -> guest.migrationControl().isReady());
    return guest;
  }

  private record Ration(IntSupplier ration) implements PortDevice {
    @Override
    public int read() {
      // Leaves the processor to those who move the guest.
      LockSupport.parkNanos(500_000);
      return ration.getAsInt();
    }

    @Override
    public void write(int value) {}
  }
}
