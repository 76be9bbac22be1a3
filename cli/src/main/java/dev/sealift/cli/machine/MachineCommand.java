package dev.sealift.cli.machine;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.run.PassedOnSignals;
import dev.sealift.interpose.machine.MachineException;
import dev.sealift.interpose.machine.MachineServer;
import dev.sealift.interpose.machine.SharedMemory;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.VmmException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sealift machine}. */
@Command(
    name = "machine",
    mixinStandardHelpOptions = true,
    description = {
      "Holds a machine in software up until SIGINT or SIGTERM: its memory, its kernel and its"
          + " Secure Processor. A host process uses it over a socket, and its guests outlive that"
          + " process.",
      "",
      "It serves one host process at a time, of the same user. When it ends, its guests end."
    },
    footer = {
      "",
      "Example:  sealift root create maker",
      "          sealift machine --socket ~/.sealift/a.sock --root maker"
    })
public final class MachineCommand implements Callable<Integer> {

  /**
   * What is said when it is ready.
   *
   * @param socket where it is
   * @param memory the directory of its memory
   * @param pid the process that holds it
   * @param api the firmware's interface version
   * @param kernel which SEV commands its kernel serves
   */
  record Ready(
      boolean emulated, String socket, String memory, long pid, String api, String kernel) {}

  @Option(
      names = "--socket",
      required = true,
      paramLabel = "PATH",
      description =
          "Where host processes find it, in a directory that only its owner can use; that is made"
              + " where there is none.")
  private @Nullable Path socket;

  @Option(
      names = "--memory",
      paramLabel = "DIR",
      description =
          "Where its memory's files are made, which host processes map: best a tmpfs"
              + " (default: /dev/shm).")
  private Path memoryParent = SharedMemory.TMPFS;

  @Mixin private MachineOptions options = new MachineOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws BadInput, Failure {
    try (SharedMemory memory = SharedMemory.create(memoryParent)) {
      return options.use(memory, machine -> serve(machine, memory));
    } catch (MachineException refused) {
      throw new BadInput(Failure.sentence(refused), refused);
    }
  }

  private int serve(HostMachine machine, SharedMemory memory) throws Failure, VmmException {
    Path place = Objects.requireNonNull(socket, "picocli sees to it").toAbsolutePath().normalize();
    CountDownLatch end = new CountDownLatch(1);
    try (PassedOnSignals _ = PassedOnSignals.all(_ -> end.countDown());
        MachineServer server = MachineServer.serve(place, machine.machine(), memory)) {
      announce(place, memory, machine.platform().status());
      end.await();
      int kept = server.standing().kept();
      if (kept > 0) {
        say("what was kept ends with the machine (%d in all).".formatted(kept));
      }
      return 0;
    } catch (MachineException refused) {
      throw new Failure(Failure.sentence(refused), refused);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private void announce(Path place, SharedMemory memory, PlatformStatus status) {
    Ready ready =
        new Ready(
            true,
            place.toString(),
            memory.directory().toString(),
            ProcessHandle.current().pid(),
            status.apiMajor() + "." + status.apiMinor(),
            options.kernel().name().toLowerCase(Locale.ROOT));
    output.print(
        ready,
        "A machine in software, with NO Secure Processor but one in software (SEV API %s), is at %s until SIGINT or SIGTERM.%n"
            .formatted(ready.api(), ready.socket()));
  }

  private void say(String sentence) {
    PrintWriter err = Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr();
    err.println("sealift machine: " + sentence);
    err.flush();
  }
}
