package dev.sealift.cli.trace;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.run.PlatformExport;
import dev.sealift.cli.run.PlatformOptions;
import dev.sealift.cli.run.PoweredPlatform;
import dev.sealift.cli.run.ProgramRun;
import dev.sealift.interpose.InterposeException;
import dev.sealift.interpose.SupervisedProgram;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxThreadSignals;
import dev.sealift.linux.LinuxUnavailableException;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealift trace}. */
@Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a program, unchanged, and writes a line for every SEV command that it issues: what it"
          + " asked, what was answered, how long that took.",
      "",
      "Certificates, ids, measurements and attestation reports are told byte by byte. Of sessions,"
          + " launch secrets, packets and launched content a trace has the length and SHA-256; of"
          + " guest memory in the clear (DBG_DECRYPT, DBG_ENCRYPT, what a secret or a packet is"
          + " written to) the length alone. --with-secrets tells all of these. The keys of a guest,"
          + " TEK and TIK, pass through no command and are never in a trace.",
      "",
      "The program's exit code is this one's."
    },
    footer = {
      "",
      "Examples:  sealift trace -- qemu-system-x86_64 ...",
      "           sealift trace --record launch.trace -- qemu-system-x86_64 ...",
      "           sealift replay launch.trace"
    })
public final class TraceCommand implements Callable<Integer> {
  private static final Path DEVICE = Path.of("/dev/sev");
  private static final String PREFIX = "sealift trace: ";

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Write the lines there; without it they go to standard error.")
  private @Nullable Path output;

  @Option(
      names = "--record",
      paramLabel = "FILE",
      description = "Write a trace file, too, which sealift replay reads.")
  private @Nullable Path record;

  @Option(
      names = "--export",
      paramLabel = "DIR",
      description =
          "Write the certificates of the platform in software there before the program starts, as"
              + " sealift run does.")
  private @Nullable Path export;

  @Option(
      names = "--with-secrets",
      description =
          "Write out every byte that passes: sessions, launch secrets, packets, page contents."
              + " Whoever has the trace then has those.")
  private boolean secrets;

  @ArgGroup private @Nullable Kind kind;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "PROGRAM",
      description = "The program and its arguments, behind --.")
  private List<String> command = List.of();

  @Spec private @Nullable CommandSpec spec;

  /** Who answers. */
  static final class Kind {
    @Option(
        names = "--hardware",
        description = "This machine's own SEV answers, and is watched. The default where it is.")
    private boolean hardware;

    @Option(
        names = "--software",
        description = "A platform in software answers. The default where there is no /dev/sev.")
    private boolean software;
  }

  @Override
  public Integer call() throws BadInput, Failure, IOException {
    for (Path file : new Path[] {output, record}) {
      if (file != null) {
        OutputFile.refuseExisting(file);
      }
    }
    boolean hardware = isHardware();
    if (export != null) {
      if (hardware) {
        throw new BadInput(
            "--export is for a platform in software; sealift platform export does it for a real"
                + " one.");
      }
      PlatformExport.refuseExisting(export);
    }
    return hardware ? onHardware() : inSoftware();
  }

  private boolean isHardware() {
    Kind chosen = kind;
    if (chosen != null && (chosen.hardware || chosen.software)) {
      return chosen.hardware;
    }
    return Files.exists(DEVICE) && !Files.isRegularFile(DEVICE);
  }

  private int inSoftware() throws BadInput, Failure, IOException {
    say(
        "this machine does NOT encrypt the guest: its memory stays plain. A platform in software"
            + " answers, over "
            + platform.root()
            + ".");
    try (PoweredPlatform powered = platform.powerUp()) {
      HostMachine machine = powered.machine();
      if (export != null) {
        PlatformExport.write(export, machine.chain());
      }
      return trace(
          false,
          machine.platform().status(),
          tracer -> SupervisedProgram.prepare(machine.machine(), tracer));
    } catch (VmmException e) {
      throw new Failure("The software platform cannot be used: " + Failure.sentence(e), e);
    }
  }

  private int onHardware() throws BadInput, Failure, IOException {
    say("this machine's own kernel answers; its answers are only watched.");
    return trace(true, ofThisMachine(), SupervisedProgram::watch);
  }

  /** What the real platform says of itself; null if there is none. */
  private static @Nullable PlatformStatus ofThisMachine() throws Failure {
    try (SevPlatform platform =
        SevPlatform.open(new Host(LinuxSystemCalls.open(), LinuxThreadSignals.open()))) {
      return platform.status();
    } catch (VmmException none) {
      return null;
    } catch (LinuxUnavailableException e) {
      throw new Failure(Failure.sentence(e), e);
    }
  }

  /** Makes everything ready for the program. */
  private interface Preparation {
    SupervisedProgram with(Tracer tracer) throws InterposeException;
  }

  private int trace(boolean hardware, @Nullable PlatformStatus status, Preparation preparation)
      throws BadInput, Failure, IOException {
    CommandSpec known = Objects.requireNonNull(spec, "picocli sets it");
    TraceWriter writer =
        record == null
            ? null
            : TraceWriter.create(
                record,
                new TraceHeader(
                    known.root().version()[0].replace("sealift ", ""),
                    hardware,
                    secrets,
                    status == null ? null : platform(status)));
    int code;
    try (PrintWriter lines = output == null ? known.commandLine().getErr() : open(output)) {
      TraceLines readable = new TraceLines(lines, secrets);
      List<TraceSink> sinks = new ArrayList<>(List.of(readable));
      if (writer != null) {
        sinks.add(writer);
      }
      code = run(preparation, new Tracer(secrets, sinks));
      // Beside the trace, not in it: a line of that is a call.
      PrintWriter err = known.commandLine().getErr();
      readable.more().forEach(err::println);
      err.flush();
      if (lines.checkError()) {
        throw new Failure("The lines of the trace could not all be written.");
      }
    } finally {
      if (writer != null) {
        writer.finish();
      }
    }
    return code;
  }

  private int run(Preparation preparation, Tracer tracer) throws BadInput, Failure {
    SupervisedProgram prepared;
    try {
      prepared = preparation.with(tracer);
    } catch (InterposeException refused) {
      throw new Failure(
          Failure.sentence(refused) + " Without that no other program can be traced here.",
          refused);
    }
    try (SupervisedProgram program = prepared) {
      program
          .otherwise()
          .ifPresent(reason ->
              say(
                  reason
                      + " So there is no /dev/sev: name "
                      + program.device()
                      + " wherever the program takes the device's path."));
      return ProgramRun.of(program, command);
    }
  }

  private static TraceHeader.Platform platform(PlatformStatus status) {
    return new TraceHeader.Platform(
        status.apiMajor() + "." + status.apiMinor(), status.build(), status.state().name());
  }

  /** Only its owner may read it. */
  private static PrintWriter open(Path file) throws BadInput {
    try {
      return new PrintWriter(
          Channels.newWriter(
              Files.newByteChannel(
                  file,
                  Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rw-------"))),
              StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new BadInput(file + " cannot be written: " + Failure.sentence(e) + ".", e);
    }
  }

  private void say(String sentence) {
    PrintWriter err = Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr();
    err.println(PREFIX + sentence);
    err.flush();
  }
}
