package dev.sealift.cli.run;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.qemu.QemuMonitor;
import dev.sealift.interpose.InterposeException;
import dev.sealift.interpose.SupervisedProgram;
import dev.sealift.kernel.KernelProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The installed QEMU, as it is, with a SEV guest that waits to be let run. */
public final class SevQemu implements AutoCloseable {
  public static final Path FIRMWARE = Path.of("/usr/share/OVMF/OVMF_CODE.fd");

  private static final Path VARIABLES = Path.of("/usr/share/OVMF/OVMF_VARS.fd");
  private static final Path PROGRAM = Path.of("/usr/bin/qemu-system-x86_64");

  private final SupervisedProgram program;
  private final QemuMonitor monitor;
  private boolean ended;

  private SevQemu(SupervisedProgram program, QemuMonitor monitor) {
    this.program = program;
    this.monitor = monitor;
  }

  /** Skips the test on a machine that lacks something. */
  public static void assumeInstalled() {
    assumeTrue(Files.isExecutable(PROGRAM), "there is no QEMU: install qemu-system-x86");
    assumeTrue(Files.isReadable(FIRMWARE), "there is no firmware for it: install ovmf");
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "there is no usable /dev/kvm");
  }

  /** A machine whose SEV is software, over the real kernel. */
  static HostMachine powerUp() throws Exception {
    return HostMachine.powerUp(HostKind.KVM, KernelProfile.MAINLINE, TestRoot.root());
  }

  /** The command line of a QEMU whose launch has got to the secret. */
  public static List<String> commandLine(Path directory, String policy, List<String> sessionOptions)
      throws IOException {
    Path variables = Files.copy(VARIABLES, directory.resolve("vars.fd"));
    List<String> object =
        new ArrayList<>(
            List.of("sev-guest", "id=sev0", "cbitpos=" + EncryptionBit.ofThisMachine()));
    object.add("reduced-phys-bits=1");
    object.add("policy=" + policy);
    object.addAll(sessionOptions);
    return List.of(
        PROGRAM.toString(),
        "-accel",
        "kvm",
        "-cpu",
        "qemu64,-sse3",
        "-machine",
        "pc,confidential-guest-support=sev0",
        "-object",
        String.join(",", object),
        "-m",
        "64",
        "-nodefaults",
        "-display",
        "none",
        "-S",
        "-drive",
        "if=pflash,format=raw,unit=0,readonly=on,file=" + FIRMWARE,
        "-drive",
        "if=pflash,format=raw,unit=1,file=" + variables,
        "-qmp",
        "unix:" + socket(directory) + ",server=on,wait=off");
  }

  public static Path socket(Path directory) {
    return directory.resolve("qmp");
  }

  /** Starts one. */
  static SevQemu start(HostMachine machine, Path directory, String... sessionOptions)
      throws Exception {
    SupervisedProgram program;
    try {
      program = SupervisedProgram.prepare(machine.machine());
    } catch (InterposeException refused) {
      return abort(refused.getMessage());
    }
    boolean started = false;
    try {
      List<String> options = new ArrayList<>(List.of("sev-device=" + program.device()));
      options.addAll(List.of(sessionOptions));
      program.start(commandLine(directory, "0x1", options));
      QemuMonitor monitor = QemuMonitor.connect(socket(directory), () -> program.signal(0));
      started = true;
      return new SevQemu(program, monitor);
    } finally {
      if (!started) {
        program.signal(9);
        program.close();
      }
    }
  }

  JsonNode ask(String command) throws Exception {
    return monitor.command(command, Map.of());
  }

  JsonNode command(String command, Map<String, ?> arguments) throws Exception {
    return monitor.command(command, arguments);
  }

  /** The state of the guest, in QEMU's word. */
  String state() throws Exception {
    return ask("query-sev").get("state").asString();
  }

  /** Ends it as its user would; its exit code. */
  int quit() throws Exception {
    ask("quit");
    ended = true;
    return program.await();
  }

  /** Ends it as nobody should; its exit code. */
  int kill() throws InterposeException {
    program.signal(9);
    ended = true;
    return program.await();
  }

  @Override
  public void close() throws IOException, InterposeException {
    monitor.close();
    if (!ended) {
      kill();
    }
    program.close();
  }
}
