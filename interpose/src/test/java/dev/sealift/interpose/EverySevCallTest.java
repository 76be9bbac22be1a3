package dev.sealift.interpose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxThreadSignals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same calls are made by a program in C through Linux, and in this process on a platform that
 * is equal: made from the same random numbers. Signatures and packets draw from others; they differ
 * in every run, so their places and lengths are compared, and packets are opened again.
 */
@DisplayName("A program in C that makes every call of SEV")
@Timeout(120)
class EverySevCallTest {
  private static final OwnerAuthority OWNER = OwnerAuthority.create(new SecureRandom());

  @TempDir private static Path directory;

  private static Path program;

  @BeforeAll
  static void compile() throws Exception {
    program = CompiledCaller.compile(directory);
  }

  private static SoftwareMachine powerUp() throws Exception {
    SecureRandom equal = SecureRandom.getInstance("SHA1PRNG");
    equal.setSeed("equal".getBytes(StandardCharsets.US_ASCII));
    return SoftwareMachine.over(
        LinuxSystemCalls.open(),
        LinuxThreadSignals.open(),
        (memory, controller) ->
            SoftwareSecureProcessor.builder()
                .rootOfTrust(RootOfTrust.of(Generation.MILAN))
                .asids(100, 1)
                .random(equal)
                .build(memory, controller));
  }

  private static void assumeKvm() {
    assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "there is no usable /dev/kvm");
  }

  private static List<TestedCall.Answer> inProcess(List<TestedCall> calls, boolean vms)
      throws Exception {
    try (SevCaller caller = new InProcessCaller(powerUp())) {
      return TestedCall.make(calls, new SevCallSituation(caller, vms));
    }
  }

  private static List<TestedCall.Answer> throughSeccomp(List<TestedCall> calls, boolean vms)
      throws Exception {
    SoftwareMachine machine = powerUp();
    try (SupervisedProgram supervised =
        TestMachine.orSkip(() -> SupervisedProgram.prepare(machine))) {
      return make(calls, vms, supervised.device(), supervised::start);
    }
  }

  private static List<TestedCall.Answer> throughFuse(List<TestedCall> calls) throws Exception {
    SoftwareMachine machine = powerUp();
    try (DeviceProgram served = TestMachine.orSkip(() -> DeviceProgram.prepare(machine.device()))) {
      return make(calls, false, served.device(), served::start);
    }
  }

  private static List<TestedCall.Answer> make(
      List<TestedCall> calls, boolean vms, Path device, CompiledCaller.Start start)
      throws Exception {
    try (SevCaller caller = CompiledCaller.start(program, device, start)) {
      return TestedCall.make(calls, new SevCallSituation(caller, vms));
    }
  }

  private static void areTheSame(List<TestedCall.Answer> linux, List<TestedCall.Answer> inProcess) {
    assertThat(linux).hasSameSizeAs(inProcess);
    List<String> different =
        IntStream.range(0, linux.size())
            .filter(i -> !linux.get(i).equals(inProcess.get(i)))
            .mapToObj(i -> linux.get(i) + " instead of " + inProcess.get(i))
            .toList();
    assertThat(different).isEmpty();
  }

  @Test
  @DisplayName("is answered on the file of its private /dev as this process is")
  void deviceThroughSeccomp() throws Exception {
    List<TestedCall> calls = DeviceCallTable.calls(OWNER);
    areTheSame(throughSeccomp(calls, false), inProcess(calls, false));
  }

  @Test
  @DisplayName("is answered on a file that FUSE serves as this process is")
  void deviceThroughFuse() throws Exception {
    List<TestedCall> calls = DeviceCallTable.calls(OWNER);
    areTheSame(throughFuse(calls), inProcess(calls, false));
  }

  @Test
  @DisplayName("is answered on its VMs as this process is")
  void vms() throws Exception {
    assumeKvm();
    List<TestedCall> calls = VmCallTable.calls();
    areTheSame(throughSeccomp(calls, true), inProcess(calls, true));
  }

  @Test
  @DisplayName("leaves no command of /dev/sev out, and makes each succeed that can")
  void noDeviceCommandIsLeftOut() throws Exception {
    List<TestedCall> calls = DeviceCallTable.calls(OWNER);
    leavesNoneOut(
        calls, inProcess(calls, false), SevDeviceCommand.values(), DeviceCallTable.NEVER_SUCCEED);
  }

  @Test
  @DisplayName("leaves no command of a VM out, and makes each succeed that can")
  void noVmCommandIsLeftOut() throws Exception {
    assumeKvm();
    List<TestedCall> calls = VmCallTable.calls();
    leavesNoneOut(calls, inProcess(calls, true), SevCommand.values(), VmCallTable.NEVER_SUCCEED);
  }

  private static void leavesNoneOut(
      List<TestedCall> calls,
      List<TestedCall.Answer> answers,
      Enum<?>[] commands,
      Map<? extends Enum<?>, String> excused) {
    Set<Enum<?>> driven = new LinkedHashSet<>();
    Set<Enum<?>> succeeded = new LinkedHashSet<>();
    Set<Enum<?>> refused = new LinkedHashSet<>();
    for (int i = 0; i < calls.size(); i++) {
      Enum<?> command = calls.get(i).command();
      driven.add(command);
      (answers.get(i).outcome().result() == 0 ? succeeded : refused).add(command);
    }
    assertThat(driven).as("driven").contains(commands);
    assertThat(refused).as("refused at least once").contains(commands);
    Set<Enum<?>> accountedFor =
        Stream.concat(succeeded.stream(), excused.keySet().stream()).collect(Collectors.toSet());
    assertThat(accountedFor).as("succeeds, or cannot").contains(commands);
    assertThat(excused.keySet().stream().filter(succeeded::contains))
        .as("excused, and succeeds after all")
        .isEmpty();
    assertThat(Arrays.asList(commands)).as("excused").containsAll(castKeys(excused));
  }

  private static List<Enum<?>> castKeys(Map<? extends Enum<?>, String> excused) {
    return List.copyOf(excused.keySet());
  }
}
