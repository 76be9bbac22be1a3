package dev.sealift.cli.run;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.interpose.InterposeException;
import dev.sealift.interpose.SupervisedProgram;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.VmmException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealift run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a program, unchanged, that finds a working /dev/sev and working SEV commands of KVM.",
      "",
      "Both are answered by the software platform. This machine does not encrypt the guest: its"
          + " memory stays plain. The program has this one's input, output and errors, gets its"
          + " signals, and its exit code is this one's."
    },
    footer = {
      "",
      "Examples:  sealift run -- qemu-system-x86_64 ...",
      "           sealift run --export certificates -- sevctl show flags",
      "           sealift run --state host-a -- qemu-system-x86_64 ..."
    })
public final class RunCommand implements Callable<Integer> {
  private static final String PREFIX = "sealift run: ";

  @Option(
      names = "--policy",
      paramLabel = "WORD",
      defaultValue = "0x1",
      description =
          "The guest policy in the QEMU options that are printed (default: ${DEFAULT-VALUE}, no"
              + " debugging).")
  private String policy = "0x1";

  @Option(
      names = "--export",
      paramLabel = "DIR",
      description =
          "Write the platform's certificates there before the program starts: pdh.cert,"
              + " cert_chain.cert, ask_ark.cert. An owner makes a session with them.")
  private @Nullable Path export;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "PROGRAM",
      description = "The program and its arguments, behind --.")
  private List<String> command = List.of();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws BadInput, Failure {
    GuestPolicy asked = policy();
    if (export != null) {
      PlatformExport.refuseExisting(export);
    }
    try (PoweredPlatform powered = platform.powerUp()) {
      HostMachine machine = powered.machine();
      if (export != null) {
        PlatformExport.write(export, machine.chain());
      }
      try (SupervisedProgram program = prepare(machine)) {
        introduce(machine.platform().status(), program, asked);
        return ProgramRun.of(program, command);
      }
    } catch (VmmException e) {
      throw new Failure("The software platform cannot be used: " + Failure.sentence(e), e);
    }
  }

  private static SupervisedProgram prepare(HostMachine machine) throws Failure {
    try {
      return SupervisedProgram.prepare(machine.machine());
    } catch (InterposeException refused) {
      throw new Failure(
          Failure.sentence(refused)
              + " Without that no other program can be given SEV here; sealift demo works all the"
              + " same, since it is its own VMM.",
          refused);
    }
  }

  private GuestPolicy policy() throws BadInput {
    try {
      long word = Long.decode(policy);
      if (word >= 0 && word <= 0xFFFF_FFFFL) {
        return new GuestPolicy((int) word);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new BadInput(
        policy + " is no guest policy: give a number of 32 bits, such as 0x1 for no debugging.");
  }

  private void introduce(PlatformStatus status, SupervisedProgram program, GuestPolicy asked)
      throws Failure {
    say(
        "this machine does NOT encrypt the guest: its memory stays plain. The launch is the real"
            + " protocol, over "
            + platform.root()
            + ".");
    say(
        "the platform in software has SEV API %d.%d, build %d."
            .formatted(status.apiMajor(), status.apiMinor(), status.build()));
    program
        .otherwise()
        .ifPresent(reason ->
            say(
                reason
                    + " So there is no /dev/sev: name "
                    + program.device()
                    + " wherever the program takes the device's path; all else works."));
    if (HostKind.AUTO.resolve() != HostKind.KVM) {
      say("/dev/kvm cannot be used here: /dev/sev works, but there will be no VM.");
    }
    say("the options of QEMU that fit this machine:");
    say("  " + qemuOptions(program, asked));
  }

  private static String qemuOptions(SupervisedProgram program, GuestPolicy asked) {
    String options =
        ("-machine confidential-guest-support=sev0"
                + " -object sev-guest,id=sev0,policy=0x%x,cbitpos=%d,reduced-phys-bits=1")
            .formatted(asked.word(), EncryptionBit.ofThisMachine());
    return program.otherwise().isEmpty() ? options : options + ",sev-device=" + program.device();
  }

  private void say(String sentence) {
    PrintWriter err = Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr();
    err.println(PREFIX + sentence);
    err.flush();
  }
}
