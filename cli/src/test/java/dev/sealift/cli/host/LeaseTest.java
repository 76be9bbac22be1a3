package dev.sealift.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.control.Order;
import dev.sealift.fleet.registry.RegistryLink;
import dev.sealift.kernel.KernelProfile;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A host with a lease on its guests, and a registry that goes away. */
class LeaseTest {
  private final HostedGuests guests = new HostedGuests();
  private final BlockingQueue<String> calledOff = new LinkedBlockingQueue<>();
  private final BlockingQueue<HostedGuest> goingOn = new LinkedBlockingQueue<>();
  private HostMachine machine;
  private HostedGuest guest;

  @BeforeEach
  void aGuestRuns() throws Exception {
    machine = HostMachine.powerUp(HostKind.MODEL, KernelProfile.MAINLINE, TestRoot.root());
    guest =
        new GuestLaunch(machine)
            .of(new Order.GuestStart("web", 8L << 20, "idle", "nodbg,noks,sev", false, null))
            .guest();
    guest.guest().run();
    guests.add(guest);
  }

  @AfterEach
  void theMachineEnds() {
    guest.guest().close();
    machine.close();
  }

  private Lease lease(Duration session) {
    var log = new HostLog(new PrintWriter(new StringWriter()), HostLog.Format.WORDS);
    return new Lease(session, guests, calledOff::add, goingOn::add, log);
  }

  private void awaitStill() throws InterruptedException {
    while (guest.guest().isRunning() || guest.isBusy()) {
      Thread.sleep(5);
    }
  }

  @Test
  @DisplayName(
      "its guests stand still while the registry is away, and are asked for when it is back")
  void standsStill() throws Exception {
    try (Lease lease = lease(Duration.ofMillis(60))) {
      lease.heard(RegistryLink.SUSPENDED);
      awaitStill();
      assertThat(goingOn).isEmpty();

      lease.heard(RegistryLink.BACK);

      assertThat(goingOn.poll(1, TimeUnit.MINUTES)).isSameAs(guest);
      assertThat(guest.guest().isRunning())
          .as("whether it runs is for the registry to say")
          .isFalse();
    }
  }

  @Test
  @DisplayName("a guest that is being moved is called off and stands still, too")
  void movesAreCalledOff() throws Exception {
    try (Lease lease = lease(Duration.ofMillis(60))) {
      guest.claim("is being moved to host-b");
      lease.heard(RegistryLink.LOST);
      assertThat(calledOff.poll(1, TimeUnit.MINUTES)).isEqualTo("web");

      guest.release();

      awaitStill();
    }
  }

  @Test
  @DisplayName("a move that takes its time to end keeps no guest running, nor another one")
  void nobodyIsWaitedFor() throws Exception {
    try (Lease lease = lease(Duration.ofMillis(60))) {
      HostedGuest leaving =
          new GuestLaunch(machine)
              .of(new Order.GuestStart("a", 8L << 20, "idle", "nodbg,noks,sev", false, null))
              .guest();
      leaving.guest().run();
      leaving.claim("is being moved to host-b");
      guests.add(leaving);

      lease.heard(RegistryLink.LOST);

      awaitStill();
      while (leaving.guest().isRunning()) {
        Thread.sleep(5);
      }
      assertThat(leaving.isBusy()).isTrue();
      leaving.guest().close();
    }
  }

  @Test
  @DisplayName("a guest that stood still for the end of its move, and stays, does not run again")
  void movesThatEndHere() throws Exception {
    try (Lease lease = lease(Duration.ofMillis(60))) {
      guest.claim("is being moved to host-b");
      guest.guest().pause();
      lease.heard(RegistryLink.LOST);
      assertThat(calledOff.poll(1, TimeUnit.MINUTES)).isEqualTo("web");

      guest.guest().resume();
      while (guest.guest().isRunning()) {
        Thread.sleep(5);
      }
      guest.release();
      lease.heard(RegistryLink.BACK);

      assertThat(goingOn.poll(1, TimeUnit.MINUTES)).isSameAs(guest);
    }
  }

  @Test
  @DisplayName("a connection that is made anew at once costs nothing")
  void shortBreak() throws Exception {
    try (Lease lease = lease(Duration.ofHours(1))) {
      lease.heard(RegistryLink.SUSPENDED);
      lease.heard(RegistryLink.BACK);
      lease.heard(RegistryLink.SUSPENDED);
      assertThat(guest.guest().isRunning()).isTrue();
    }
  }
}
