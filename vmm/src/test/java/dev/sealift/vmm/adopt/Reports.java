package dev.sealift.vmm.adopt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestPorts;
import dev.sealift.vmm.PortDevice;
import java.util.function.BooleanSupplier;

/**
 * What a {@link TurningGuest} talks to: it hears of each round, and gives the guest its orders. At
 * both it looks whether the VMM knows of the guest what it must.
 */
final class Reports {
  private static final long LOOK_MILLIS = 1;

  private final Guest guest;
  private long round;

  private Reports(Guest guest) {
    this.guest = guest;
  }

  static Reports attach(Guest guest) {
    Reports reports = new Reports(guest);
    guest.machine().ports().attach(GuestPorts.PROGRESS, reports.progress());
    guest.machine().ports().attach(GuestPorts.COMMAND, reports.orders());
    return reports;
  }

  synchronized long round() {
    return round;
  }

  /** Waits for a round that is later than this one. */
  synchronized long awaitAfter(long earlier, BooleanSupplier hopeless) throws InterruptedException {
    while (round <= earlier) {
      if (hopeless.getAsBoolean()) {
        throw new MortalVmm.Killed();
      }
      guest
          .vcpu()
          .failure()
          .ifPresent(reason -> {
            throw new AssertionError("the guest ended: " + reason);
          });
      wait(LOOK_MILLIS);
    }
    return round;
  }

  private PortDevice progress() {
    return new PortDevice() {
      @Override
      public int read() {
        return 0;
      }

      @Override
      public void write(int value) {
        assertThat(guest.pageStatus().shared())
            .as("shared in round %d", value)
            .isEqualTo(TurningGuest.shared(value));
        assertThat(guest.migrationControl().isReady()).isTrue();
        synchronized (Reports.this) {
          round = Integer.toUnsignedLong(value);
          Reports.this.notifyAll();
        }
      }
    };
  }

  private PortDevice orders() {
    return new PortDevice() {
      @Override
      public int read() {
        assertThat(guest.migrationControl().isReady()).as("ready again").isTrue();
        return TurningGuest.ORDERS;
      }

      @Override
      public void write(int value) {}
    };
  }
}
