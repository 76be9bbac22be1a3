package dev.sealift.cli.demo;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.explain.More;
import dev.sealift.cli.process.HostConversation;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.migration.MigrationSource;
import dev.sealift.migration.MoveListener;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.SourceHost;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Launch;
import dev.sealift.vmm.Measured;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.StepCounter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The host process that launches the guest and sends it away. */
final class SourceRole {
  private static final Duration BOOT = Duration.ofSeconds(60);
  private static final int BATCHES_BEFORE_MOVE = 32;

  private final HostKind kind;
  private final KernelProfile kernel;
  private final ProcessorPace pace;
  private final Path directory;
  private final HostConversation<HostOrder, HostEvent> demo;

  SourceRole(
      HostKind kind,
      KernelProfile kernel,
      ProcessorPace pace,
      Path directory,
      HostConversation<HostOrder, HostEvent> demo) {
    this.kind = kind;
    this.kernel = kernel;
    this.pace = pace;
    this.directory = directory;
    this.demo = demo;
  }

  /** Follows the demonstration's orders to their end. */
  void run()
      throws Failure,
          VmmException,
          LinuxUnavailableException,
          IOException,
          GeneralSecurityException,
          InterruptedException,
          TimeoutException {
    HostOrder.Prepare prepare = demo.expect(HostOrder.Prepare.class);
    HostTrust trust = HostTrust.load(directory, HostRole.SOURCE, prepare.password());
    try (HostMachine machine = HostMachine.powerUp(kind, kernel, trust.root(), pace);
        FileJournal journal = FileJournal.open(directory.resolve("source.journal"))) {
      byte[] pdh = machine.platform().exportCertificates().pdh();
      PlatformStatus status = machine.platform().status();
      demo.tell(
          new HostEvent.Prepared(
              ProcessHandle.current().pid(),
              pdh,
              status.apiMajor(),
              status.apiMinor(),
              status.build(),
              0));
      HostOrder.Launch launch = demo.expect(HostOrder.Launch.class);
      try (Guest guest = launch(machine, launch)) {
        SourceHost host = machine.source(trust.identity(), journal);
        move(host, guest, demo.expect(HostOrder.Migrate.class));
      }
    }
  }

  /**
   * Launches the guest, has it measured, and on its owner's word lets it run until it is at work.
   */
  private Guest launch(HostMachine machine, HostOrder.Launch order)
      throws Failure, VmmException, InterruptedException, TimeoutException {
    var plan = new PseudoRandomWriter.Plan(order.memoryBytes(), order.hotPages());
    Guest guest =
        Guest.create(
            machine.host(),
            machine.platform(),
            new GuestConfiguration("demo", order.memoryBytes(), order.policy(), plan.workload()));
    boolean done = false;
    try {
      PseudoRandomWriter.load(guest.memory(), plan);
      PseudoRandomWriter.prepare(guest.vcpu(), plan);
      Launch launch =
          guest.sev().launchStart(order.policy(), order.ownerCertificate(), order.session());
      launch.updateData(0, PseudoRandomWriter.MEASURED_BYTES);
      if (guest.configuration().mode() == SevMode.SEV_ES) {
        launch.updateVmsa();
      }
      Measured measured = launch.measure();
      demo.tell(new HostEvent.Measured(measured.measurement()));
      demo.expect(HostOrder.Run.class);
      measured.finish();

      StepCounter steps = StepCounter.attach(guest.machine());
      guest.run();
      steps.await(BATCHES_BEFORE_MOVE, BOOT);
      demo.tell(new HostEvent.Running());
      done = true;
      return guest;
    } finally {
      if (!done) {
        guest.close();
      }
    }
  }

  private void move(SourceHost host, Guest guest, HostOrder.Migrate order)
      throws InterruptedException, TimeoutException {
    StepCounter steps = StepCounter.attach(guest.machine());
    steps.await(1, BOOT);
    MoveListener listener =
        new MoveListener() {
          @Override
          public void round(RoundReport round) {
            demo.tell(new HostEvent.RoundEnded(round.round(), DemoReport.Round.of(round)));
          }

          @Override
          public void judged(Verdict verdict) {
            demo.tell(new HostEvent.Judged(verdict));
          }

          @Override
          public void step(SourceStep step) {
            demo.tell(new HostEvent.Step(words(step)));
          }
        };
    MoveOptions options =
        MoveOptions.DEFAULT.withDowntimeTarget(Duration.ofMillis(order.downtimeMillis()));
    InetSocketAddress destination = new InetSocketAddress(HostTrust.LOOPBACK, order.port());
    switch (new MigrationSource(host).move(guest, destination, options, listener)) {
      case MoveOutcome.Moved moved ->
          demo.tell(
              new HostEvent.Moved(
                  DemoReport.Move.of(moved, guest.pageStatus().shared().count(), guest.memory()),
                  steps.steps(),
                  encoded(moved.receipt())));
      case MoveOutcome.StayedAtSource stayed ->
          demo.tell(
              new HostEvent.Stayed(
                  stayed.reason(), More.of(stayed.code(), stayed.status()), guest.isRunning()));
      case MoveOutcome.HandedOver handedOver ->
          demo.tell(new HostEvent.Stayed(handedOver.reason(), null, guest.isRunning()));
    }
  }

  private static byte @Nullable [] encoded(@Nullable Receipt receipt) {
    return receipt == null ? null : receipt.encode();
  }

  private static String words(SourceStep step) {
    return switch (step) {
      case NEGOTIATING -> "the hosts get to know each other";
      case SENDING -> "SEND_START is done";
      case PAUSED -> "the guest is paused, the rest of it goes over";
      case PREPARING -> "everything is sent; the destination is asked whether it could run it";
      case FINISHING -> "the destination is prepared";
      case FINISHED -> "SEND_FINISH is done: the point of no return";
      case COMMITTED -> "COMMIT is said";
      case HANDED_OVER -> "the destination runs the guest";
      case WITHDRAWN -> "the guest goes on here; the destination is told";
      case STAYED -> "the move is off; the guest goes on here";
    };
  }
}
