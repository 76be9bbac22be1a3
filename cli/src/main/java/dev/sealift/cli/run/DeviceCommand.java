package dev.sealift.cli.run;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.interpose.DeviceProgram;
import dev.sealift.interpose.FuseDevice;
import dev.sealift.interpose.InterposeException;
import dev.sealift.kernel.SevDevice;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealift device}. */
@Command(
    name = "device",
    mixinStandardHelpOptions = true,
    description = {
      "Gives programs a /dev/sev that the platform in software answers, through FUSE.",
      "",
      "Without --at it is there for PROGRAM and what that starts, and for nobody else; it is gone"
          + " when PROGRAM ends. With --at it is there for the whole machine, until SIGINT or"
          + " SIGTERM. SEV commands of KVM need more: sealift run."
    },
    footer = {
      "",
      "Examples:  sealift device",
      "           sealift device --state host-a -- sevctl export --full host-a.chain",
      "           sealift device --at /dev/sev"
    })
public final class DeviceCommand implements Callable<Integer> {
  private static final String PREFIX = "sealift device: ";
  private static final String SHELL = "/bin/sh";

  @Option(
      names = "--at",
      paramLabel = "PATH",
      description =
          "Mount the device there for everybody. A plain file is covered; one that does not exist"
              + " is made, and removed at the end. What is a device or a mount is refused.")
  private @Nullable Path at;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "PROGRAM",
      description = "The program and its arguments, behind --; without it, your shell.")
  private List<String> command = List.of();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws BadInput, Failure {
    if (at != null && !command.isEmpty()) {
      throw new BadInput(
          "--at is for the whole machine: leave %s out, and start it from elsewhere."
              .formatted(command.getFirst()));
    }
    DevicePlace place = at == null ? null : DevicePlace.of(at);
    try (PoweredPlatform powered = platform.powerUp()) {
      SevDevice device = powered.machine().device();
      introduce(powered.machine().platform().status());
      return place == null ? runProgram(device) : serve(place, device);
    } catch (VmmException e) {
      throw new Failure("The software platform cannot be used: " + Failure.sentence(e), e);
    }
  }

  private int runProgram(SevDevice device) throws BadInput, Failure {
    List<String> program =
        command.isEmpty()
            ? List.of(Objects.requireNonNullElse(System.getenv("SHELL"), SHELL))
            : command;
    try (DeviceProgram client = prepare(device)) {
      say("/dev/sev is there for " + program.getFirst() + " and what that starts.");
      return ProgramRun.of(client, program);
    }
  }

  private static DeviceProgram prepare(SevDevice device) throws Failure {
    try {
      return DeviceProgram.prepare(device);
    } catch (InterposeException refused) {
      throw refused(refused);
    }
  }

  private int serve(DevicePlace place, SevDevice device) throws Failure {
    CountDownLatch end = new CountDownLatch(1);
    try (PassedOnSignals _ = PassedOnSignals.all(_ -> end.countDown());
        DeviceKeeper _ = DeviceKeeper.start(place.path(), place.isNew());
        FuseDevice mounted = FuseDevice.mount(place.path(), device)) {
      say(place.path() + " is there for everybody until SIGINT or SIGTERM.");
      Thread.ofPlatform()
          .daemon()
          .name("sealift-unmounted")
          .start(() -> {
            mounted.awaitEnd();
            end.countDown();
          });
      end.await();
      return 0;
    } catch (InterposeException refused) {
      throw refused(refused);
    } catch (IOException e) {
      throw new Failure("The process that unmounts cannot be started: " + Failure.sentence(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static Failure refused(InterposeException refused) {
    return new Failure(
        Failure.sentence(refused)
            + " Without that there is no /dev/sev by FUSE. sealift run still gives one to a program"
            + " that it starts, if need be at another path; sealift platform answers"
            + " the same questions.",
        refused);
  }

  private void introduce(PlatformStatus status) {
    say(
        "this is NO Secure Processor but one in software, with SEV API %d.%d, build %d, under %s."
            .formatted(status.apiMajor(), status.apiMinor(), status.build(), platform.root()));
  }

  private void say(String sentence) {
    PrintWriter err = Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr();
    err.println(PREFIX + sentence);
    err.flush();
  }
}
